import JSON
import SQLite

extension Table {
    /// Each row as an object.
    ///
    /// - Parameter documents: columns whose text is JSON.
    func objects(documents: Set<String> = []) -> [JSONValue] {
        rows.map { row in
            var members: [String: JSONValue] = [:]
            for (name, value) in zip(columns, row) {
                members[name] = value.document(isJSON: documents.contains(name))
            }
            return .object(members)
        }
    }
}

extension SQLiteValue {
    /// Bytes become text where they are text, else their number.
    func document(isJSON: Bool = false) -> JSONValue {
        switch self {
        case .null: return .null
        case .integer(let number): return .integer(Int(number))
        case .real(let number): return .decimal(number)
        case .text(let text):
            guard isJSON else { return .string(text) }
            return (try? JSONValue(parsing: text)) ?? .string(text)
        case .blob(let bytes):
            return .string(String(validating: bytes, as: UTF8.self) ?? "<\(bytes.count) bytes>")
        }
    }
}
