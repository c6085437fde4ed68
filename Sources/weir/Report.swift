import Glibc
import SQLite

/// One answer of several parts: named values, then tables.
///
/// For people each table has its title; in JSON all is one object; in CSV the values are a table of one row, and an
/// empty line stands between two tables.
struct Report {
    private enum Value { case plain(SQLiteValue), json(String) }

    private var fields: [(name: String, value: Value)] = []
    private var tables: [(name: String, title: String, table: Table)] = []

    mutating func add(_ name: String, _ value: SQLiteValue) { fields.append((name, .plain(value))) }

    mutating func add(_ name: String, _ text: String?) { add(name, text.map { .text($0) } ?? .null) }

    /// - Parameter json: is nested as it is in JSON.
    mutating func add(_ name: String, json: String?) {
        fields.append((name, json.map { .json($0) } ?? .plain(.null)))
    }

    /// The columns of a table of one row; those in `json` hold JSON.
    mutating func add(row table: Table, json: Set<String> = []) {
        guard let row = table.rows.first else { return }
        for (name, value) in zip(table.columns, row) {
            if json.contains(name), case .text(let text) = value { add(name, json: text) } else { add(name, value) }
        }
    }

    mutating func add(_ name: String, title: String? = nil, _ table: Table) {
        tables.append((name, title ?? name, table))
    }

    func print(_ format: OutputFormat) {
        switch format {
        case .table: printForPeople()
        case .json: printJSON()
        case .csv: printCSV()
        }
    }

    private func printForPeople() {
        let shown = fields.filter { if case .plain(.null) = $0.value { false } else { true } }
        let width = shown.map(\.name.count).max() ?? 0
        for field in shown {
            let padding = String(repeating: " ", count: width - field.name.count + 2)
            let text = TablePrinter.cell(Self.plain(field.value))
            Output.print(field.name.replacing("_", with: " ") + padding + text)
        }
        var isFirst = shown.isEmpty
        for part in tables where !part.table.rows.isEmpty {
            Output.print((isFirst ? "" : "\n") + part.title + ":")
            isFirst = false
            TablePrinter.print(part.table)
        }
    }

    private func printJSON() {
        var members = fields.map { field in
            let text =
                switch field.value {
                case .plain(let value): JSONPrinter.text(value)
                case .json(let json): json
                }
            return "\(JSONPrinter.quoted(field.name)): \(text)"
        }
        members += tables.map { part in
            let rows = JSONPrinter.array(of: part.table).replacing("\n", with: "\n  ")
            return "\(JSONPrinter.quoted(part.name)): \(rows)"
        }
        Output.print(Terminal.safe("{\n  " + members.joined(separator: ",\n  ") + "\n}", for: STDOUT_FILENO))
    }

    private func printCSV() {
        var isFirst = true
        if !fields.isEmpty {
            CSVPrinter.print(Table(columns: fields.map(\.name), rows: [fields.map { Self.plain($0.value) }]))
            isFirst = false
        }
        for part in tables {
            if !isFirst { Output.print("") }
            isFirst = false
            CSVPrinter.print(part.table)
        }
    }

    private static func plain(_ value: Value) -> SQLiteValue {
        switch value {
        case .plain(let value): value
        case .json(let text): .text(text)
        }
    }
}
