import JSON

/// The keys that one mapping of a workflow may have, with what each takes. The JSON Schema is made of these tables, and
/// a test compares them with the keys that the readers take.
struct KeyTable: Sendable {
    /// The name in the schema's definitions.
    let name: String
    /// For people.
    let about: String
    let keys: [Key]
    /// What must hold besides, as JSON Schema.
    var rules: [JSONValue] = []

    struct Key: Sendable {
        let name: String
        let shape: Shape
        /// What an editor shows when the pointer rests on the key.
        let about: String
        var isRequired = false

        init(_ name: String, _ shape: Shape, _ about: String, required: Bool = false) {
            self.name = name
            self.shape = shape
            self.about = about
            isRequired = required
        }
    }

    /// What a key takes.
    indirect enum Shape: Sendable {
        /// Any scalar: its text is what counts.
        case text
        /// A text with an expression, whose value counts.
        case expression
        /// The id of a step, the name of a pool, a queue, an agent.
        case name
        /// The type of a job.
        case type
        case flag
        case integer(ClosedRange<Int>)
        /// Seconds, or a number with its unit.
        case duration
        case any
        case choice([String])
        case list(Shape)
        /// A list with at least one element.
        case some(Shape)
        /// A mapping whose keys the author chooses.
        case map(Shape)
        /// A mapping with the keys of the table of that name.
        case table(String)
        case either([Shape])
        /// The word `false`, for nothing at all.
        case off
        /// A mapping that has keys of the table alone is one of it; anything else is any value.
        case anyButTable(String, keys: [String])
    }

    var keyNames: Set<String> { Set(keys.map(\.name)) }
}

// MARK: As JSON Schema

extension KeyTable {
    var schema: JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("object"), "description": .string(about), "additionalProperties": .bool(false),
            "properties": .object(
                keys.reduce(into: [:]) { properties, key in
                    var property = key.shape.schema
                    property["description"] = .string(key.about)
                    properties[key.name] = .object(property)
                }),
        ]
        let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { members["required"] = .list(required) }
        if !rules.isEmpty { members["allOf"] = .list(rules) }
        return .object(members)
    }

    static func reference(_ table: String) -> JSONValue { .object(["$ref": .string("#/definitions/\(table)")]) }

    /// That of these keys there is exactly one.
    static func exactlyOne(of keys: [String]) -> JSONValue {
        .object(["oneOf": .list(keys.map { .object(["required": .list([.string($0)])]) })])
    }

    /// That these keys are not there together.
    static func notTogether(_ keys: [String]) -> JSONValue {
        .object(["not": .object(["required": .list(keys.map { .string($0) })])])
    }
}

extension KeyTable.Shape {
    var schema: [String: JSONValue] {
        switch self {
        case .text: Self.types("string", "number", "boolean")
        case .expression: ["type": .string("string"), "pattern": .string("[$][{][{]")]
        case .name:
            Self.types("string", "integer").merging(["pattern": .string("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$")]) { $1 }
        case .type:
            Self.types("string", "integer").merging([
                "pattern": .string("^[A-Za-z0-9_:/-][A-Za-z0-9._:/-]{0,127}$")
            ]) { $1 }
        case .flag: Self.types("boolean")
        case .integer(let range):
            ["type": .string("integer"), "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .duration:
            Self.types("number", "string").merging([
                "exclusiveMinimum": .integer(0), "maximum": .integer(315_576_000),
                "pattern": .string("^([0-9]*[.]?[0-9]+|([0-9]*[.]?[0-9]+(ms|s|m|h|d))+)$"),
            ]) { $1 }
        case .any: [:]
        case .off: ["const": .bool(false)]
        case .anyButTable(let name, let keys):
            [
                "if": .object([
                    "type": .string("object"), "minProperties": .integer(1),
                    "propertyNames": .object(["enum": .list(keys.map { .string($0) })]),
                ]),
                "then": KeyTable.reference(name),
            ]
        case .choice(let words): ["enum": .list(words.map { .string($0) })]
        case .list(let element): ["type": .string("array"), "items": .object(element.schema)]
        case .some(let element):
            ["type": .string("array"), "items": .object(element.schema), "minItems": .integer(1)]
        case .map(let value): ["type": .string("object"), "additionalProperties": .object(value.schema)]
        // What stands beside a bare reference is not read in draft 7.
        case .table(let name): ["allOf": .list([KeyTable.reference(name)])]
        case .either(let shapes): ["anyOf": .list(shapes.map { .object($0.schema) })]
        }
    }

    private static func types(_ names: String...) -> [String: JSONValue] {
        ["type": names.count == 1 ? .string(names[0]) : .list(names.map { .string($0) })]
    }
}
