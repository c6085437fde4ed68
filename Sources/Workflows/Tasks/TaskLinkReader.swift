import Yams

/// `dependencies` of the workflow: entries of a task and those that it waits for, besides the tasks' own.
struct TaskLinkReader {
    let findings: Findings

    private static let keys = ["task_id", "depends_on"]

    func read(_ field: Field, into steps: inout [Step]) {
        if case .scalar(let scalar) = field.value, scalar.isNull { return }
        guard let nodes = field.list(of: "entries with 'task_id' and 'depends_on'") else { return }
        let numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
        for (number, node) in nodes.enumerated() {
            let title = "the entry \(number + 1) of 'dependencies'"
            guard let section = Section(node, title: title, keys: Self.keys, findings: findings) else { continue }
            for key in Self.keys where section[key] == nil { section.reportMissing(key) }
            guard let id = section.identifier("task_id"), let edges = section["depends_on"] else { continue }
            let dependencies = TaskDependencyReader(findings: findings).read(edges, of: title)
            guard let index = numbers[TaskID.step(id)] else {
                let hint = TaskID.hint(for: id, among: steps, findings)
                findings.error(
                    "'dependencies' has \(quoted(id)), which is not a task of this workflow\(hint)",
                    at: section["task_id"]?.place ?? section.place)
                continue
            }
            merge(dependencies, into: &steps[index])
        }
    }

    /// What a task says itself may be said again, but not otherwise.
    private func merge(_ dependencies: [Dependency], into step: inout Step) {
        var known: [String: Dependency.Condition] = [:]
        for dependency in step.dependencies { known[dependency.step] = dependency.condition }
        for dependency in dependencies {
            guard let condition = known[dependency.step] else {
                known[dependency.step] = dependency.condition
                step.dependencies.append(dependency)
                continue
            }
            guard condition != dependency.condition else { continue }
            findings.error(
                "step \(quoted(step.id)) needs \(quoted(dependency.step)) twice, with different conditions",
                at: dependency.place)
        }
    }
}
