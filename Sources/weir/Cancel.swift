import ArgumentParser
import Glibc
import Jobs

struct Cancel: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stop jobs, or keep them from starting.",
        discussion: """
            Each job is cancelled in a transaction of its own: one that cannot be does not keep the others from it, and
            makes the exit code 1. A job that runs is asked to stop: SIGTERM, then SIGKILL.

              weir cancel 12 13
              weir cancel --run 7
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "Cancel all that is left of this run.") var run: [RunID] = []
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var jobs: [JobID] = []

    func check() throws {
        if jobs.isEmpty, run.isEmpty { throw ValidationError("name a job, or a run with --run") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "cancel", create: false)
        var each = EachJob()
        for job in jobs {
            try each.attempt("job \(job)") {
                switch try store.write({ try $0.cancel(job) }) {
                case .cancelled: "cancelled"
                case .requested: "asked to stop"
                case .alreadyFinal(let state): "already \(state.rawValue), nothing to do"
                }
            }
        }
        for run in run {
            try each.attempt("run \(run)") {
                if try store.write({ try $0.cancel(run) }) { return "cancelled" }
                return "already \(try store.look { try $0.state(of: run) }.rawValue), nothing to do"
            }
        }
        store.close()
        try each.finish()
    }
}

/// Does one thing to each of several jobs, says what became of each, and goes on after a refusal.
struct EachJob {
    private var refused = 0
    private var done = 0

    /// - Throws: what has nothing to do with the one job, such as a full disk.
    mutating func attempt(_ subject: String, _ action: () throws -> String) throws {
        do {
            Output.print(Terminal.safe("\(subject): \(try action())", for: STDOUT_FILENO))
            done += 1
        } catch let error as JobStoreError {
            StandardError.print("weir: \(Failure(error).message)")  // which names the job
            refused += 1
        }
    }

    /// - Throws: exit code 1 when some were refused and others not, 65 when all were.
    func finish() throws {
        guard refused > 0 else { return }
        throw ExitCode(done > 0 ? 1 : Failure.data)
    }
}
