import ArgumentParser
import Executors
import Jobs

struct Retry: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Make jobs that failed, were cancelled or skipped ready again.",
        discussion: """
            They get fresh attempts; old ones stay. What their end skipped or cancelled comes back with them, and so
            does their run. Each job is retried in a transaction of its own: one that cannot be does not keep the
            others from it, and makes the exit code 1.

            With --with one job gets other arguments, which come after --; what it executes stays. A job with a type
            gets other data by --with-data. --fresh leaves out the checkpoint that an attempt saved.

              weir retry 12 13
              weir retry 12 --with -- --depth 3 input.txt
              weir retry 13 --with-data '{"width": 640}'
              weir list --state failed --all --format csv | tail -n +2 | cut -d, -f1 |
                xargs weir retry
            """)

    @OptionGroup var options: StoreOptions
    @Option(
        parsing: .remaining,
        help: ArgumentHelp(
            "Give the job other arguments: all that follow, after a --.", valueName: "arguments"))
    var with: [String] = []
    @Option(
        help: ArgumentHelp("Give a job with a type other data: JSON, @FILE or -.", valueName: "json"))
    var withData: String?
    @Option(help: ArgumentHelp("Set a variable of the job, or hand on the present one.", valueName: "name[=value]"))
    var env: [String] = []
    @Flag(help: "Begin from the start, without the checkpoint.") var fresh = false
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var jobs: [JobID]

    func check() throws {
        if !with.isEmpty || withData != nil || !env.isEmpty, jobs.count != 1 {
            throw ValidationError("--with, --with-data and --env are for one job at a time, not \(jobs.count)")
        }
        if !with.isEmpty, withData != nil { throw ValidationError("a job has arguments or data, not both") }
    }

    func execute() throws {
        let change = try change()
        let store = try options.openStore(kind: "retry", create: false)
        var each = EachJob()
        var reopened: [JobID: JobID] = [:]
        for job in jobs {
            try each.attempt("job \(job)") {
                if let cause = reopened[job] { return "came back with job \(cause)" }
                let jobs = try store.write { try $0.retry(job, with: change) }
                for other in jobs where reopened[other] == nil { reopened[other] = job }
                let state = try store.look { try $0.state(of: job) }
                let others = jobs.count > 1 ? ", and \(jobs.count - 1) that its end had stopped" : ""
                return "\(state == .blocked ? "blocked again" : "ready again")\(others)"
            }
        }
        store.close()
        try each.finish()
    }

    private func change() throws -> RetryChange {
        var change = RetryChange()
        // Without any, '--with --' takes all away.
        if !with.isEmpty { change.arguments = with.first == "--" ? Array(with.dropFirst()) : with }
        change.data = try withData.map {
            try JSONInput.text($0, what: "--with-data", limit: JobTransaction.templateLimit)
        }
        change.environment = try EnvironmentOption.read(env)
        change.isFresh = fresh
        try ArgumentLimits.check(argv: ["true"] + (change.arguments ?? []), environment: change.environment)
        return change
    }
}
