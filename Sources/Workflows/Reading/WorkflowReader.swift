import Yams

/// The root of a document → a workflow, for the dialect with `steps`.
struct WorkflowReader {
    let findings: Findings
    let defaultName: String

    private static let keys = ["name", "version", "description", "parallel", "env", "steps"]

    /// `nil`, or a workflow of no use, when errors were reported.
    func read(_ root: Node) -> Workflow? {
        guard Dialect.check(root, findings),
            let section = Section(
                root, title: "the workflow", keys: Self.keys,
                misplaced: Dictionary(uniqueKeysWithValues: StepReader.ownKeys.map { ($0, "a step") }),
                findings: findings)
        else { return nil }
        let parallel = section["parallel"].flatMap { ParallelSettingsReader(findings: findings).read($0) }
        let steps = readSteps(section)
        var workflow = Workflow(name: section["name"].map { readName($0) } ?? defaultName, steps: steps)
        workflow.version = section.nonEmptyText("version") ?? "1.0.0"
        workflow.description = section.text("description")
        workflow.parallel = parallel ?? ParallelSettings()
        workflow.environment = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        WorkflowCheck(workflow: workflow, findings: findings).report()
        return workflow
    }

    private func readName(_ field: Field) -> String {
        guard let name = field.nonEmptyText() else { return defaultName }
        if name.unicodeScalars.count > 200 || name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            findings.error("\(field.title) is one line of at most 200 characters", at: field.place)
        }
        return name
    }

    private func readSteps(_ section: Section) -> [Step] {
        guard let field = section["steps"] else {
            section.reportMissing("steps")
            return []
        }
        guard let nodes = field.list(of: "steps") else { return [] }
        if nodes.isEmpty { findings.error("'steps' is empty; a workflow has at least one step", at: field.place) }
        let reader = StepReader(findings: findings)
        return nodes.enumerated().compactMap { reader.read($1, number: $0 + 1) }
    }
}
