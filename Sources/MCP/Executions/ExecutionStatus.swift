import Engine
import JSON
import Jobs

/// What a client is told of a run: the answer of `get_conductor_workflow_status`.
struct ExecutionStatus {
    let report: RunReport
    var results: [JobID: RunReport.StepResult] = [:]
    /// How long the steps took in earlier runs, in milliseconds, by their keys.
    var typical: [String: Int] = [:]
    /// Told besides.
    var note: String?
    /// What the client calls the run; `nil`: its number.
    private var name: String?
    private let parts: [JobID: [RunReport.Step]]
    private let gates: [JobID: [RunReport.Gate]]

    init(report: RunReport) {
        self.report = report
        parts = Dictionary(grouping: report.steps.filter { $0.parent != nil }) { $0.parent ?? $0.job }
        gates = Dictionary(grouping: report.gates, by: \.job)
    }

    /// Bytes of one task's result; more is to be had from `get_job`.
    static let resultLimit = 16 << 10
    /// Bytes of all results together: clients take no events of more than 1 MiB.
    private static let resultsLimit = 256 << 10
    /// Tasks that are listed; of more, those that tell most.
    static let mostTasks = 500

    /// - Throws: `JobStoreError.noSuchRun`
    static func read(
        _ choice: RunChoice, from store: JobStore, withResults: Bool = true
    ) throws -> ExecutionStatus {
        let run = try store.look { try choice.run(in: $0) }
        let report = try RunReport.read(run, from: store)
        var status = ExecutionStatus(report: report)
        status.name = choice.text
        if withResults {
            let share = resultsLimit / max(1, min(mostTasks, report.ownSteps.count))
            status.results = try RunReport.results(of: run, upTo: min(resultLimit, share), from: store)
        }
        if report.steps.contains(where: { $0.state == .running && $0.progress == nil }) {
            status.typical = try store.look { try $0.pastDurations(workflow: report.workflow) }
        }
        return status
    }

    // MARK: The whole

    func document(withDetails: Bool) -> JSONValue {
        let progress = progress
        var members: [String: JSONValue] = [
            "workflow_execution_id": .string(name ?? "\(report.run)"),
            "workflow_name": .string(report.workflow),
            "status": .string(ExecutionWords.status(of: report.state)),
            "is_over": .bool(report.isOver),
            "execution_mode": .string(report.isSequential ? "sequential" : "parallel"),
            "created_at": .string(TimestampText.text(report.createdAt)),
            "started_at": .string(TimestampText.text(report.startedAt ?? report.createdAt)),
            "completed_at": report.finishedAt.map { .string(TimestampText.text($0)) } ?? .null,
            "elapsed_seconds": .decimal(Self.seconds(report.elapsed)),
            "progress": .integer(progress.percent),
            "progress_detail": progress.document,
            "total_tasks": .integer(progress.total),
        ]
        if let error = report.error { members["reason"] = .string(error) }
        members["tasks"] = .list(tasks(withDetails: withDetails))
        if progress.total > Self.mostTasks { members["tasks_left_out"] = .integer(progress.total - Self.mostTasks) }
        if let result = report.result {
            members["result"] = result.utf8.count <= Self.resultLimit ? try? JSONValue(parsing: result) : nil
        }
        if report.isOver { members["summary"] = ParallelSummary(report: report).document }
        if !report.isOver { members["poll_after_seconds"] = .integer(5) }
        members["note"] = note.map { .string($0) }
        return .object(members)
    }

    static func seconds(_ milliseconds: Int) -> Double { Double(milliseconds) / 1_000 }

    // MARK: Progress

    struct Progress {
        var total = 0
        var completed = 0
        var running = 0
        var pending = 0
        var failed = 0
        var skipped = 0
        var cancelled = 0
        /// Of the whole run, from 0 to 100; 100 only once it is over.
        var percent = 0

        var document: JSONValue {
            .object([
                "total_tasks": .integer(total), "completed": .integer(completed), "running": .integer(running),
                "pending": .integer(pending), "failed": .integer(failed), "skipped": .integer(skipped),
                "cancelled": .integer(cancelled), "completion_percent": .integer(percent),
            ])
        }
    }

