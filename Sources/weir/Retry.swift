import ArgumentParser
import Jobs

struct Retry: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Make jobs that failed, were cancelled or skipped ready again.",
        discussion: """
            They get fresh attempts; old ones stay. What their end skipped or cancelled comes back with them, and so
            does their run. Each job is retried in a transaction of its own: one that cannot be does not keep the
            others from it, and makes the exit code 1.

              weir retry 12 13
              weir retry $(weir list --state failed --all --format csv | tail -n +2 | cut -d, -f1)
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var jobs: [JobID]

    func execute() throws {
        let store = try options.openStore(kind: "retry", create: false)
        var each = EachJob()
        var reopened: [JobID: JobID] = [:]
        for job in jobs {
            try each.attempt("job \(job)") {
                if let cause = reopened[job] { return "came back with job \(cause)" }
                let jobs = try store.write { try $0.retry(job) }
                for other in jobs where reopened[other] == nil { reopened[other] = job }
                let state = try store.look { try $0.state(of: job) }
                let others = jobs.count > 1 ? ", and \(jobs.count - 1) that its end had stopped" : ""
                return "\(state == .blocked ? "blocked again" : "ready again")\(others)"
            }
        }
        store.close()
        try each.finish()
    }
}
