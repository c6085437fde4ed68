import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

struct Logs: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what a job wrote.",
        discussion: """
            Of the last attempt, both streams in the order in which they came. On a terminal, escape sequences are shown
            instead of obeyed, unless --raw.

              weir logs 12
              weir logs -f 12                        until the job has ended
              weir logs 12 --attempt 1 --stderr
            """)

    @OptionGroup var options: StoreOptions
    @Flag(name: .shortAndLong, help: "Go on until the job has ended.") var follow = false
    @Option(help: ArgumentHelp("Of this attempt, counted from 1.", valueName: "n")) var attempt: Int?
    @Flag(help: "Only standard output.") var stdout = false
    @Flag(help: "Only standard error.") var stderr = false
    @Flag(help: "Leave escape sequences as they are.") var raw = false
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var job: JobID

    func check() throws {
        if stdout, stderr {
            throw ValidationError("give either --stdout or --stderr; without either, both are printed")
        }
        if let attempt, attempt < 1 { throw ValidationError("--attempt is counted from 1, not \(attempt)") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "logs", create: false)
        let stream = stdout ? 1 : stderr ? 2 : nil
        let printer = LogPrinter(neutralises: !raw && isatty(STDOUT_FILENO) == 1)
        var reader = LogReader(store: store, job: job, stream: stream, printer: printer)
        if follow {
            try reader.follow(from: attempt)
        } else {
            try reader.print(attempt: attempt)
        }
        store.close()
    }
}
