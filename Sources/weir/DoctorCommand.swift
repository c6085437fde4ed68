import ArgumentParser
import Engine
import Glibc
import Jobs
import SQLite

struct DoctorCommand: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether the database is whole.",
        discussion: """
            One line a check; nothing is changed. The exit code is 0 when all is whole, 1 when something is broken.
            Notes break nothing.

              weir doctor
              weir doctor --format json
            """)

    @OptionGroup var options: StoreOptions
    @Option(help: "How to print.") var format: OutputFormat = .table

    func execute() throws {
        var checks: [DoctorCheck] = []
        do {
            let store = try options.openStore(kind: "doctor", create: false)
            try Doctor(store: store).examine { check in
                checks.append(check)
                if format == .table { Self.print(check) }
            }
            store.close()
        } catch let error where Self.isDamage(error) {
            let check = DoctorCheck("file", .broken, Failure(error).message)
            checks.append(check)
            if format == .table { Self.print(check) }
        }
        let rows: [[SQLiteValue]] = checks.map { [.text($0.name), .text($0.verdict.rawValue), .text($0.detail)] }
        if format != .table { format.print(Table(columns: ["check", "verdict", "detail"], rows: rows)) }
        if checks.contains(where: { $0.verdict == .broken }) { throw ExitCode(1) }
    }

    /// A line at once: the first checks may take long.
    private static func print(_ check: DoctorCheck) {
        let verdict = check.verdict.rawValue + String(repeating: " ", count: 8 - check.verdict.rawValue.count)
        let name = check.name + String(repeating: " ", count: max(1, 18 - check.name.count))
        Output.print(Terminal.safe(verdict + name + check.detail, for: STDOUT_FILENO))
    }

    private static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case DatabaseOpenError.corrupt: true
        case let error as SQLiteError: error.isCorrupt || error.isNotADatabase
        default: false
        }
    }
}
