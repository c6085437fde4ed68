import JSON
import Jobs
import SQLite
import Workflows

/// A run's report for files: the report in JSON, and its tasks with their results and gates.
struct RunDocument {
    private let report: RunReport
    private let workflow: Workflow?
    private let agents: [String: String]
    private let gates: [JobID: [RunReport.Gate]]
    /// JSON.
    private var results: [JobID: String] = [:]

    private static let resultsSQL: SQL = """
        SELECT j.id, r.value
        FROM jobs j
        JOIN results r ON r.job_id = j.id
        WHERE j.run_id = :run_id AND j.parent_id IS NULL
        """

    init(report: RunReport, workflow: Workflow?, store: JobStore) throws {
        self.report = report
        self.workflow = workflow
        gates = Dictionary(grouping: report.gates, by: \.job)
        var agents: [String: String] = [:]
        for step in workflow?.steps ?? [] {
            if case .agent(let call) = step.action { agents[step.id] = call.agent }
        }
        self.agents = agents
        results = try store.read { connection in
            let rows = try connection.all(Self.resultsSQL, report.run) { (JobID($0.int(0)), $0.text(1)) }
            return Dictionary(rows) { $1 }
        }
    }

    func task(_ step: RunReport.Step) -> ReportJSON {
        let shown = TaskID.shown(step.key)
        return .object([
            ("task_id", Int(shown).map { .number($0) } ?? .text(shown)),
            ("step", .text(step.key)),
            ("name", .text(step.name ?? step.key)),
            ("agent", .text(step.agent ?? agents[step.key])),
            ("workflow", .text(report.workflow)),
            ("run", .number(report.run.rawValue)),
            ("job", .number(step.job.rawValue)),
            ("state", .text(step.state.rawValue)),
            ("attempts", .number(step.attempts)),
            ("started_at", .moment(step.startedAt)),
            ("finished_at", .moment(step.finishedAt)),
            ("wait_ms", .number(step.wait)),
            ("duration_ms", step.startedAt == nil ? .null : .number(step.duration)),
            ("critical", .flag(step.isCritical)),
            ("exit_code", .number(step.exitCode)),
            ("error", .text(step.error)),
            ("peak_memory_kb", .number(step.peakMemory)),
            ("result", results[step.job].map { .raw($0) } ?? .null),
            ("quality_gates", .list((gates[step.job] ?? []).map(\.row))),
        ])
    }

    var whole: ReportJSON {
        var members = report.members
        if let workflow, !workflow.metadata.isEmpty { members.append(("metadata", .value(.object(workflow.metadata)))) }
        members.append(("tasks", .list(report.ownSteps.map { task($0) })))
        return .object(members)
    }
}
