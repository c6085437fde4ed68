/// What a task waits for, by ids as tasks have them.
struct TaskDependencyReader {
    let findings: Findings

    /// Ids as they are written become ids of steps; `4` and `task_4` are the same.
    func read(_ field: Field, of title: String) -> [Dependency] {
        var known: Set<String> = []
        return DependencyReader(findings: findings, idKey: "task_id").read(field, of: title).compactMap { written in
            let dependency = Dependency(
                step: TaskID.step(written.step), condition: written.condition, place: written.place)
            if !known.insert(dependency.step).inserted {
                findings.error("\(title) needs \(quoted(dependency.step)) twice", at: dependency.place)
                return nil
            }
            return dependency
        }
    }
}
