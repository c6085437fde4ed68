import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import SQLite
import Stores

/// `/v1/overview` and `/v1/stats`: what the page begins with.
struct OverviewRoutes {
    let services: ServerServices

    var all: [APIRoute] { [overview, stats] }

    /// Running jobs and failures that are told at the most.
    private static let listed = 50

    private var overview: APIRoute {
        APIRoute(
            .get, "overview",
            "What is there at the moment: as `weir monitor --once` tells, and what waits for a decision. A task of Conductor's that does has no job: its id is null.",
            gives: .object([
                "at": .moment, "version": .string, "open_runs": .integer, "queues": .list(.object(["queue": .string])),
                "runners": .list(
                    .object([
                        "id": .integer, "state": .string, "throughput": .nullable(.number),
                        "utilisation": .nullable(.number),
                    ])),
                "running": .list(Self.runningRow), "failures": .list(Self.failedRow),
                "waiting": .list(
                    .object(
                        ["id": .nullable(.integer)],
                        optional: ["run_id": .nullable(.integer), "execution": .string, "task": .string])),
            ])
        ) { [store = services.store, version = services.settings.version] _ in
            let (snapshot, waiting) = try await store.inspect { store in
                var reader = MonitorReader(store: store, sumsWeek: false)
                return (
                    try reader.read(), try store.look { [try $0.waitingForSignal(), try $0.waitingForPeople()] }
                )
            }
            return .json(Self.answer(snapshot, waiting: waiting, version: version))
        }
    }

    private static let runningRow = Schema.object(
        ["id": .integer, "name": .string, "queue": .string, "runner": .integer, "started_at": .moment],
        optional: ["run_id": .nullable(.integer), "progress": .nullable(.number)])

    private static let failedRow = Schema.object(
        ["id": .integer, "name": .string, "queue": .string, "finished_at": .moment],
        optional: [
            "run_id": .nullable(.integer), "exit_code": .nullable(.integer), "error": .nullable(.string),
        ])

    private static func answer(_ snapshot: MonitorSnapshot, waiting: [Table], version: String) -> JSONValue {
        .object([
            "at": .string(TimestampText.text(snapshot.takenAt.rawValue)),
            "version": .string(version),
            "open_runs": .integer(snapshot.openRuns.value),
            "queues": .list(snapshot.queues.map { $0.json(now: snapshot.takenAt) }),
            "runners": .list(snapshot.runners.map(\.json)),
            "running": .list(snapshot.running.prefix(listed).map(\.json)),
            "failures": .list(snapshot.failures.prefix(listed).map(\.json)),
            "waiting": .list(waiting.flatMap(decisions)),
        ])
    }

    private static func decisions(_ table: Table) -> [JSONValue] {
        var table = table
        table.columns = table.columns.map { ["job": "id", "run": "run_id", "step": "key"][$0] ?? $0 }
        return table.objects()
    }

    // MARK: By the minute

    private static let figures = Schema.object(
        ["minute": .moment, "completed": .integer, "failed": .integer, "retried": .integer, "stopped": .integer],
        optional: [
            "average_ms": .nullable(.integer), "p95_ms": .nullable(.integer), "average_wait_ms": .nullable(.integer),
            "utilisation": .nullable(.number), "queue_length": .nullable(.number),
        ])

    private var stats: APIRoute {
        APIRoute(
            .get, "stats",
            "What all runners did in each of the last minutes, oldest first; minutes without work are left out.",
            parameters: [.init("minutes", .integer, "How many, 60 by default, a week's at the most.")],
            gives: .object(["minutes": .list(Self.figures)])
        ) { [store = services.store] request in
            let count = try request.integer("minutes", in: 1...JobTransaction.minutesKept) ?? 60
            let first = store.timekeeper.now().minute - count + 1
            let figures = try await store.read { try $0.figuresByMinute(from: first) }
            return .json(.object(["minutes": .list(figures.map(\.json))]))
        }
    }
}

private func optional(_ number: Int?) -> JSONValue { number.map { .integer($0) } ?? .null }
private func optional(_ number: Double?) -> JSONValue {
    number.map { .decimal(($0 * 1_000).rounded() / 1_000) } ?? .null
}
private func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

extension MonitorSnapshot.RunnerLine {
    fileprivate var json: JSONValue {
        guard case .object(var object) = entry.json else { return .null }
        object["throughput"] = optional(throughput)
        object["utilisation"] = optional(utilisation)
        return .object(object)
    }
}

extension RunningJob {
    fileprivate var json: JSONValue {
        .object([
            "id": .integer(id.rawValue), "run_id": optional(run?.rawValue), "name": .string(label),
            "queue": .string(queue),
            "runner": .integer(runner.rawValue), "attempt": .integer(attempt),
            "started_at": .string(TimestampText.text(startedAt.rawValue)), "progress": optional(progress),
            "progress_message": optional(message),
        ])
    }
}

extension FailedJob {
    fileprivate var json: JSONValue {
        .object([
            "id": .integer(id.rawValue), "run_id": optional(run?.rawValue), "name": .string(label),
            "queue": .string(queue),
            "attempts": .integer(attempts), "finished_at": .string(TimestampText.text(finishedAt.rawValue)),
            "duration_ms": optional(duration), "exit_code": optional(exitCode), "error": optional(error),
        ])
    }
}

extension JobTransaction.MinuteFigures {
    fileprivate var json: JSONValue {
        .object([
            "minute": .string(TimestampText.text(minute * 60_000)), "completed": .integer(succeeded),
            "failed": .integer(failed), "retried": .integer(retried), "stopped": .integer(stopped),
            "average_ms": optional(average), "p95_ms": optional(p95), "average_wait_ms": optional(averageWait),
            "utilisation": optional(utilisation), "queue_length": optional(queued),
        ])
    }
}
