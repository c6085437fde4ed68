import JSON
import Yams

/// `task_sequence` of `metadata`: the order of the tasks when they run one after another.
struct TaskSequence {
    let findings: Findings

    /// Puts the steps into that order; those that it leaves out come after, in the order of the file.
    func apply(_ metadata: Field?, to workflow: inout Workflow) {
        let entry =
            (metadata.map { field -> [Field] in
                guard case .mapping = field.value else {
                    field.reject("a mapping")
                    return []
                }
                return field.entries(of: "words and their values") ?? []
            } ?? []).first { $0.key == "task_sequence" }
        guard let entry, case .sequence(let nodes) = entry.value else {
            entry?.reject("a list of tasks")
            return
        }
        let steps = workflow.steps
        let numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var ranks = [Int](repeating: nodes.count, count: steps.count)
        for (rank, node) in nodes.enumerated() {
            let field = Field(
                key: entry.key, keyPlace: entry.keyPlace, value: node, title: "an entry of 'task_sequence'",
                findings: findings)
            guard let text = field.identifier() else { continue }
            guard let number = numbers[TaskID.step(text)] else {
                let hint = TaskID.hint(for: text, among: steps, findings)
                findings.error(
                    "'task_sequence' has \(quoted(text)), which is not a task of this workflow\(hint)", at: field.place)
                continue
            }
            if ranks[number] < nodes.count {
                findings.error("'task_sequence' has \(quoted(text)) twice", at: field.place)
            }
            ranks[number] = rank
        }
        guard !workflow.parallel.isEnabled else { return }
        workflow.steps = steps.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { steps[$0] }
        reportContradiction(workflow.steps, at: entry.place)
    }

    private func reportContradiction(_ steps: [Step], at place: Place) {
        let numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for (number, step) in steps.enumerated() {
            guard let later = step.dependencies.first(where: { numbers[$0.step, default: -1] > number }) else {
                continue
            }
            findings.warning(
                "'task_sequence' has \(quoted(step.id)) before \(quoted(later.step)), for which it waits; "
                    + "the tasks run in the order of their dependencies", at: place)
            return
        }
    }
}
