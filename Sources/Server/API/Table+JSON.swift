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

extension Table {
    /// ``objects(json:)`` as text, made of the rows at once: lists are what is asked for most.
    func appendObjects(to bytes: inout [UInt8]) {
        let members = columns.indices.sorted { columns[$0] < columns[$1] }.map { index in
            (index, JSONValue.string(columns[index]).text + ":")
        }
        bytes.append(UInt8(ascii: "["))
        for (number, row) in rows.enumerated() {
            if number > 0 { bytes.append(UInt8(ascii: ",")) }
            var separator = UInt8(ascii: "{")
            for (index, name) in members {
                bytes.append(separator)
                bytes += name.utf8
                row[index].json.append(to: &bytes)
                separator = UInt8(ascii: ",")
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: "]"))
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
