import ArgumentParser
import Engine
import Glibc
import Jobs
import Logging
import SQLite
import Workflows

struct Run: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a workflow and wait for its end.",
        discussion: """
            Executes the steps in slots of its own, and shares them with every runner on the database. The exit code is
            0 when the run succeeded, 1 when it failed, 130 when it was interrupted; what is left then stays stored.

              weir run examples/release.yaml
              weir run --max-concurrency 2 nightly.yaml
              weir run --detach nightly.yaml        print the run's id and leave it to runners
            """)

    @OptionGroup var options: StoreOptions
    @Option(parsing: .unconditional, help: ArgumentHelp("Steps at once.", valueName: "n")) var maxConcurrency: Int?
    @Flag(help: "One step at a time.") var sequential = false
    @Flag(help: "In parallel, whatever the file says.") var parallel = false
    @Flag(help: "Store the run, print its id and leave it to runners.") var detach = false
    @Option(help: "How to print the summary.") var format: OutputFormat = .table
    @Option(help: ArgumentHelp("How long others wait for this process when it hangs.", valueName: "time"))
    var lease = TimeLength(milliseconds: 15_000)
    @Option(help: ArgumentHelp("Between SIGTERM and SIGKILL, for steps that must end.", valueName: "time"))
    var grace = TimeLength(milliseconds: 10_000)
    @Option(help: ArgumentHelp("Between two lines on what runs, where there is no terminal.", valueName: "time"))
    var every = TimeLength(milliseconds: 30_000)
    @Argument(help: ArgumentHelp("The workflow.", valueName: "file")) var file: String

    /// Slots of `weir run` where nothing says how many.
    private static let mostSlots = 16

    func validate() throws {
        if let maxConcurrency, !(1...10_000).contains(maxConcurrency) {
            throw ValidationError("--max-concurrency must be a whole number from 1 to 10000, not \(maxConcurrency)")
        }
        if sequential, parallel { throw ValidationError("give either --sequential or --parallel") }
        guard (500...3_600_000).contains(lease.milliseconds) else {
            throw ValidationError("--lease must lie between 500ms and 1h")
        }
    }

    func execute() throws {
        let file = try WorkflowFile(self.file)
        let plan = file.workflow.plan(
            options: PlanOptions(parallel: sequential ? false : parallel ? true : nil, maxConcurrency: maxConcurrency))
        let store = try options.openStore(
            kind: "run", create: true, lease: lease.milliseconds, patience: detach ? .seconds(30) : .seconds(2))
        defer { store.close() }
        var spec = RunSpec(
            plan, directory: try Directory.absolute(nil), searchPath: DatabaseLocation.environment("PATH"))
        spec.source = file.path
        spec.definition = file.text
        let started = try store.write { try $0.start(spec) }
        try store.warnOfUnknownPools(spec.jobs, workflow: spec.workflow)
        if detach {
            Output.print("\(started.run)")
            return
        }
        let end = try work(on: started.run, plan: plan, store: store)
        try report(started.run, end: end, store: store)
    }

    private func work(on run: RunID, plan: Plan, store: JobStore) throws -> RunnerEnd {
        let slots = maxConcurrency ?? plan.maxConcurrency ?? min(Self.mostSlots, max(1, plan.widestGroup))
        var options = RunnerOptions(
            kind: .run, slots: slots, scope: .run(run), version: Weir.version, environment: ProcessEnvironment.all())
        options.lease = lease.milliseconds
        options.grace = grace.milliseconds
        options.drainsOnHangup = true
        let progress = RunProgress(
            run: run, store: store, steps: plan.steps.count, plainInterval: max(100, every.milliseconds))
        let runner = try Runner(
            store: store, options: options, log: LogOutput.logger("run", level: .warning), observer: progress)
        StandardError.becomeLossy(true)
        defer {
            progress.end()
            StandardError.becomeLossy(false)
        }
        return try runner.run()
    }

    private func report(_ run: RunID, end: RunnerEnd, store: JobStore) throws {
        let report = try RunReport.read(run, from: store)
        if case .drained = end, !report.isOver {
            StandardError.print(
                "weir: run \(run) was interrupted and is stored: 'weir runner' goes on with it, "
                    + "'weir cancel --run \(run)' ends it")
            throw ExitCode(130)
        }
        RunSummary(report: report).print(as: format)
        guard report.state == .succeeded else { throw ExitCode(1) }
    }
}
