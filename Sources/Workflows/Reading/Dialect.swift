import Yams

/// The ways in which a workflow can be written. Each has a mark of its own; only the one with `steps` is read yet.
enum Dialect {
    /// Keys that only the dialects with `tasks` have.
    private static let taskKeys = ["taskReferenceName", "task_id"]

    /// Reports a document of another dialect, or of several.
    ///
    /// - Returns: whether it can be read on.
    static func check(_ root: Node, _ findings: Findings) -> Bool {
        if case .sequence = root {
            let message = "the document is a list; a workflow is a mapping with a list of 'steps'"
            findings.error(message, at: findings.place(root.mark))
            return false
        }
        guard case .mapping(let mapping) = root else { return true }
        guard let tasks = key("tasks", of: mapping) else { return checkSteps(of: mapping, findings) }
        let isMixed = key("steps", of: mapping) != nil
        findings.error(
            isMixed
                ? "'tasks' and 'steps' are of different dialects; a workflow is written in one of them"
                : "the tasks dialect is not read yet; write 'steps'",
            at: findings.place(tasks.mark))
        return false
    }

    private static func checkSteps(of mapping: Node.Mapping, _ findings: Findings) -> Bool {
        guard case .sequence(let steps)? = mapping.first(where: { $0.key.scalar?.string == "steps" })?.value else {
            return true
        }
        for case .mapping(let step) in steps {
            for name in taskKeys {
                guard let key = key(name, of: step) else { continue }
                let message = "'\(name)' is of the tasks dialect, which is not read yet"
                findings.error(message, at: findings.place(key.mark))
                return false
            }
        }
        return true
    }

    private static func key(_ name: String, of mapping: Node.Mapping) -> Node? {
        mapping.first { $0.key.scalar?.string == name }?.key
    }
}
