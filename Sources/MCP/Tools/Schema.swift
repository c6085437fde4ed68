import JSON

/// A JSON Schema of an object, as much of it as tools need. Its members' order is for people only.
package struct Schema: Sendable {
    let properties: [(name: String, property: Property)]
    var required: [String] = []
    /// Names besides those are an error.
    var isClosed = true

    struct Property: Sendable {
        var value: [String: JSONValue]

        static func text(_ description: String, choices: [String] = []) -> Property {
            var property = Property(type: "string", description)
            if !choices.isEmpty { property.value["enum"] = .list(choices.map { .string($0) }) }
            return property
        }

        static func number(_ description: String) -> Property { Property(type: "number", description) }

        static func whole(_ description: String, from least: Int? = nil, to most: Int? = nil) -> Property {
            var property = Property(type: "integer", description)
            property.value["minimum"] = least.map { .integer($0) }
            property.value["maximum"] = most.map { .integer($0) }
            return property
        }

        static func flag(_ description: String) -> Property { Property(type: "boolean", description) }

        static func object(_ description: String) -> Property { Property(type: "object", description) }

        static func list(_ description: String, of element: Property, atLeast least: Int? = nil) -> Property {
            var property = Property(type: "array", description)
            property.value["items"] = .object(element.value)
            property.value["minItems"] = least.map { .integer($0) }
            return property
        }

        /// Of one of several types; none: of any.
        static func any(_ description: String, types: [String] = []) -> Property {
            var property = Property(value: ["description": .string(description)])
            if !types.isEmpty { property.value["type"] = .list(types.map { .string($0) }) }
            return property
        }

        /// The same, or null.
        var orNull: Property {
            var property = self
            if let type = value["type"]?.string { property.value["type"] = .list([.string(type), .string("null")]) }
            return property
        }

        init(value: [String: JSONValue]) { self.value = value }

        private init(type: String, _ description: String) {
            value = ["type": .string(type), "description": .string(description)]
        }
    }

    init(_ properties: [(String, Property)], required: [String] = [], isClosed: Bool = true) {
        self.properties = properties.map { (name: $0.0, property: $0.1) }
        self.required = required
        self.isClosed = isClosed
    }

    /// Of what a tool gives: other members may join those later.
    static func output(_ properties: [(String, Property)], required: [String] = []) -> Schema {
        Schema(properties, required: required, isClosed: false)
    }

    /// As an element of a list.
    var asProperty: Property {
        Property(value: value.object ?? [:])
    }

    var value: JSONValue {
        var members: [String: JSONValue] = [
            "type": .string("object"),
            "properties": .object(
                Dictionary(properties.map { ($0.name, .object($0.property.value)) }) { first, _ in first }),
        ]
        if !required.isEmpty { members["required"] = .list(required.map { .string($0) }) }
        if isClosed { members["additionalProperties"] = .bool(false) }
        return .object(members)
    }
}
