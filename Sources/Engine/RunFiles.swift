import JSON
import Jobs
import SQLite
import Workflows

/// The files that a run leaves: one for each task, and its report.
struct RunFiles {
    let run: RunID
    let workflow: Workflow
    let facts: JobTransaction.RunFacts
    let ending: RunEnding
    let store: JobStore

    func write() throws {
        let settings = workflow.report
        guard settings.resultsDirectory != nil || settings.reportPath != nil else { return }
        let report = try RunReport.read(run, from: store)
        let document = try RunDocument(report: report, ending: ending, workflow: workflow, store: store)
        if let directory = settings.resultsDirectory {
            for step in report.steps where !step.isPart {
                let id = step.id.hasPrefix("task_") ? String(step.id.dropFirst("task_".count)) : step.id
                try TextFile.write(
                    document.task(step).text + "\n", to: absolute("\(directory)/task-\(Self.slug(id)).json"))
            }
        }
        if let path = settings.reportPath {
            let path = path.replacing("NAME", with: Self.slug(workflow.name))
            try TextFile.write(document.whole.text + "\n", to: absolute(path))
        }
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(facts.directory)/\(path)" }

    /// Fit for a file's name.
    static func slug(_ name: String) -> String {
        var slug = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "_", ".": slug.unicodeScalars.append(scalar)
            default: if !slug.hasSuffix("-") { slug += "-" }
            }
        }
        while slug.hasPrefix("-") || slug.hasPrefix(".") { slug.removeFirst() }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? "workflow" : slug
    }
}

/// A run's report as JSON, for files and for other programs.
package struct RunDocument {
    private let report: RunReport
    private let ending: RunEnding
    private let workflow: Workflow?
    private var gates: [JobID: [JSONValue]] = [:]
    private var results: [JobID: JSONValue] = [:]
    private var passed = 0
    private var count = 0

    private static let gatesSQL: SQL = """
        SELECT job_id, metric, label, threshold, actual, status
        FROM gate_results
        WHERE run_id = :run_id
        """
    private static let resultsSQL: SQL = """
        SELECT j.id, r.value
        FROM jobs j
        JOIN results r ON r.job_id = j.id
        WHERE j.run_id = :run_id
        """

    init(report: RunReport, ending: RunEnding, workflow: Workflow?, store: JobStore) throws {
        self.report = report
        self.ending = ending
        self.workflow = workflow
        let rows = try store.read { connection in
            try connection.all(Self.gatesSQL, report.run) { row in
                (
                    JobID(row.int(0)),
                    JSONValue.object([
                        "metric": .string(row.text(1)), "label": .string(row.text(2)),
                        "threshold": .string(row.text(3)),
                        "actual": row.optionalText(4).map { .string($0) } ?? .null, "status": .string(row.text(5)),
                    ]), row.text(5) == "passed"
                )
            }
        }
        for (job, gate, isPassed) in rows {
            gates[job, default: []].append(gate)
            count += 1
            if isPassed { passed += 1 }
        }
        for (job, text) in try store.read({ connection in
            try connection.all(Self.resultsSQL, report.run) { (JobID($0.int(0)), $0.text(1)) }
        }) {
            results[job] = try? JSONValue(parsing: text)
        }
    }

    func task(_ step: RunReport.Step) -> JSONValue {
        var members: [String: JSONValue] = [
            "step": .string(step.id), "name": .string(step.name ?? step.id), "job": .integer(step.job.rawValue),
            "run": .integer(report.run.rawValue), "workflow": .string(report.workflow), "state": .string(step.state),
            "attempts": .integer(step.attempts), "duration_ms": .integer(step.duration),
            "started_at": Self.time(step.startedAt), "finished_at": Self.time(step.finishedAt),
            "exit_code": step.exitCode.map { .integer($0) } ?? .null, "error": step.error.map { .string($0) } ?? .null,
            "result": results[step.job] ?? .null, "quality_gates": .list(gates[step.job] ?? []),
        ]
        if step.id.hasPrefix("task_") {
            let id = String(step.id.dropFirst("task_".count))
            members["task_id"] = Int(id).map { .integer($0) } ?? .string(id)
        }
        if let planned = workflow?.steps.first(where: { $0.id == step.id }), case .agent(let call) = planned.action {
            members["agent"] = .string(call.agent)
        }
        return .object(members)
    }

    var whole: JSONValue {
        let top = report.steps.filter { !$0.isPart }
        let starts = top.compactMap(\.startedAt)
        let sequential = report.sequential
        var timing: [String: JSONValue] = [
            "sequential_ms": .integer(sequential), "actual_ms": .integer(report.elapsed),
            "saved_ms": .integer(max(0, sequential - report.elapsed)),
            "speedup": report.elapsed > 0 ? .decimal(Double(sequential) / Double(report.elapsed)) : .null,
            "critical_path": .list(report.criticalPath.map { .string($0.id) }),
            "start_skew_ms": .integer((starts.max() ?? 0) - (starts.min() ?? 0)),
            "blocked_ms": .integer(top.reduce(0) { $0 + ($1.wait ?? 0) }),
            "peak_memory_kb": .integer(report.steps.map(\.peakMemory).max() ?? 0),
            "tasks": .object(Dictionary(top.map { ($0.id, .integer($0.duration)) }) { first, _ in first }),
        ]
        if let slowest = top.max(by: { $0.duration < $1.duration }) { timing["slowest"] = .string(slowest.id) }
        var members: [String: JSONValue] = [
            "workflow": .string(report.workflow), "version": .string(report.version),
            "run": .integer(report.run.rawValue),
            "state": .string(ending.state.rawValue), "error": ending.error.map { .string($0) } ?? .null,
            "result": ending.result.flatMap { try? JSONValue(parsing: $0) } ?? .null,
            "tasks_executed": .integer(top.count { $0.startedAt != nil }), "timing": .object(timing),
            "tasks": .list(top.map { task($0) }),
            "quality_gates": .object(["passed": .integer(passed), "total": .integer(count)]),
        ]
        if let workflow, !workflow.metadata.isEmpty { members["metadata"] = .object(workflow.metadata) }
        return .object(members)
    }

    private static func time(_ milliseconds: Int?) -> JSONValue { milliseconds.map { .integer($0) } ?? .null }
}