    var progress: Progress {
        var progress = Progress()
        var sum = 0
        for step in report.ownSteps {
            progress.total += 1
            sum += step.state.isFinal ? 100 : percent(of: step).value
            switch step.state {
            case .succeeded: progress.completed += 1
            case .failed: progress.failed += 1
            case .skipped: progress.skipped += 1
            case .cancelled: progress.cancelled += 1
            case .running, .reclaiming: progress.running += 1
            case .blocked, .scheduled, .ready:
                if isUnderWay(step) { progress.running += 1 } else { progress.pending += 1 }
            }
        }
        let mean = progress.total > 0 ? sum / progress.total : 0
        progress.percent = report.isOver ? 100 : min(99, mean)
        return progress
    }

    // MARK: Tasks

    func tasks(withDetails: Bool) -> [JSONValue] {
        var steps = report.ownSteps
        if steps.count > Self.mostTasks {
            steps = Array(steps.sorted { rank($0) < rank($1) }.prefix(Self.mostTasks)).sorted { $0.job < $1.job }
        }
        return steps.map { task($0, withDetails: withDetails) }
    }

    /// What fails and what runs tells more than what waits and what succeeded.
    private func rank(_ step: RunReport.Step) -> Int {
        switch step.state {
        case .failed: 0
        case .running, .reclaiming: 1
        case .cancelled, .skipped: 2
        case .blocked, .scheduled, .ready: 3
        case .succeeded: 4
        }
    }

    private func task(_ step: RunReport.Step, withDetails: Bool) -> JSONValue {
        let percent = percent(of: step)
        var members: [String: JSONValue] = [
            "task_id": TaskNumber.value(of: step.key),
            "name": .string(step.name ?? step.key),
            "status": .string(ExecutionWords.status(of: step, isUnderWay: isUnderWay(step))),
            "percent": .integer(percent.value),
        ]
        if step.startedAt != nil, !step.state.isWaiting {
            members["duration"] = .string(TimeText.short(step.duration))
            members["duration_ms"] = .integer(step.duration)
        }
        members["agent"] = step.agent.map { .string($0) }
        if step.state != .succeeded, let error = step.error { members["reason"] = .string(error) }
        if step.state == .running { members["message"] = step.progressMessage.map { .string($0) } }
        guard withDetails else { return .object(members) }
        members["percent_from"] = percent.source.map { .string($0.rawValue) }
        members["reference_name"] = .string(step.key)
        members["state"] = .string(step.state.rawValue)
        members["job_id"] = .integer(step.job.rawValue)
        members["attempts"] = .integer(step.attempts)
        members["started_at"] = step.startedAt.map { .string(TimestampText.text($0)) }
        members["completed_at"] = step.finishedAt.map { .string(TimestampText.text($0)) }
        members["exit_code"] = step.exitCode.map { .integer($0) }
        if step.isCritical, report.isOver { members["is_critical"] = .bool(true) }
        members["quality_gates"] = gates[step.job].map { .list($0.map(\.document)) }
        switch results[step.job] {
        case .value(let value)?: members["result"] = value
        case .long(let bytes)?:
            members["result_omitted"] = .string("\(bytes) bytes; the tool get_job gives it for job_id \(step.job)")
        case nil: break
        }
        return .object(members)
    }

    // MARK: Parts

    private func isUnderWay(_ step: RunReport.Step) -> Bool {
        parts[step.job]?.contains { $0.startedAt != nil || isUnderWay($0) } ?? false
    }

    private func percent(of step: RunReport.Step) -> TaskPercent {
        guard let parts = parts[step.job], !step.state.isFinal else {
            return TaskPercent(step, typical: typical[step.key])
        }
        let sum = parts.reduce(0) { $0 + ($1.state.isFinal ? 100 : percent(of: $1).value) }
        guard sum > 0 || isUnderWay(step) else { return TaskPercent(value: 0, source: nil) }
        return TaskPercent(value: min(99, max(1, sum / parts.count)), source: .parts)
    }
}

extension JobState {
    /// It has not started, or waits for its next attempt.
    var isWaiting: Bool { [.blocked, .scheduled, .ready].contains(self) }
}

extension RunReport.Gate {
    var document: JSONValue {
        .object([
            "gate": .string(label), "metric": .string(metric), "threshold": .string(threshold),
            "actual": actual.map { .string($0) } ?? .null, "status": .string(status),
        ])
    }
}
