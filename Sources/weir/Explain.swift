import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

struct Explain: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a job is not running.",
        discussion: """
              weir explain 12
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var job: JobID

    func execute() throws {
        let store = try options.openStore(kind: "explain", create: false)
        let explanation = try Explanation(of: job, in: store)
        let state = explanation.situation.state.rawValue
        if format == .table {
            for reason in explanation.reasons {
                Output.print(Terminal.safe("job \(job) (\(state)): \(reason)", for: STDOUT_FILENO))
            }
        } else {
            let rows: [[SQLiteValue]] = explanation.reasons.map {
                [.integer(Int64(job.rawValue)), .text(state), .text($0)]
            }
            format.print(Table(columns: ["job", "state", "reason"], rows: rows))
        }
        store.close()
    }
}
