import ArgumentParser
import Glibc
import JSON
import Jobs

struct Approve: WeirCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Decide on steps that wait for an approval or a signal.",
        discussion: """
            An approved step succeeds, with {"approved": true, "by": …, "comment": …} as its result; a rejected one fails.
            A signal that a step waits for may bring a value.

              weir approve --list
              weir approve 12 --comment "looks good"
              weir approve 12 --reject --comment "not on a Friday"
              weir approve 12 --value '{"tag": "v2"}'
            """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "Show what waits.") var list = false
    @Option(help: "How to print the list.") var format: OutputFormat = .table
    @Flag(help: "Decide against.") var reject = false
    @Option(help: "Why.") var comment: String?
    @Option(help: "Who decides. (default: $USER)") var by: String?
    @Option(help: ArgumentHelp("Something to hand over.", valueName: "json")) var value: String?
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var jobs: [JobID] = []

    func check() throws {
        if list, !jobs.isEmpty { throw ValidationError("give either --list or jobs") }
        if !list, jobs.isEmpty { throw ValidationError("name a job; 'weir approve --list' shows what waits") }
    }

    func execute() throws {
        let store = try options.openStore(kind: "approve", create: false)
        if list {
            format.print(try store.look { try $0.waitingForSignal() })
            store.close()
            return
        }
        let signal = try signal()
        var each = EachJob()
        for job in jobs {
            try each.attempt("job \(job)") {
                try store.write { try $0.signal(job, value: signal) }
                return reject ? "rejected" : "approved"
            }
        }
        store.close()
        try each.finish()
    }

    private func signal() throws -> String {
        var members: [String: JSONValue] = ["approved": .bool(!reject)]
        if let by = by ?? DatabaseLocation.environment("USER") { members["by"] = .string(by) }
        if let comment { members["comment"] = .string(comment) }
        if let value {
            do {
                members["value"] = try JSONValue(parsing: value)
            } catch {
                throw Failure("--value: \(error)", code: Failure.usage)
            }
        }
        return JSONValue.object(members).text
    }
}
