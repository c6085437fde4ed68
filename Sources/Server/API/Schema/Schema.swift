import JSON

/// What JSON of the interface looks like, as far as OpenAPI tells it.
indirect enum Schema: Sendable {
    case integer, number, string, boolean, any
    /// A text of ISO 8601 in UTC.
    case moment
    case oneOf([String])
    case list(Schema)
    /// Members that are always there, and such as may be missing. Others may come with later versions.
    case object([String: Schema], optional: [String: Schema] = [:])
    case map(Schema)
    case nullable(Schema)

    var json: JSONValue {
        switch self {
        case .integer: .object(["type": .string("integer")])
        case .number: .object(["type": .string("number")])
        case .string: .object(["type": .string("string")])
        case .boolean: .object(["type": .string("boolean")])
        case .any: .object([:])
        case .moment: .object(["type": .string("string"), "format": .string("date-time")])
        case .oneOf(let words): .object(["type": .string("string"), "enum": .list(words.map { .string($0) })])
        case .list(let element): .object(["type": .string("array"), "items": element.json])
        case .object(let members, let optional): Self.object(members, optional)
        case .map(let value): .object(["type": .string("object"), "additionalProperties": value.json])
        case .nullable(let schema): .object(["anyOf": .list([schema.json, .object(["type": .string("null")])])])
        }
    }

    private static func object(_ members: [String: Schema], _ optional: [String: Schema]) -> JSONValue {
        var object: [String: JSONValue] = [
            "type": .string("object"),
            "properties": .object(members.merging(optional) { first, _ in first }.mapValues(\.json)),
        ]
        if !members.isEmpty { object["required"] = .list(members.keys.sorted().map { .string($0) }) }
        return .object(object)
    }
}
