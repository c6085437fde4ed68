import Yams

/// One entry of `steps`.
struct StepReader {
    let findings: Findings

    static let keys = [
        "id", "name", "type", "config", "env", "dependsOn", "parallel", "continueOnError", "timeout", "retries",
        "retry", "priority", "queue",
    ]
    /// Those that nothing but a step has.
    static let ownKeys = keys.filter { !["name", "env", "parallel"].contains($0) }
    private static let misplaced = Dictionary(
        uniqueKeysWithValues: ScriptReader.ownKeys.map { ($0, "'config' of the step") }
            + StepParallelismReader.ownKeys.map { ($0, "'parallel' of the step") })

    /// The types that later versions run.
    private static let futureTypes = ["agent", "http", "workflow", "worker", "external", "handler"]

    /// - Parameter number: counted from 1; the step's name in messages when it has no id.
    /// - Returns: `nil` when the entry is no step; its faults were reported.
    func read(_ node: Node, number: Int) -> Step? {
        let given = node.mapping?.first { $0.key.scalar?.string == "id" }?.value.scalar?.string
        let title = given.map { "step \(quoted($0))" } ?? "step \(number)"
        guard
            let section = Section(
                node, title: title, keys: Self.keys, misplaced: Self.misplaced, findings: findings)
        else { return nil }
        if section["id"] == nil { section.reportMissing("id") }
        let id = section.identifier("id")
        let action = readAction(section)
        let parallel = section["parallel"].flatMap { StepParallelismReader(findings: findings).read($0, title) }
        var step = Step(
            id: id ?? "", name: section.nonEmptyText("name") ?? id ?? "",
            action: action ?? .script(Script(command: .shell(""))), place: section["id"]?.place ?? section.place)
        step.dependencies = section["dependsOn"].map { DependencyReader(findings: findings).read($0, of: title) } ?? []
        step.parallel = parallel?.settings ?? StepParallelism()
        step.continueOnError = readContinueOnError(section, inParallel: parallel?.continueOnError)
        step.timeout = section.duration("timeout")
        step.retries = readRetries(section)
        step.priority = section.integer("priority", in: Limits.priorities)
        step.queue = section.identifier("queue")
        return id == nil ? nil : step
    }

    private func readAction(_ section: Section) -> StepAction? {
        let type = section["type"].map { $0.text() ?? "" } ?? "script"
        let environment = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        switch type {
        case "": return nil
        case "script":
            return ScriptReader(findings: findings).read(section, environment: environment).map(StepAction.script)
        default:
            guard let field = section["type"] else { return nil }
            if Self.futureTypes.contains(type) {
                findings.error("type \(type) is not supported yet", at: field.place)
            } else {
                let hint = findings.hint(for: type, among: ["script"] + Self.futureTypes)
                findings.error("\(field.title) is \(quoted(type)), which is no type of step\(hint)", at: field.place)
            }
            return nil
        }
    }

    /// The key is the step's; the reference also has it within `parallel`.
    private func readContinueOnError(_ section: Section, inParallel inner: Field?) -> Bool {
        let own = section.flag("continueOnError")
        guard let inner, let value = inner.flag() else { return own ?? false }
        if let own, own != value {
            findings.error(
                "'continueOnError' of \(section.title) is given twice, with different values", at: inner.place)
        }
        return value
    }

    private func readRetries(_ section: Section) -> Int? {
        if section["retries"] != nil, let other = section["retry"] {
            findings.error("\(section.title) has both 'retries' and 'retry', which are the same", at: other.keyPlace)
        }
        return section.integer("retries", in: Limits.retries) ?? section.integer("retry", in: Limits.retries)
    }
}
