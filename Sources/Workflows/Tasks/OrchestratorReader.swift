import Yams

/// An orchestrator's tasks → a workflow: a list of `id`, `task`, `agent` and `deps`, alone or under `tasks`.
struct OrchestratorReader {
    let findings: Findings
    let defaultName: String

    private static let keys = ["name", "version", "description", "tasks"]
    private static let taskKeys = ["id", "task", "agent", "deps", "priority"]
    /// A task is a sentence or more; its name is one line of it.
    private static let longestName = 80

    /// `nil`, or a workflow of no use, when errors were reported.
    func read(_ root: Node) -> Workflow? {
        var workflow: Workflow
        if case .sequence(let nodes) = root {
            workflow = Workflow(name: defaultName, steps: steps(Array(nodes), at: findings.place(root.mark)))
        } else {
            guard let section = Section(root, title: "the workflow", keys: Self.keys, findings: findings) else {
                return nil
            }
            let head = WorkflowHeadReader(findings: findings)
            let field = section["tasks"]
            workflow = Workflow(
                name: section["name"].map { head.name($0, else: defaultName) } ?? defaultName,
                steps: steps(field?.list(of: "tasks") ?? [], at: field?.place ?? section.place))
            workflow.version = section.nonEmptyText("version") ?? "1.0.0"
            workflow.description = section.text("description")
        }
        workflow.dialect = .orchestrator
        WorkflowCheck(workflow: workflow, findings: findings).report()
        return workflow
    }

    private func steps(_ nodes: [Node], at place: Place) -> [Step] {
        if nodes.isEmpty { findings.error("the list of tasks is empty; a workflow has at least one", at: place) }
        return nodes.enumerated().compactMap { step($1, number: $0 + 1) }
    }

    private func step(_ node: Node, number: Int) -> Step? {
        let given = node.mapping?.first { $0.key.scalar?.string == "id" }?.value.scalar?.string
        let title = given.map { "task \(quoted($0))" } ?? "the task number \(number)"
        guard let section = Section(node, title: title, keys: Self.taskKeys, findings: findings) else { return nil }
        for key in ["id", "task", "agent"] where section[key] == nil { section.reportMissing(key) }
        let (id, prompt, agent) = (
            section.identifier("id"), section["task"]?.nonEmptyTemplate(), section.identifier("agent")
        )
        let dependencies = section["deps"].map { TaskDependencyReader(findings: findings).read($0, of: title) } ?? []
        let priority = section.integer("priority", in: Limits.priorities)
        guard let id else { return nil }
        // Without its agent it is a task all the same, on which others may depend.
        var call = AgentCall(agent: agent ?? "")
        call.prompt = prompt
        call.environment = ["WEIR_TASK": Template(plain: id)]
        var step = Step(
            id: TaskID.step(id), name: prompt.map { Self.name($0.source) } ?? id, action: .agent(call),
            place: section["id"]?.place ?? section.place)
        step.dependencies = dependencies
        step.priority = priority
        return step
    }

    private static func name(_ task: String) -> String {
        let line = task.split(whereSeparator: \.isNewline).first { $0.contains { !$0.isWhitespace } }.map { String($0) }
        let name = line ?? task
        return name.count > longestName ? String(name.prefix(longestName - 1)) + "…" : name
    }
}
