import ArgumentParser
import Glibc
import SQLite

/// How tables are printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, csv

    func print(_ table: Table) {
        switch self {
        case .table: TablePrinter.print(table)
        case .json: Output.print(Terminal.safe(JSONPrinter.array(of: table), for: STDOUT_FILENO))
        case .csv: CSVPrinter.print(table)
        }
    }
}

/// Aligned columns for people.
enum TablePrinter {
    private static let widest = 120

    static func print(_ table: Table) {
        guard !table.columns.isEmpty else { return }
        let rows = table.rows.map { row in row.map(cell) }
        var widths = table.columns.map(\.count)
        for row in rows { for (column, text) in row.enumerated() { widths[column] = max(widths[column], text.count) } }
        let isNumber = table.columns.indices.map { column in
            table.rows.allSatisfy { row in
                switch row[column] {
                case .integer, .real, .null: true
                case .text, .blob: false
                }
            }
        }
        var text = line(table.columns, widths, isNumber)
        text += line(widths.map { String(repeating: "-", count: $0) }, widths, isNumber)
        for row in rows { text += line(row, widths, isNumber) }
        Output.write(text, to: STDOUT_FILENO)
    }

    private static func line(_ cells: [String], _ widths: [Int], _ isNumber: [Bool]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
            if column > 0 { line += "  " }
            line += isNumber[column] ? padding + cell : cell + padding
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    static func cell(_ value: SQLiteValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): shortened(Terminal.visible(text).replacing("\n", with: "\\n").replacing("\t", with: " "))
        case .blob(let bytes): "<\(bytes.count) bytes>"
        }
    }

    private static func shortened(_ text: String) -> String {
        guard isatty(STDOUT_FILENO) == 1, text.count > widest else { return text }
        return text.prefix(widest - 1) + "…"
    }
}

/// RFC 4180.
enum CSVPrinter {
    /// - Parameter header: whether the names of the columns come first: not on a later page.
    static func print(_ table: Table, header: Bool = true) {
        var text = header ? table.columns.map(field).joined(separator: ",") + "\n" : ""
        for row in table.rows { text += row.map { field(Self.text($0)) }.joined(separator: ",") + "\n" }
        Output.write(Terminal.safe(text, for: STDOUT_FILENO), to: STDOUT_FILENO)
    }

    private static func text(_ value: SQLiteValue) -> String {
        switch value {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    private static func field(_ text: String) -> String {
        guard text.contains(where: { "\",\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

enum JSONPrinter {
    /// An array of objects, one a row, a row a line.
    static func array(of table: Table) -> String {
        let rows = rows(of: table)
        return rows.isEmpty ? "[]" : "[\n  " + rows.joined(separator: ",\n  ") + "\n]"
    }

    static func rows(of table: Table) -> [String] {
        table.rows.map { row in
            "{" + zip(table.columns, row).map { "\(quoted($0)): \(text($1))" }.joined(separator: ", ") + "}"
        }
    }

    static func text(_ value: SQLiteValue) -> String {
        switch value {
        case .null: "null"
        case .integer(let number): "\(number)"
        case .real(let number): number.isFinite ? "\(number)" : "null"
        case .text(let text): quoted(text)
        case .blob(let bytes): quoted(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
