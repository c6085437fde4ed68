import JSON

/// Values as parts of expressions.
extension ConductorText {
    /// A value as part of an expression, or what lies below it.
    func source(
        of template: JSONTemplate, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        if let segment = below.first {
            switch (template, segment) {
            case (.object(let members), .name(let name)):
                return try members[name].map { value throws(ConductorFault) in
                    try source(of: value, below.dropFirst(), field)
                } ?? "null"
            case (.list(let elements), .index(let index)):
                guard elements.indices.contains(index) else { return "null" }
                return try source(of: elements[index], below.dropFirst(), field)
            case (.text(let text), _) where text.parts.count == 1:
                return try taken(try member("(\(text.expressions[0].source))", below, field) + " ?? null")
            default: return "null"
            }
        }
        switch template {
        case .value(let value): return try taken(Self.literal(value))
        case .text(let text):
            if text.parts.count == 1, let expression = text.expressions.first { return try taken(expression.source) }
            let parts = text.parts.map { part in
                switch part {
                case .text(let plain): Self.literal(.string(plain))
                case .expression(let expression): "string(\(expression.source))"
                }
            }
            return try taken(parts.joined(separator: " + "))
        case .list(let elements):
            var sources: [String] = []
            for element in elements { sources.append(try source(of: element, [], field)) }
            return try taken("[\(sources.joined(separator: ", "))]")
        case .object(let members):
            var sources: [String] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                sources += [Self.literal(.string(name)), try source(of: value, [], field)]
            }
            return try taken("object(\(sources.joined(separator: ", ")))")
        }
    }

    static func step(_ id: String) -> String { "steps\(member(id))" }

    static func member(_ name: String) -> String {
        let isPlain =
            name.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
            && name.utf8.allSatisfy { isIdentifier(String(UnicodeScalar($0))) && $0 != 0x2D && $0 != 0x2E }
        return isPlain ? ".\(name)" : "[\(literal(.string(name)))]"
    }

    static func literal(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): "'\(text.replacing("'", with: "''"))'"
        case .integer(let number) where number >= 0: "\(number)"
        case .integer, .bigInteger, .decimal: "number('\(value.text)')"
        case .list(let elements): "[\(elements.map { literal($0) }.joined(separator: ", "))]"
        case .object(let members):
            "object("
                + members.sorted { $0.key < $1.key }.map { "\(literal(.string($0.key))), \(literal($0.value))" }
                .joined(separator: ", ") + ")"
        case .null, .bool: value.text
        }
    }

    static func chosen(_ source: String, _ names: [String: String], else other: String) -> String {
        var text = "'\(other)'"
        for (state, name) in names.sorted(by: { $0.key < $1.key }) {
            text = "if(\(source) == '\(state)', '\(name)', \(text))"
        }
        return text
    }
}
