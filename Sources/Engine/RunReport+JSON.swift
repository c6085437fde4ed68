import JSON
import Jobs

extension RunReport {
    /// The report as one JSON object, without a line break at its end. `parallelStats`, `stepResults`, `parallelGroup`
    /// and `executionTime` (milliseconds) have the names that programs which read such reports expect.
    package var json: String { ReportJSON.object(members).text }

    var members: [(String, ReportJSON)] { head + timing + tables }

    private var head: [(String, ReportJSON)] {
        [
            ("run", .number(run.rawValue)),
            ("workflow", .text(workflow)),
            ("version", .text(version)),
            ("state", .text(state.rawValue)),
            ("is_over", .flag(isOver)),
            ("success", .flag(state == .succeeded)),
            ("error", .text(error)),
            ("mode", .text(isSequential ? "sequential" : "parallel")),
            ("source", .text(source)),
            ("directory", .text(directory)),
            ("max_concurrency", .number(maxConcurrency)),
            ("created_at", .moment(createdAt)),
            ("started_at", .moment(startedAt)),
            ("finished_at", .moment(finishedAt)),
            ("result", result.map { .raw($0) } ?? .null),
            ("jobs", .number(steps.count)),
            ("executed", .number(executed.count)),
            ("succeeded", .number(count(.succeeded))),
            ("failed", .number(count(.failed))),
            ("skipped", .number(count(.skipped))),
            ("cancelled", .number(count(.cancelled))),
        ]
    }

    private var timing: [(String, ReportJSON)] {
        [
            ("duration_ms", .number(elapsed)),
            ("sequential_ms", .number(sequential)),
            ("saved_ms", .number(saved)),
            ("saved_percent", .number(savedPercent)),
            ("speedup", .ratio(parallelStats.speedup)),
            ("efficiency", .ratio(parallelStats.efficiency)),
            ("critical_ms", .number(parallelStats.criticalLength)),
            ("critical_path", .value(.list(criticalPath.map { .string($0.key) }))),
            (
                "slowest",
                slowest.map { .row([("step", .text($0.key)), ("duration_ms", .number($0.duration))]) } ?? .null
            ),
            ("start_skew_ms", .number(startSkew)),
            ("blocked_ms", .number(blocked)),
            ("waited_for_another", .flag(!blockings.isEmpty)),
            ("output_bytes", .number(outputBytes)),
            ("peak_memory_kb", .number(peakMemory)),
            ("memory_together_kb", .number(parallelStats.memoryTogether)),
            ("cpu_ms", .number(processorTime)),
            ("peak_cpus", .number(peakProcessors)),
            (
                "parallelStats",
                .object([
                    ("totalGroups", .number(parallelStats.totalGroups)),
                    ("maxConcurrentSteps", .number(parallelStats.maxConcurrentSteps)),
                    (
                        "resourceUtilization",
                        .row(
                            parallelStats.resourceUtilization.sorted { $0.key < $1.key }.map {
                                ($0.key, .ratio($0.value))
                            }
                        )
                    ),
                    ("speedup", .ratio(parallelStats.speedup)),
                    ("efficiency", .ratio(parallelStats.efficiency)),
                    ("criticalPath", .value(.list(criticalPath.map { .string($0.key) }))),
                ])
            ),
        ]
    }

    private var tables: [(String, ReportJSON)] {
        [
            (
                "gates",
                .object([
                    ("passed", .number(passedGates)), ("total", .number(gates.count)),
                    ("percent", .number(gatePercent)), ("results", .list(gates.map(\.row))),
                ])
            ),
            ("blockings", .list(blockings.map(\.row))),
            ("steps", .list(zip(steps, parentKeys).map { $0.row(parent: $1) })),
            ("stepResults", .object(zip(steps, uniqueKeys).map { ($1, $0.resultRow) })),
        ]
    }

    /// Rounded to tenths, but 100 only when all passed; `nil`: there are none.
    package var gatePercent: Double? {
        guard !gates.isEmpty else { return nil }
        if passedGates == gates.count { return 100 }
        return min(99.9, (Double(passedGates) * 1000 / Double(gates.count)).rounded() / 10)
    }

    private var parentKeys: [String?] {
        var keys: [JobID: String] = [:]
        for step in steps where step.hasParts { keys[step.job] = step.key }
        return steps.map { $0.parent.flatMap { keys[$0] } }
    }

    /// Keys are unique in a run; those of runs within it come after their step's.
    private var uniqueKeys: [String] {
        var names: [JobID: String] = [:]
        return steps.map { step in
            let above = step.run == run ? nil : step.parent.flatMap { names[$0] }
            let name = above.map { "\($0)/\(step.key)" } ?? step.key
            if step.hasParts { names[step.job] = name }
            return name
        }
    }
}

extension RunReport.Step {
    fileprivate func row(parent: String?) -> ReportJSON {
        .row([
            ("step", .text(key)),
            ("job", .number(job.rawValue)),
            ("run", .number(run.rawValue)),
            ("parent", .text(parent)),
            ("kind", .text(kind.rawValue)),
            ("name", .text(name)),
            ("agent", .text(agent)),
            ("state", .text(state.rawValue)),
            ("group", .number(group)),
            ("attempts", .number(attempts)),
            ("started_at", .moment(startedAt)),
            ("finished_at", .moment(finishedAt)),
            ("wait_ms", .number(wait)),
            ("duration_ms", startedAt == nil ? .null : .number(duration)),
            ("critical", .flag(isCritical)),
            ("cached", .flag(isCached)),
            ("progress", .number(progress)),
            ("exit_code", .number(exitCode)),
            ("error", .text(error)),
            ("peak_memory_kb", .number(peakMemory)),
            ("cpu_ms", .number(processorTime)),
            ("output_bytes", .number(outputBytes)),
        ])
    }

    fileprivate var resultRow: ReportJSON {
        .row([
            ("state", .text(state.rawValue)),
            ("success", .flag(state == .succeeded)),
            ("parallelGroup", .number(group)),
            ("executionTime", startedAt == nil ? .null : .number(duration)),
            ("exitCode", .number(exitCode)),
            ("error", .text(error)),
        ])
    }
}

extension RunReport.Gate {
    var row: ReportJSON {
        .row([
            ("task", .text(key)), ("agent", .text(agent)), ("gate", .text(label)), ("metric", .text(metric)),
            ("threshold", .text(threshold)), ("actual", .text(actual)), ("status", .text(status)),
        ])
    }
}

extension RunReport.Blocking {
    fileprivate var row: ReportJSON {
        .row([("step", .text(step)), ("waited_for", .text("\(cause)")), ("wait_ms", .number(wait))])
    }
}
