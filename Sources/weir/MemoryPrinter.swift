import Engine
import Glibc
import JSON
import Jobs
import SQLite

/// How values of the memory are printed.
enum MemoryPrinter {
    /// - Parameter format: `nil`: the value alone.
    static func print(_ entry: MemoryEntry, _ format: OutputFormat?, asText: Bool) {
        guard let format else { return print(entry.value, asText: asText) }
        guard format == .json else { return format.print(table([entry])) }
        write(object(entry))
    }

    static func print(_ json: String, asText: Bool) {
        let text = asText ? (try? JSONValue(parsing: json))?.string : nil
        write(text ?? json)
    }

    static func print(_ entries: [MemoryEntry], _ format: OutputFormat) {
        guard format == .json else { return format.print(table(entries)) }
        let objects = entries.map(object)
        write(objects.isEmpty ? "[]" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]")
    }

    private static func write(_ text: String) { Output.print(Terminal.safe(text, for: STDOUT_FILENO)) }

    private static func table(_ entries: [MemoryEntry]) -> Table {
        Table(
            columns: ["name", "value", "version", "run", "updated_at"],
            rows: entries.map { entry in
                [
                    .text(entry.name), .text(entry.value), .integer(Int64(entry.version)), run(of: entry),
                    .text(TimestampText.text(entry.updatedAt.rawValue)),
                ]
            })
    }

    private static func run(of entry: MemoryEntry) -> SQLiteValue {
        if case .run(let run) = entry.scope { .integer(Int64(run.rawValue)) } else { .null }
    }

    /// The value as it is, not as a text.
    private static func object(_ entry: MemoryEntry) -> String {
        let members = [
            ("name", JSONPrinter.quoted(entry.name)), ("value", entry.value), ("version", "\(entry.version)"),
            ("run", JSONPrinter.text(run(of: entry))),
            ("updated_at", JSONPrinter.quoted(TimestampText.text(entry.updatedAt.rawValue))),
        ]
        return "{" + members.map { "\(JSONPrinter.quoted($0)): \($1)" }.joined(separator: ", ") + "}"
    }
}
