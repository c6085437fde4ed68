import Yams

/// `success_criteria`: a list of names and of expressions over a run's figures.
struct CriterionReader {
    let findings: Findings

    /// The criteria that are names, with the figure that each stands for.
    static let names: [String: Criterion] = [
        "all_tasks_completed": .allTasksCompleted, "all_steps_completed": .allTasksCompleted,
        "no_task_blocked_by_another": .noTaskBlockedByAnother, "no_step_blocked_by_another": .noTaskBlockedByAnother,
    ]
    private static let roots = RunFigures.names + ["steps", "tasks", "inputs", "env", "vars", "run", "memory"]

    func read(_ field: Field) -> [Criterion] {
        switch field.value {
        case .sequence(let sequence): sequence.compactMap { criterion($0, of: field) }
        case .scalar(let scalar) where !scalar.isNull: [criterion(field.value, of: field)].compactMap(\.self)
        default: rejected(field)
        }
    }

    private func rejected(_ field: Field) -> [Criterion] {
        field.reject("a list of criteria, such as 'all_tasks_completed' or 'total_time < 1200'")
        return []
    }

    private func criterion(_ node: Node, of field: Field) -> Criterion? {
        guard case .scalar(let scalar) = node, !scalar.isNull else {
            let advice = "a criterion is a text, such as 'all_tasks_completed' or 'total_time < 1200'"
            findings.error("\(advice), not \(description(of: node))", at: findings.place(node.mark))
            return nil
        }
        if let criterion = Self.names[scalar.string] { return criterion }
        let entry = Field(
            key: field.key, keyPlace: field.keyPlace, value: node, title: "a criterion in \(field.title)",
            findings: findings)
        return entry.expression().flatMap { check($0, at: entry.place) ? .expression($0) : nil }
    }

    /// Whether all that it reads can be there, and it is more than a name.
    private func check(_ expression: Expression, at place: Place) -> Bool {
        let unknown = expression.references.filter { !Self.roots.contains($0.root) }
        for reference in unknown {
            let known = Self.names.keys.sorted() + Self.roots
            let hint = findings.hint(for: reference.root, among: known)
            let fault = "a criterion knows no \(quoted(reference.root))"
            findings.error("\(fault)\(hint)", at: place)
        }
        if unknown.isEmpty, case .root(let name, _) = expression.root, RunFigures.names.contains(name) {
            findings.error("the criterion \(quoted(name)) compares nothing; write, say, '\(name) < 1200'", at: place)
            return false
        }
        return unknown.isEmpty
    }
}
