import ArgumentParser
import Engine
import Jobs

struct RunnerDrain: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Let runners hand their jobs to others, and end.",
        discussion: """
            The runner claims nothing more, and its jobs are told to end by SIGTERM: they may save a checkpoint, from
            which another runner goes on. It costs them no attempt. The runner ends when all have ended, or its grace
            is over. Its number is in 'weir runner list'.

              weir runner drain 3
              weir runner drain 3 --wait
            """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "Return when the runners have ended.") var wait = false
    @Option(help: ArgumentHelp("Wait no longer than so much time; the exit code is then 124.", valueName: "time"))
    var timeout: TimeLength?
    @Argument(help: ArgumentHelp("The runners.", valueName: "id")) var runners: [RunnerID]

    func execute() throws {
        let store = try options.openStore(kind: "drain", create: false)
        var each = EachJob()
        var asked: [RunnerID] = []
        for runner in runners {
            try each.attempt("runner \(runner)") {
                guard try store.write({ try $0.requestDrain(of: runner) }) else { return "has ended already" }
                asked.append(runner)
                return "asked to drain"
            }
        }
        if wait { try waitForEnd(of: asked, in: store) }
        store.close()
        try each.finish()
    }

    /// - Throws: a `Failure` with exit code 124 when the time is over.
    private func waitForEnd(of runners: [RunnerID], in store: JobStore) throws {
        let waiter = try ChangeWaiter(store: store)
        let end = timeout.map { store.timekeeper.boottime() + $0.milliseconds }
        while true {
            let left = try RunnerSurvey(of: store).entries.filter { entry in
                runners.contains(entry.runner.id) && entry.condition != .dead
            }
            if left.isEmpty { return }
            let rest = end.map { $0 - store.timekeeper.boottime() }
            if let rest, rest <= 0 {
                let ids = left.map { "\($0.runner.id)" }.joined(separator: ", ")
                throw Failure("still draining: runner \(ids)", code: Failure.timeout)
            }
            // The end of a runner that dies is told by nobody, so it is looked for once a second.
            _ = try waiter.wait(atMost: min(rest ?? 1_000, 1_000))
        }
    }
}

struct RunnerList: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the runners that have not ended.",
        discussion: """
              weir runner list
              weir runner list --format json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table

    func execute() throws {
        let store = try options.openStore(kind: "runner", create: false)
        let survey = try RunnerSurvey(of: store)
        if survey.entries.isEmpty, format == .table {
            StandardError.print("no runner lives; `weir runner` starts one")
        } else {
            format.print(RunnerTable.table(of: survey, now: store.timekeeper.now()))
        }
        store.close()
    }
}
