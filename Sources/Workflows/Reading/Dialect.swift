import Yams

/// The ways in which a workflow can be written. Each has a mark of its own: `steps`, or what the entries of `tasks` have.
enum Dialect {
    /// The dialect of a document.
    ///
    /// - Returns: `nil`, with an error reported, when it is none of them, or several at once.
    static func of(_ root: Node, _ findings: Findings) -> Workflow.Dialect? {
        switch root {
        case .sequence(let entries):
            if let mark = marks(in: Array(entries)).first, mark.dialect != .orchestrator {
                let message = "a list with \(quoted(mark.key)) stands under 'tasks' in a mapping"
                findings.error(message, at: findings.place(mark.node.mark))
                return nil
            }
            return .orchestrator
        case .mapping(let mapping):
            guard let tasks = key("tasks", of: mapping) else { return ofSteps(mapping, findings) }
            guard key("steps", of: mapping) == nil else {
                findings.error(
                    "'tasks' and 'steps' are of different dialects; a workflow is written in one of them",
                    at: findings.place(tasks.mark))
                return nil
            }
            return ofTasks(mapping, findings)
        default: return .steps
        }
    }

    /// A key of an entry that tells the dialect.
    private struct Mark {
        let dialect: Workflow.Dialect
        let key: String
        let node: Node
    }

    /// A workflow with `steps`, or with neither: no entry of its may be a task's.
    private static func ofSteps(_ mapping: Node.Mapping, _ findings: Findings) -> Workflow.Dialect? {
        guard case .sequence(let steps)? = value("steps", of: mapping) else { return .steps }
        guard let mark = marks(in: Array(steps)).first(where: { $0.dialect != .orchestrator }) else { return .steps }
        findings.error(
            "\(quoted(mark.key)) is of \(name(of: mark.dialect)), whose entries stand under 'tasks'; "
                + "a workflow is written in one dialect", at: findings.place(mark.node.mark))
        return nil
    }

    private static func ofTasks(_ mapping: Node.Mapping, _ findings: Findings) -> Workflow.Dialect? {
        guard case .sequence(let tasks)? = value("tasks", of: mapping) else { return .tasks }
        let marks = marks(in: Array(tasks))
        guard let first = marks.first else { return .tasks }
        guard let other = marks.first(where: { $0.dialect != first.dialect }) else { return first.dialect }
        findings.error(
            "\(quoted(other.key)) is of \(name(of: other.dialect)), and \(quoted(first.key)) in line "
                + "\(findings.place(first.node.mark).line) of \(name(of: first.dialect)); "
                + "a workflow is written in one dialect", at: findings.place(other.node.mark))
        return nil
    }

    /// The first mark of each entry that has one.
    private static func marks(in entries: [Node]) -> [Mark] {
        entries.compactMap { entry in
            guard case .mapping(let mapping) = entry else { return nil }
            if let node = key("task_id", of: mapping) { return Mark(dialect: .tasks, key: "task_id", node: node) }
            if let node = key("taskReferenceName", of: mapping) {
                return Mark(dialect: .conductor, key: "taskReferenceName", node: node)
            }
            return key("task", of: mapping).map { Mark(dialect: .orchestrator, key: "task", node: $0) }
        }
    }

    private static func name(of dialect: Workflow.Dialect) -> String {
        switch dialect {
        case .steps: "the dialect with 'steps'"
        case .tasks: "the tasks dialect"
        case .orchestrator: "an orchestrator's tasks"
        case .conductor: "Conductor's definitions"
        }
    }

    private static func key(_ name: String, of mapping: Node.Mapping) -> Node? {
        mapping.first { $0.key.scalar?.string == name }?.key
    }

    private static func value(_ name: String, of mapping: Node.Mapping) -> Node? {
        mapping.first { $0.key.scalar?.string == name }?.value
    }
}
