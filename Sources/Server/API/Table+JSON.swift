package import JSON
package import SQLite

extension Table {
    /// Each row as an object. NULL stands as null.
    ///
    /// - Parameter json: columns whose texts are JSON already.
    package func objects(json: Set<String> = []) -> [JSONValue] {
        rows.map { row in
            var object: [String: JSONValue] = [:]
            for (column, value) in zip(columns, row) {
                object[column] = json.contains(column) ? value.parsedJSON : value.json
            }
            return .object(object)
        }
    }
}

extension SQLiteValue {
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .integer(let number): .integer(Int(number))
        case .real(let number): .decimal(number)
        case .text(let text): .string(text)
        // Bytes that are no text stand as U+FFFD, as everywhere that shows them.
        case .blob(let bytes): .string(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// Of a text that is JSON; what is none stands as a text.
    var parsedJSON: JSONValue {
        guard case .text(let text) = self else { return json }
        return (try? JSONValue(parsing: text)) ?? .string(text)
    }
}
