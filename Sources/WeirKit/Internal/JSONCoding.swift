import FoundationEssentials

/// How payloads and results become JSON: keys in order, so that equal values are equal texts, and moments in seconds of
/// Unix time, which every other language reads.
enum JSONCoding {
    static func encode(_ value: some Encodable, what: @autoclosure () -> String) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .secondsSince1970
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw WeirError(.coding, "\(what()) cannot be written as JSON: \(text(of: error))")
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type, from json: String, message: (String) -> String
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        do {
            return try decoder.decode(type, from: Data(json.utf8))
        } catch {
            throw WeirError(.coding, message(text(of: error)))
        }
    }

    /// One line that says where and what.
    private static func text(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context.codingPath))there is no '\(key.stringValue)'"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "\(place(context.codingPath))\(context.debugDescription)"
        case EncodingError.invalidValue(_, let context): "\(place(context.codingPath))\(context.debugDescription)"
        default: "\(error)"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "" }
        var text = ""
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return "\(text): "
    }
}
