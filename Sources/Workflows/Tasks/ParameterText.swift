import JSON

/// Parameters as the JSON text that a process finds in a variable. Expressions within them become expressions within
/// the text, each of which gives JSON.
enum ParameterText {
    /// Bytes of the text as far as it is known. Linux takes 128 KiB for one variable.
    static let limit = 100_000

    static func template(_ parameters: [String: JSONTemplate]) throws(ExpressionError) -> Template {
        var parts: [Template.Part] = []
        try append(.object(parameters), to: &parts)
        return Template(parts: parts)
    }

    private static func append(_ value: JSONTemplate, to parts: inout [Template.Part]) throws(ExpressionError) {
        switch value {
        case .value(let value): append(value.text, to: &parts)
        case .text(let template): parts.append(.expression(try json(template)))
        case .list(let elements):
            append("[", to: &parts)
            for (index, element) in elements.enumerated() {
                if index > 0 { append(",", to: &parts) }
                try append(element, to: &parts)
            }
            append("]", to: &parts)
        case .object(let members):
            append("{", to: &parts)
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                append((index > 0 ? "," : "") + JSONValue.string(member.key).text + ":", to: &parts)
                try append(member.value, to: &parts)
            }
            append("}", to: &parts)
        }
    }

    private static func append(_ text: String, to parts: inout [Template.Part]) {
        if case .text(let before)? = parts.last {
            parts[parts.count - 1] = .text(before + text)
        } else {
            parts.append(.text(text))
        }
    }

    /// An expression that gives the text's value as JSON.
    private static func json(_ template: Template) throws(ExpressionError) -> Expression {
        let pieces = template.parts.map { part in
            switch part {
            case .text(let text): "'\(text.replacing("'", with: "''"))'"
            case .expression(let expression):
                template.parts.count == 1 ? expression.source : "string(\(expression.source))"
            }
        }
        return try Expression.parse("toJSON(\(pieces.joined(separator: " + ")))", at: template.expressions.first?.place)
    }
}
