import JSON
import Yams

/// The root of a document → a workflow, for the dialect with `steps`.
struct WorkflowReader {
    let findings: Findings
    let defaultName: String

    static let keys = [
        "name", "version", "description", "metadata", "parallel", "env", "defaults", "inputs", "workers", "steps", "on",
        "output",
        "success_criteria", "timeout", "schedule", "report",
    ]

    /// `nil`, or a workflow of no use, when errors were reported.
    func read(_ root: Node) -> Workflow? {
        guard
            let section = Section(
                root, title: "the workflow", keys: Self.keys,
                misplaced: Dictionary(uniqueKeysWithValues: StepReader.ownKeys.map { ($0, "a step") }),
                findings: findings)
        else { return nil }
        let head = WorkflowHeadReader(findings: findings)
        let defaults = section["defaults"].map { StepDefaults(reading: $0) } ?? StepDefaults()
        let reader = StepReader(findings: findings, defaults: defaults)
        var workflow = Workflow(
            name: section["name"].map { head.name($0, else: defaultName) } ?? defaultName,
            steps: readSteps(section, reader))
        workflow.version = section.nonEmptyText("version") ?? "1.0.0"
        workflow.description = section.text("description")
        workflow.metadata = section["metadata"]?.json()?.object ?? [:]
        workflow.parallel =
            section["parallel"].flatMap { ParallelSettingsReader(findings: findings).read($0) } ?? ParallelSettings()
        workflow.environment = defaults.environment.merging(
            section["env"].map { EnvironmentReader().read($0) } ?? [:]
        ) { _, own in own }
        workflow.inputs = section["inputs"].map { head.inputs($0) } ?? []
        workflow.workers = section["workers"].map { WorkersReader(findings: findings).read($0) } ?? [:]
        workflow.handlers = section["on"].map { head.handlers($0, reader) } ?? Handlers()
        workflow.output = section["output"]?.jsonTemplate()
        workflow.criteria = section["success_criteria"].map { head.criteria($0) } ?? []
        workflow.timeout = section.duration("timeout")
        workflow.schedules = section["schedule"].map { head.schedules($0) } ?? []
        workflow.report = section["report"].map { head.report($0) } ?? ReportSettings()
        WorkflowCheck(workflow: workflow, findings: findings).report()
        if let field = section["env"] ?? section["defaults"] {
            SharedTextCheck(workflow: workflow, directory: defaults.directory).report(at: field.place, findings)
        }
        return workflow
    }

    private func readSteps(_ section: Section, _ reader: StepReader) -> [Step] {
        guard let field = section["steps"] else {
            section.reportMissing("steps")
            return []
        }
        guard let nodes = field.list(of: "steps") else { return [] }
        if nodes.isEmpty { findings.error("'steps' is empty; a workflow has at least one step", at: field.place) }
        return nodes.enumerated().compactMap { reader.read($1, number: $0 + 1) }
    }
}
