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
    private(set) var inputNames: Set<String> = []
    /// Bytes that may still be taken over from one text into another.
    private var budget = 8 << 20
    private lazy var names = index.entries.keys.sorted()
    /// Within a task's input, which may not lead to a further one.
    private var isWithinInput = false

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
    private func taken(_ source: String) throws(ConductorFault) -> String {
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

    private func checkBudget() throws(ConductorFault) {
        guard budget >= 0 else { throw ConductorFault("the definition's expressions take over too much altogether") }
    }

    private func source(of path: ConductorPath, _ field: Field) throws(ConductorFault) -> String {
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

    private func ofWorkflow(
        _ rest: ArraySlice<ConductorPath.Segment>, _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        guard case .name(let part)? = rest.first else {
            throw ConductorFault("after 'workflow' comes '.input', '.variables' or the like", at: path.offsets[0])
        }
        let below = rest.dropFirst()
        switch part {
        case "input":
            if case .name(let name)? = below.first { inputNames.insert(name) }
            return try orNull("inputs", below, field)
        case "variables": return try orNull("vars", below, field)
        case "status":
            return Self.chosen(
                "run.state", ["succeeded": "COMPLETED", "failed": "FAILED", "cancelled": "TERMINATED"], else: "RUNNING")
        case "workflowId": return "string(run.id)"
        case "workflowType", "workflowName": return "run.workflow"
        case "version", "workflowVersion": return version
        case "schemaVersion": return "2"
        case "createTime", "startTime": return "run.startedAt"
        default: return unknown("workflow.\(part)", at: path.offsets[1], field)
        }
    }

    private func ofTask(
        _ reference: String, id: String, _ known: ConductorIndex.Entry?, _ rest: ArraySlice<ConductorPath.Segment>,
        _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        let step = Self.step(id)
        guard case .name(let part)? = rest.first else {
            throw ConductorFault(
                "after a task's reference name comes '.output', '.input' or the like", at: path.offsets[0])
        }
        let below = rest.dropFirst()
        switch part {
        case "output":
            if reference == loop, below.count == 1, below.first == .name("iteration") { return "iteration" }
            return try output(of: step, type: known?.type ?? "SIMPLE", below, field)
        case "input":
            guard let known else { return unknown("\(reference).input", at: path.offsets[1], field) }
            return try input(of: known, below, path, field)
        case "status":
            return Self.chosen(
                "\(step).state",
                [
                    "succeeded": "COMPLETED", "failed": "FAILED", "skipped": "SKIPPED", "cancelled": "CANCELED",
                    "running": "IN_PROGRESS",
                ], else: "SCHEDULED")
        case "reasonForIncompletion": return "\(step).error"
        case "taskType": return Self.literal(.string(known?.type ?? "SIMPLE"))
        case "taskDefName": return Self.literal(.string(known?.name ?? reference))
        case "referenceTaskName": return Self.literal(.string(reference))
        case "iteration":
            if reference == loop || (loop != nil && known?.loop == loop) { return "iteration" }
            if known?.type == "DO_WHILE" { return try orNull("\(step).result", [.name("iteration")], field) }
            return "0"
        default: return unknown("\(reference).\(part)", at: path.offsets[1], field)
        }
    }

    /// What a task left, in the shape that Conductor gives it.
    func output(
        of step: String, type: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        switch type {
        case "FORK_JOIN", "JOIN", "FORK_JOIN_DYNAMIC", "SWITCH", "DECISION", "DO_WHILE", "INLINE", "LAMBDA",
            "SET_VARIABLE", "NOOP":
            return try orNull("\(step).result", below, field)
        case "HTTP":
            guard below.first == .name("response") else {
                return try orNull("object('response', \(step).result ?? null)", below, field)
            }
            var inner = Array(below.dropFirst())
            // Names of headers are kept in small letters.
            if inner.count > 1, inner[0] == .name("headers"), case .name(let name) = inner[1] {
                inner[1] = .name(name.lowercased())
            }
            return try orNull("\(step).result", inner[...], field)
        default:
            return try orNull(
                below.isEmpty ? "asObject(\(step).result ?? null)" : "asObject(\(step).result)", below, field)
        }
    }

    private func input(
        of task: ConductorIndex.Entry, _ below: ArraySlice<ConductorPath.Segment>, _ path: ConductorPath, _ field: Field
    ) throws(ConductorFault) -> String {
        try checkBudget()
        guard !isWithinInput else {
            throw ConductorFault("the input refers to an input that refers to another; name what it comes from")
        }
        isWithinInput = true
        defer { isWithinInput = false }
        guard case .name(let name)? = below.first else {
            return try source(of: .object(values(task.inputs)), [], field)
        }
        guard let parameter = task.inputs[name] else { return "null" }
        // Faults of the parameter were, or will be, reported where it stands.
        return try value(parameter).map { value throws(ConductorFault) in
            try source(of: value, below.dropFirst(), field)
        } ?? "null"
    }

    private func unknown(_ what: String, at offset: Int, _ field: Field) -> String {
        findings.warning("\(field.title): '\(what)' is not known here and is null", at: field.exactPlace(of: offset))
        return "null"
    }

    private func orNull(
        _ base: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        below.isEmpty && !base.hasSuffix(".result") ? base : try member(base, below, field) + " ?? null"
    }

    private func member(
        _ base: String, _ below: ArraySlice<ConductorPath.Segment>, _ field: Field
    ) throws(ConductorFault) -> String {
        var text = base
        for segment in below {
            switch segment {
            case .name(let name): text += Self.member(name)
            case .index(let index): text += "[\(index)]"
            case .nested(let path): text += "[string(\(try source(of: path, field)))]"
            }
        }
        return text
    }

    // MARK: Values within expressions

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
        case .integer, .decimal: "number('\(value.text)')"
        case .list(let elements): "[\(elements.map { literal($0) }.joined(separator: ", "))]"
        case .object(let members):
            "object("
                + members.sorted { $0.key < $1.key }.map { "\(literal(.string($0.key))), \(literal($0.value))" }
                .joined(separator: ", ") + ")"
        case .null, .bool: value.text
        }
    }

    private static func chosen(_ source: String, _ names: [String: String], else other: String) -> String {
        var text = "'\(other)'"
        for (state, name) in names.sorted(by: { $0.key < $1.key }) {
            text = "if(\(source) == '\(state)', '\(name)', \(text))"
        }
        return text
    }
}
