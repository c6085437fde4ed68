import Engine
import Jobs
import SQLite

/// One look of the monitor, printed.
enum MonitorOnce {
    static func report(of snapshot: MonitorSnapshot, path: String) -> Report {
        var report = Report()
        report.add("database", path)
        report.add("at", TimestampText.text(snapshot.takenAt.rawValue))
        addFigures(of: snapshot, to: &report)
        report.add("queues", queues(snapshot))
        report.add("runners", runners(snapshot))
        report.add("running_jobs", title: "running jobs", running(snapshot))
        report.add("failures", title: "failed lately", failures(snapshot))
        return report
    }

    private static func addFigures(of snapshot: MonitorSnapshot, to report: inout Report) {
        func add(_ name: String, _ value: Int?) { report.add(name, value.map { .integer(Int64($0)) } ?? .null) }
        add("running", snapshot.active)
        add("claimed_ahead", snapshot.ahead)
        add("ready", snapshot.ready.value)
        add("scheduled", snapshot.scheduled.value)
        add("blocked", snapshot.blocked.value)
        add("open_runs", snapshot.openRuns.value)
        add("slots", snapshot.liveSlots)
        report.add("throughput", snapshot.throughput.map { .real(rounded($0, to: 10)) } ?? .null)
        report.add("utilisation", snapshot.utilisation.map { .real(rounded($0, to: 1_000)) } ?? .null)
        add("average_ms", snapshot.average)
        add("p95_ms", snapshot.p95)
        add("completed_last_hour", snapshot.lastHour.succeeded)
        add("failed_last_hour", snapshot.lastHour.failed)
        add("retried_last_hour", snapshot.lastHour.retried)
        add("completed_last_week", snapshot.lastWeek.succeeded)
        add("failed_last_week", snapshot.lastWeek.failed)
        report.add("advice", snapshot.advice)
    }

    private static func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }

    private static func number(_ value: Int?) -> SQLiteValue { value.map { .integer(Int64($0)) } ?? .null }

    private static func text(_ value: String?) -> SQLiteValue { value.map { .text($0) } ?? .null }

    private static func queues(_ snapshot: MonitorSnapshot) -> Table {
        var table = Table(columns: ["queue", "state", "ready", "running", "scheduled", "blocked", "oldest_ready_ms"])
        table.rows = snapshot.queues.map { queue in
            let oldest = queue.oldestReadyAt.map { max(0, snapshot.takenAt.rawValue - $0.rawValue) }
            return [
                .text(queue.name), .text(queue.isPaused ? "paused" : "open"), number(queue.ready.value),
                number(queue.running), number(queue.scheduled.value), number(queue.blocked.value), number(oldest),
            ]
        }
        return table
    }

    private static func runners(_ snapshot: MonitorSnapshot) -> Table {
        var table = Table(columns: [
            "id", "kind", "state", "slots", "running", "claimed_ahead", "throughput", "utilisation", "memory_kb",
            "queues",
            "pid",
        ])
        table.rows = snapshot.runners.map { line in
            let runner = line.entry.runner
            return [
                number(runner.id.rawValue), .text(runner.kind.rawValue), .text(line.entry.condition.rawValue),
                number(runner.slots), number(runner.executing), number(runner.ahead),
                line.throughput.map { .real(rounded($0, to: 10)) } ?? .null,
                line.utilisation.map { .real(rounded($0, to: 1_000)) } ?? .null, number(runner.memory),
                text(runner.queues?.joined(separator: ",")), number(runner.pid),
            ]
        }
        return table
    }

    private static func running(_ snapshot: MonitorSnapshot) -> Table {
        var table = Table(columns: [
            "id", "run_id", "name", "queue", "runner_id", "attempt", "elapsed_ms", "progress", "message",
        ])
        table.rows = snapshot.running.map { job in
            [
                number(job.id.rawValue), number(job.run?.rawValue), .text(job.label), .text(job.queue),
                number(job.runner.rawValue), number(job.attempt),
                number(max(0, snapshot.takenAt.rawValue - job.startedAt.rawValue)),
                job.progress.map { .real($0) } ?? .null, text(job.message),
            ]
        }
        return table
    }

    private static func failures(_ snapshot: MonitorSnapshot) -> Table {
        var table = Table(columns: ["id", "run_id", "name", "queue", "attempts", "ago_ms", "exit_code", "error"])
        table.rows = snapshot.failures.map { job in
            [
                number(job.id.rawValue), number(job.run?.rawValue), .text(job.label), .text(job.queue),
                number(job.attempts), number(max(0, snapshot.takenAt.rawValue - job.finishedAt.rawValue)),
                number(job.exitCode), text(job.error),
            ]
        }
        return table
    }
}
