import JSON

/// The form that an agent's `schema` asks for: what JSON Schema says of types, members and elements. Other words of
/// JSON Schema (`pattern`, `$ref`, …) are sent to the endpoint and not checked here.
struct AnswerForm {
    private let schema: JSONValue

    init(_ schema: JSONValue) { self.schema = schema }

    /// Whether an endpoint may be told to keep to it strictly: OpenAI refuses a strict schema that leaves anything open.
    var isStrict: Bool { Self.isStrict(schema) }

    /// - Returns: where and how a value breaks the form, as `score is a text, and must be integer`; `nil`: it does not.
    func fault(of value: JSONValue) -> String? { Self.fault(of: value, schema, at: "the answer") }

    private static func isStrict(_ schema: JSONValue) -> Bool {
        if let properties = schema["properties"]?.object {
            let required = Set(schema["required"]?.list?.compactMap(\.string) ?? [])
            guard schema["additionalProperties"] == .bool(false), properties.keys.allSatisfy(required.contains),
                properties.values.allSatisfy(isStrict)
            else { return false }
        } else if types(of: schema).contains("object") {
            return false
        }
        if let items = schema["items"], !isStrict(items) { return false }
        return (schema["anyOf"]?.list ?? []).allSatisfy(isStrict)
    }

    private static func fault(of value: JSONValue, _ schema: JSONValue, at place: String) -> String? {
        let types = types(of: schema)
        guard types.isEmpty || types.contains(where: { has(value, type: $0) }) else {
            return "\(place) is \(value.kindName), and must be \(types.joined(separator: " or "))"
        }
        if let choices = schema["enum"]?.list, !choices.contains(value) {
            return "\(place) is none of \(JSONValue.list(choices).text)"
        }
        if let constant = schema["const"], constant != value { return "\(place) is not \(constant.text)" }
        if let forms = schema["anyOf"]?.list, !forms.isEmpty,
            !forms.contains(where: { fault(of: value, $0, at: place) == nil })
        {
            return "\(place) has none of the forms of 'anyOf'"
        }
        if let members = value.object, let fault = fault(of: members, schema, at: place) { return fault }
        guard let elements = value.list, let items = schema["items"] else { return nil }
        for (index, element) in elements.enumerated() {
            if let fault = fault(of: element, items, at: "\(place)[\(index)]") { return fault }
        }
        return nil
    }

    private static func fault(of members: [String: JSONValue], _ schema: JSONValue, at place: String) -> String? {
        let properties = schema["properties"]?.object ?? [:]
        for name in schema["required"]?.list?.compactMap(\.string) ?? [] where members[name] == nil {
            return "\(place) has no '\(name)'"
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let form = properties[name] ?? schema["additionalProperties"] ?? .bool(true)
            if form == .bool(false) { return "\(place) has '\(name)', which is not asked for" }
            let inner = place == "the answer" ? name : "\(place).\(name)"
            if let fault = fault(of: value, form, at: inner) { return fault }
        }
        return nil
    }

    private static func types(of schema: JSONValue) -> [String] {
        schema["type"]?.string.map { [$0] } ?? schema["type"]?.list?.compactMap(\.string) ?? []
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .list), ("object", .object),
            ("integer", .integer), ("number", .integer), ("number", .decimal),
            ("integer", .bigInteger), ("number", .bigInteger):
            true
        case ("integer", .decimal(let number)): number == number.rounded()
        default: false
        }
    }
}
