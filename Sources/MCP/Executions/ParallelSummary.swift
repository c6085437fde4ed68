import Engine
import JSON
import Jobs

/// What is said of a run that is over: its figures, and the same as a text for people.
struct ParallelSummary {
    let report: RunReport

    var document: JSONValue {
        let executed = report.executed
        var members: [String: JSONValue] = [
            "total_tasks": .integer(report.ownSteps.count),
            "executed_tasks": .integer(executed.count),
            "execution_mode": .string(report.isSequential ? "sequential" : "parallel"),
            "elapsed_ms": .integer(report.elapsed),
            "sequential_ms": .integer(report.sequential),
            "saved_ms": .integer(report.saved),
            "output_bytes": .integer(report.outputBytes),
            "critical_path": .list(report.criticalPath.map { TaskNumber.value(of: $0.key) }),
            "text": .string(text),
        ]
        members["saved_percent"] = report.savedPercent.map { .decimal($0) }
        members["speedup"] = report.parallelStats.speedup.map { .decimal(Self.thousandths($0)) }
        members["efficiency"] = report.parallelStats.efficiency.map { .decimal(Self.thousandths($0)) }
        members["max_concurrent_tasks"] = .integer(report.parallelStats.maxConcurrentSteps)
        if let slowest = report.slowest {
            members["slowest_task"] = .object([
                "task_id": TaskNumber.value(of: slowest.key), "name": .string(slowest.name ?? slowest.key),
                "duration_ms": .integer(slowest.duration), "duration": .string(TimeText.short(slowest.duration)),
            ])
        }
        if let percent = report.gatePercent {
            members["quality_gates"] = .object([
                "passed": .integer(report.passedGates), "total": .integer(report.gates.count),
                "percent": .decimal(percent),
            ])
        }
        return .object(members)
    }

    /// As the views have it.
    private static func thousandths(_ number: Double) -> Double { (number * 1_000).rounded() / 1_000 }

    private static func hundredths(_ number: Double) -> String {
        let value = Int((number * 100).rounded())
        return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
    }

    // MARK: For people

    private static let mostLines = 50

    private var text: String {
        let mode = report.isSequential ? "Sequential" : "Parallel"
        var lines = ["\(mode) Workflow Summary:", "- Total tasks executed: \(report.executed.count)"]
        let most = report.parallelStats.maxConcurrentSteps
        lines.append("- Execution mode: \(mode)" + (report.isSequential ? "" : " (at most \(most) at once)"))
        if let slowest = report.slowest {
            lines.append("- Slowest task: \(slowest.label) - \(TimeText.short(slowest.duration))")
        }
        if let speedup = report.parallelStats.speedup {
            let (sum, actual) = (TimeText.short(report.sequential), TimeText.short(report.elapsed))
            lines.append("- Parallel efficiency: \(sum) / \(actual) = \(Self.hundredths(speedup))x speedup")
        }
        if let percent = report.gatePercent {
            lines.append("- Total quality gates passed: \(report.passedGates)/\(report.gates.count) (\(percent)%)")
        }
        lines.append("- Combined output: \(ByteText.short(report.outputBytes))")
        if let error = report.error { lines.append("- Failed: \(error)") }
        return (lines + breakdown + times).joined(separator: "\n")
    }

    private var breakdown: [String] {
        let steps = report.ownSteps
        var lines = ["", "Performance Breakdown:"]
        for step in steps.prefix(Self.mostLines) {
            var line = "- \(step.label): "
            line += step.startedAt == nil ? step.state.rawValue : TimeText.short(step.duration)
            if step.startedAt != nil, step.state != .succeeded { line += ", \(step.state.rawValue)" }
            if step.job == report.slowest?.job, report.executed.count > 1 { line += " ← Slowest" }
            if step.isCritical { line += " (critical path)" }
            lines.append(line)
        }
        if steps.count > Self.mostLines { lines.append("- … and \(steps.count - Self.mostLines) more") }
        return lines
    }

    private var times: [String] {
        var lines = [
            "", "Workflow Time (if sequential): \(TimeText.short(report.sequential))",
            "Workflow Time (actual): \(TimeText.short(report.elapsed))",
        ]
        if report.saved > 0, let percent = report.savedPercent {
            lines.append("Time Saved: \(TimeText.short(report.saved)) (\(percent)% reduction)")
        }
        return lines
    }
}
