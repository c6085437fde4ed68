import JSON
import Yams

extension Field {
    /// A text that may hold expressions.
    func template() -> Template? { text().flatMap { template(of: $0) } }

    func nonEmptyTemplate() -> Template? { nonEmptyText().flatMap { template(of: $0) } }

    private func template(of text: String) -> Template? {
        do throws(ExpressionError) {
            return try Template.parse(text, at: textPlace)
        } catch {
            report(error)
            return nil
        }
    }

    /// An expression, with its braces or without.
    func expression() -> Expression? {
        guard let text = nonEmptyText() else { return nil }
        do throws(ExpressionError) {
            guard text.contains("${{") else { return try Expression.parse(text, at: textPlace) }
            let template = try Template.parse(text, at: textPlace)
            if template.parts.count == 1, let expression = template.expressions.first { return expression }
            findings.error("\(title) is one expression, with '${{' before and '}}' after it or without them", at: place)
        } catch {
            report(error)
        }
        return nil
    }

    func report(_ error: ExpressionError) {
        findings.error("\(title): \(error)", at: error.exactPlace ?? place)
    }

    /// Any value, as YAML 1.2 takes it: plain scalars are null, booleans, numbers, else texts.
    func json() -> JSONValue? { json(of: value) }

    private func json(of node: Node) -> JSONValue? {
        switch node {
        case .scalar(let scalar): return scalar.json
        case .sequence(let sequence):
            let elements = sequence.map { json(of: $0) }
            return elements.contains { $0 == nil } ? nil : .list(elements.compactMap { $0 })
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    findings.error("a member of \(title) has a name that is no text", at: findings.place(key.mark))
                    return nil
                }
                guard !findings.maskedKeys.contains(name.string) else { continue }
                guard let value = json(of: value) else { return nil }
                members[name.string] = value
            }
            return .object(members)
        case .alias: return nil
        }
    }

    /// Any value whose texts may hold expressions.
    func jsonTemplate() -> JSONTemplate? { jsonTemplate(of: value) }

    private func jsonTemplate(of node: Node) -> JSONTemplate? {
        switch node {
        case .scalar(let scalar):
            guard case .string(let text) = scalar.json else { return .value(scalar.json) }
            let field = Field(key: key, keyPlace: keyPlace, value: node, title: title, findings: findings)
            guard let template = field.template(of: text) else { return nil }
            return template.plainText.map { .value(.string($0)) } ?? .text(template)
        case .sequence(let sequence):
            let elements = sequence.map { jsonTemplate(of: $0) }
            return elements.contains { $0 == nil } ? nil : .list(elements.compactMap { $0 })
        case .mapping(let mapping):
            var members: [String: JSONTemplate] = [:]
            for (key, value) in mapping {
                guard case .scalar(let name) = key else {
                    findings.error("a member of \(title) has a name that is no text", at: findings.place(key.mark))
                    return nil
                }
                guard !findings.maskedKeys.contains(name.string) else { continue }
                guard let value = jsonTemplate(of: value) else { return nil }
                members[name.string] = value
            }
            return .object(members)
        case .alias: return nil
        }
    }

    /// The members of a mapping, each a value whose texts may hold expressions.
    func templates(of expected: String) -> [String: JSONTemplate] {
        var templates: [String: JSONTemplate] = [:]
        for entry in entries(of: expected) ?? [] { templates[entry.key] = entry.jsonTemplate() }
        return templates
    }

    /// Where a scalar's text begins: after its quote. Of a block, where it is opened.
    private var textPlace: Place {
        guard case .scalar(let scalar) = value else { return place }
        switch scalar.style {
        case .singleQuoted, .doubleQuoted: return Place(line: place.line, column: place.column + 1)
        default: return place
        }
    }
}

extension Node.Scalar {
    /// As the core schema of YAML 1.2 resolves it.
    var json: JSONValue {
        guard isPlain else { return .string(string) }
        switch string {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        guard let first = string.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string(string) }
        if let number = Int(string) { return .integer(number) }
        let isNumber = string.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) }
        if isNumber, let number = Double(string), number.isFinite { return .decimal(number) }
        return .string(string)
    }
}

extension Node {
    /// The node that YAML would read for the value.
    init(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .scalar(Scalar(text, Tag(.str), .doubleQuoted))
        case .list(let elements): self = .sequence(Sequence(elements.map { Node($0) }))
        case .object(let members):
            self = .mapping(
                Mapping(members.sorted { $0.key < $1.key }.map { (Node(.string($0.key)), Node($0.value)) }))
        default: self = .scalar(Scalar(value.text, Tag(.implicit), .plain))
        }
    }
}
