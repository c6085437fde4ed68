import JSON
import Yams

/// The expressions in a definition's texts, `${…}`, as those of the dialect with `steps`.
///
/// What cannot be resolved is null for Conductor, hence `?? null` behind every path. A class, since it counts what
/// it writes: a value that is taken over into each of many expressions must not fill the memory.
final class ConductorText {
    let index: ConductorIndex
    let findings: Findings
    /// The definition's, as an expression.
    var version = "1"
    /// Of tasks that come as data and may name any step of the run.
    let isOpen: Bool
    /// The loop in whose rounds the present text is.
    var loop: String?
    /// The names of `workflow.input` that expressions read.
    var inputNames: Set<String> = []
    /// Bytes that may still be taken over from one text into another.
    private var budget = 8 << 20
    private(set) lazy var names = index.entries.keys.sorted()
    /// Within a task's input, which may not lead to a further one.
    var isWithinInput = false

    init(index: ConductorIndex, findings: Findings, isOpen: Bool) {
        self.index = index
        self.findings = findings
        self.isOpen = isOpen
    }

    // MARK: Values of the document

    /// A scalar as text.
    func template(_ field: Field) -> Template? {
        guard let text = field.text() else { return nil }
        do throws(ConductorFault) {
            return try template(text, field)
        } catch {
            field.report(error)
            return nil
        }
    }

    /// Any value, with the expressions in its texts.
    func value(_ field: Field) -> JSONTemplate? {
        switch field.value {
        case .scalar(let scalar):
            guard case .string = scalar.json else { return .value(scalar.json) }
            guard let template = template(field) else { return nil }
            return template.plainText.map { .value(.string($0)) } ?? .text(template)
        case .sequence(let sequence):
            let elements = sequence.map { node in
                value(
                    Field(
                        key: field.key, keyPlace: field.keyPlace, value: node, title: field.title, findings: findings))
            }
            return elements.contains { $0 == nil } ? nil : .list(elements.compactMap { $0 })
        case .mapping:
            var members: [String: JSONTemplate] = [:]
            for entry in field.entries(of: "names and values") ?? [] {
                guard let member = value(entry) else { return nil }
                members[entry.key] = member
            }
            return .object(members)
        case .alias: return nil
        }
    }

    func values(_ fields: [String: Field]) -> [String: JSONTemplate] { fields.compactMapValues { value($0) } }

    private func template(_ text: String, _ field: Field) throws(ConductorFault) -> Template {
        guard text.contains("${") else { return Template(plain: text) }
        let scalars = Array(text.unicodeScalars)
        var parts: [Template.Part] = []
        var plain = ""
        var position = 0
        var unclosed = 0
        while position < scalars.count {
            guard scalars[position] == "$", position + 1 < scalars.count else {
                plain.unicodeScalars.append(scalars[position])
                position += 1
                continue
            }
            if scalars[position + 1] == "$", position + 2 < scalars.count, scalars[position + 2] == "{" {
                plain += "${"
                position += 3
                continue
            }
            guard scalars[position + 1] == "{" else {
                plain.unicodeScalars.append(scalars[position])
                position += 1
                continue
            }
            guard let end = Self.closing(of: scalars[position...]) else {
                // Each was looked for up to a far end.
                unclosed += 1
                guard unclosed < 20 else { throw ConductorFault("'${' again and again without '}'", at: position) }
                plain.unicodeScalars.append(scalars[position])
                position += 1
                continue
            }
            let path = try ConductorPath(scalars[(position + 2)..<end])
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = ""
            if !path.segments.isEmpty { parts.append(.expression(try expression(try source(of: path, field)))) }
            position = end + 1
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        return Template(parts: parts)
    }

    /// The `}` that belongs to the `${` with which the text begins; `nil`: it is no expression.
    static func closing(of scalars: ArraySlice<Unicode.Scalar>) -> Int? {
        var depth = 0
        for (position, scalar) in zip(scalars.indices, scalars) {
            if scalar == "{" { depth += 1 }
            if scalar == "}" {
                depth -= 1
                if depth == 0 { return position }
            }
            // What follows cannot belong to a path of any use, and every `$` is looked at.
            if position - scalars.startIndex > 4096 { return nil }
        }
        return nil
    }

    // MARK: Expressions

    func expression(_ source: String) throws(ConductorFault) -> Expression {
        try checkLength(source)
        do throws(ExpressionError) {
            return try Expression.parse(source)
        } catch {
            throw ConductorFault("it becomes an expression that cannot be: \(error.message)")
        }
    }

    /// Bounds what is taken over from one text into another.
    func taken(_ source: String) throws(ConductorFault) -> String {
        try checkLength(source)
        budget -= source.utf8.count
        try checkBudget()
        return source
    }

    private func checkLength(_ source: String) throws(ConductorFault) {
        guard source.utf8.count <= Expression.maximumLength else {
            throw ConductorFault("the expression takes over too much; it has at most \(Expression.maximumLength) bytes")
        }
    }

    func checkBudget() throws(ConductorFault) {
        guard budget >= 0 else { throw ConductorFault("the definition's expressions take over too much altogether") }
    }

    func source(of path: ConductorPath, _ field: Field) throws(ConductorFault) -> String {
        guard case .name(let root)? = path.segments.first else {
            throw ConductorFault("an expression begins with 'workflow' or a task's reference name", at: path.offsets[0])
        }
        let rest = path.segments.dropFirst()
        if root == "workflow" { return try ofWorkflow(rest, path, field) }
        guard let known = index[root] else {
            let offset = path.offsets[0]
            if rest.isEmpty {
                throw ConductorFault(
                    "there is nothing of the name \(quoted(root)); an expression is ${workflow.input.NAME} or "
                        + "${REFERENCE.output.NAME}", at: offset)
            }
            guard isOpen else {
                let hint = findings.hint(for: root, among: names)
                throw ConductorFault("\(quoted(root)) is no task of this definition\(hint)", at: offset)
            }
            return try ofTask(root, id: ConductorIndex.id(of: root), nil, rest, path, field)
        }
        return try ofTask(root, id: known.id, known, rest, path, field)
    }
}
