import JSON
import Yams

/// One entry of `tasks` in the tasks dialect.
struct TaskReader {
    let findings: Findings
    let steps: StepReader
    /// What `error_handling` and `execution` say of every task.
    let isRetryAllowed: Bool
    let isolatesErrors: Bool?

    /// What a task has instead of a step's keys, or besides.
    static let ownKeys = [
        "task_id", "agent_type", "timeout_seconds", "depends_on", "parameters", "prompt", "planner", "retry_allowed",
    ]
    static let keys =
        ownKeys + ScriptReader.ownKeys + StepReader.keys.filter { !["id", "dependsOn"].contains($0) }
    private static let misplaced = Dictionary(
        uniqueKeysWithValues: StepParallelismReader.ownKeys.map { ($0, "'parallel' of the task") } + [
            ("agent", "'config' of type agent, and is 'agent_type' here"), ("id", "steps, and is 'task_id' here"),
        ])

    private static let retriesWhereAllowed = 3

    /// - Parameter number: counted from 1; the task's name in messages when it has no id.
    /// - Returns: `nil` when the entry is no task; its faults were reported.
    func read(_ node: Node, number: Int) -> Step? {
        let given = node.mapping?.first { $0.key.scalar?.string == "task_id" }?.value.scalar?.string
        let title = given.map { "task \(quoted($0))" } ?? "the task number \(number)"
        guard let section = Section(node, title: title, keys: Self.keys, misplaced: Self.misplaced, findings: findings)
        else { return nil }
        if section["task_id"] == nil { section.reportMissing("task_id") }
        let written = section.identifier("task_id")
        let action = TaskActionReader(findings: findings, steps: steps).read(section, task: written ?? "")
        let id = written.map(TaskID.step)
        var step = Step(
            id: id ?? "", name: section.nonEmptyText("name") ?? written.map(TaskID.name) ?? "",
            action: action ?? .script(Script(command: .shell(""))), place: section["task_id"]?.place ?? section.place)
        step.dependencies =
            section["depends_on"].map { TaskDependencyReader(findings: findings).read($0, of: title) } ?? []
        steps.readRest(section, into: &step)
        readTimeout(section, into: &step)
        readRetries(section, into: &step)
        if step.parallel.isolateErrors == nil, !step.continueOnError { step.parallel.isolateErrors = isolatesErrors }
        return id == nil ? nil : step
    }

    private func readTimeout(_ section: Section, into step: inout Step) {
        guard let field = section["timeout_seconds"] else { return }
        if section["timeout"] != nil {
            findings.error(
                "\(section.title) has both 'timeout' and 'timeout_seconds', which are the same", at: field.keyPlace)
        }
        step.timeout = field.duration() ?? step.timeout
    }

    private func readRetries(_ section: Section, into step: inout Step) {
        let isAllowed = section.flag("retry_allowed") ?? isRetryAllowed
        guard step.retries == nil, step.action.isProcess else { return }
        step.retries = isAllowed ? Self.retriesWhereAllowed : 0
    }
}
