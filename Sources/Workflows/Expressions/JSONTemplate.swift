package import JSON

/// A value of JSON whose texts may hold expressions. A text that is one expression and nothing else takes on the
/// expression's type.
package indirect enum JSONTemplate: Sendable, Hashable {
    case value(JSONValue)
    case text(Template)
    case list([JSONTemplate])
    case object([String: JSONTemplate])

    /// Reads the expressions in the value's texts.
    package static func parse(_ value: JSONValue) throws(ExpressionError) -> JSONTemplate {
        switch value {
        case .string(let text):
            let template = try Template.parse(text)
            return template.plainText.map { .value(.string($0)) } ?? .text(template)
        case .list(let elements):
            var templates: [JSONTemplate] = []
            for element in elements { templates.append(try parse(element)) }
            return .list(templates)
        case .object(let members):
            var templates: [String: JSONTemplate] = [:]
            for (name, member) in members { templates[name] = try parse(member) }
            return .object(templates)
        default: return .value(value)
        }
    }

    /// The value itself, when there is no expression in it.
    package var plainValue: JSONValue? {
        switch self {
        case .value(let value): return value
        case .text(let template): return template.plainText.map { .string($0) }
        case .list(let elements):
            let values = elements.compactMap(\.plainValue)
            return values.count == elements.count ? .list(values) : nil
        case .object(let members):
            let values = members.compactMapValues(\.plainValue)
            return values.count == members.count ? .object(values) : nil
        }
    }

    /// As it is written.
    package var source: JSONValue {
        switch self {
        case .value(.string(let text)): .string(Template.escaped(text))
        case .value(let value): value
        case .text(let template): .string(template.source)
        case .list(let elements): .list(elements.map(\.source))
        case .object(let members): .object(members.mapValues(\.source))
        }
    }

    package var expressions: [Expression] {
        switch self {
        case .value: []
        case .text(let template): template.expressions
        case .list(let elements): elements.flatMap(\.expressions)
        case .object(let members): members.sorted { $0.key < $1.key }.flatMap(\.value.expressions)
        }
    }

    package func evaluate(in scope: some ExpressionScope) throws(ExpressionError) -> JSONValue {
        switch self {
        case .value(let value): return value
        case .text(let template): return try template.evaluate(in: scope)
        case .list(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try element.evaluate(in: scope)) }
            return .list(values)
        case .object(let members):
            var values: [String: JSONValue] = [:]
            for (name, member) in members { values[name] = try member.evaluate(in: scope) }
            return .object(values)
        }
    }
}
