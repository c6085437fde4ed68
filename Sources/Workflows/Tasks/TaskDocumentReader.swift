import JSON
import Yams

/// The root of a document → a workflow, for the tasks dialect.
struct TaskDocumentReader {
    let findings: Findings
    let defaultName: String

    static let keys = [
        "name", "description", "version", "metadata", "tasks", "execution", "dependencies", "polling",
        "success_criteria", "error_handling", "parallel", "env", "defaults", "inputs", "workers", "on", "output",
        "timeout",
        "schedule", "report",
    ]
    private static let misplaced = Dictionary(
        TaskReader.keys.filter { !keys.contains($0) }.map { ($0, "a task") }
            + ["mode", "parallel_allowed", "parallelization_factor", "wait_for_all"].map { ($0, "'execution'") }
            + [("task_sequence", "'metadata'")]
    ) { first, _ in first }

    /// Where results and the report go when the file does not say.
    static let reports = ReportSettings(
        resultsDirectory: ".conductor/task-results", reportPath: "test-results/NAME-results.json")

    /// `nil`, or a workflow of no use, when errors were reported.
    func read(_ root: Node) -> Workflow? {
        guard
            let section = Section(
                root, title: "the workflow", keys: Self.keys, misplaced: Self.misplaced, findings: findings)
        else { return nil }
        let execution = section["execution"].map { Execution(reading: $0) } ?? Execution()
        let errors = section["error_handling"].map { ErrorHandling(reading: $0) } ?? ErrorHandling()
        let head = WorkflowHeadReader(findings: findings)
        let defaults = section["defaults"].map { StepDefaults(reading: $0) } ?? StepDefaults()
        let parallel = parallelSettings(section, execution)
        let steps = StepReader(findings: findings, defaults: defaults)
        let reader = TaskReader(
            findings: findings, steps: steps, isRetryAllowed: errors.isRetryAllowed,
            isolatesErrors: errors.isolatesErrors(isParallel: parallel.isEnabled))

        var workflow = Workflow(
            name: section["name"].map { head.name($0, else: defaultName) } ?? defaultName,
            steps: tasks(section, reader))
        workflow.dialect = .tasks
        workflow.version = section.nonEmptyText("version") ?? "1.0.0"
        workflow.description = section.text("description")
        workflow.metadata = section["metadata"]?.json()?.object ?? [:]
        workflow.parallel = parallel
        workflow.environment = defaults.environment.merging(
            section["env"].map { EnvironmentReader().read($0) } ?? [:]
        ) { _, own in own }
        workflow.inputs = section["inputs"].map { head.inputs($0) } ?? []
        workflow.workers = section["workers"].map { WorkersReader(findings: findings).read($0) } ?? [:]
        workflow.handlers = section["on"].map { head.handlers($0, steps) } ?? Handlers()
        workflow.output = section["output"]?.jsonTemplate()
        workflow.criteria = section["success_criteria"].map { head.criteria($0) } ?? []
        workflow.timeout = timeout(section, execution)
        workflow.watching = Execution.watching(reading: section["polling"])
        workflow.watching.waitsForAll = execution.waitsForAll
        workflow.failureMessages = errors.messages
        workflow.schedules = section["schedule"].map { head.schedules($0) } ?? []
        workflow.report = section["report"].map { report($0, head) } ?? Self.reports
        if let links = section["dependencies"] { TaskLinkReader(findings: findings).read(links, into: &workflow.steps) }
        workflow.keepsOrder = true
        TaskSequence(findings: findings).apply(section["metadata"], to: &workflow)
        WorkflowCheck(workflow: workflow, findings: findings).report()
        return workflow
    }

    private func tasks(_ section: Section, _ reader: TaskReader) -> [Step] {
        guard let field = section["tasks"] else {
            section.reportMissing("tasks")
            return []
        }
        guard let nodes = field.list(of: "tasks") else { return [] }
        if nodes.isEmpty { findings.error("'tasks' is empty; a workflow has at least one task", at: field.place) }
        return nodes.enumerated().compactMap { reader.read($1, number: $0 + 1) }
    }

    /// `execution` decides; `parallel` may add pools, and say the same.
    private func parallelSettings(_ section: Section, _ execution: Execution) -> ParallelSettings {
        let field = section["parallel"]
        var settings = field.flatMap { ParallelSettingsReader(findings: findings).read($0) } ?? ParallelSettings()
        if let isParallel = execution.isParallel {
            if isParallel, !settings.isEnabled, let field {
                findings.error(
                    "\(field.title) is not enabled, but 'execution' has 'mode: parallel'", at: field.keyPlace)
            }
            settings.isEnabled = isParallel
            settings.isExplicit = true
        }
        if let factor = execution.factor {
            if let other = settings.defaultMaxConcurrency, other != factor, let field {
                findings.error(
                    "'defaultMaxConcurrency' is \(other), but 'parallelization_factor' is \(factor)", at: field.keyPlace
                )
            }
            settings.defaultMaxConcurrency = factor
        }
        return settings
    }

    private func timeout(_ section: Section, _ execution: Execution) -> Duration? {
        let own = section.duration("timeout")
        if own != nil, execution.timeout != nil, let field = section["timeout"] {
            findings.error("'execution' has a 'timeout_seconds' as well; give one of them", at: field.keyPlace)
        }
        return execution.timeout ?? own
    }

    /// `false`: no files. What a mapping does not say stays as it is.
    private func report(_ field: Field, _ head: WorkflowHeadReader) -> ReportSettings {
        if case .scalar(let scalar) = field.value, scalar.json == .bool(false) { return ReportSettings() }
        let own = head.report(field)
        return ReportSettings(
            resultsDirectory: own.resultsDirectory ?? Self.reports.resultsDirectory,
            reportPath: own.reportPath ?? Self.reports.reportPath)
    }
}
