import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import SQLite
import Stores

/// Where jobs wait and what executes them: `/v1/queues`, `/v1/pools`, `/v1/runners`
struct PlaceRoutes {
    let services: ServerServices

    var all: [APIRoute] { [queues, pause("pause", true), pause("resume", false), pools, setPool, runners, drain] }

    private var queues: APIRoute {
        APIRoute(
            .get, "queues", "Every queue. A number of which `exact` is false is a lower bound.",
            gives: .object([
                "queues": .list(
                    .object(
                        [
                            "queue": .string, "paused": .boolean, "ready": .integer, "scheduled": .integer,
                            "blocked": .integer, "running": .integer, "exact": .boolean,
                        ], optional: ["oldest_ready_ms": .nullable(.integer)]))
            ])
        ) { [store = services.store] _ in
            let queues = try await store.read { try $0.queueOverviews() }
            let now = store.timekeeper.now()
            return .json(.object(["queues": .list(queues.map { $0.json(now: now) })]))
        }
    }

    private func pause(_ verb: String, _ isPaused: Bool) -> APIRoute {
        APIRoute(
            .post, "queues/{name}/\(verb)",
            isPaused ? "Start no further job of the queue; those that run go on." : "Let a paused queue go on.",
            takes: .object([:]), gives: .object(["queue": .string, "paused": .boolean, "changed": .boolean])
        ) { [store = services.store] request in
            let name = try request.name()
            let changed = try await store.write { try $0.setPaused(isPaused, queue: name) }
            return .json(
                .object(["queue": .string(name), "paused": .bool(isPaused), "changed": .bool(changed)]))
        }
    }

    private static let pool = Schema.object(
        ["pool": .string, "capacity": .integer, "used": .integer],
        optional: ["workflow": .nullable(.string), "waiting": .nullable(.integer), "indexed": .integer])

    private var pools: APIRoute {
        APIRoute(
            .get, "pools", "Every pool; one without a workflow is the database's own.",
            gives: .object(["pools": .list(Self.pool)])
        ) { [store = services.store] _ in
            let table = try await store.read { try $0.poolPage() }
            return .json(.object(["pools": .list(table.objects())]))
        }
    }

    private var setPool: APIRoute {
        APIRoute(
            .put, "pools/{name}", "Set the capacity of one of the database's own pools; it is made when it is new.",
            takes: .object(["capacity": .integer]), gives: .object(["pool": .string, "capacity": .integer])
        ) { [store = services.store] request in
            let name = try request.name()
            let body = MemberReader(try await request.object(keys: ["capacity"]))
            guard let capacity = try body.integer("capacity", in: 0...1_000_000) else {
                throw body.fault("'capacity' is missing")
            }
            try await store.write { try $0.setPool(name, capacity: capacity) }
            return .json(.object(["pool": .string(name), "capacity": .integer(capacity)]))
        }
    }

    private var runners: APIRoute {
        APIRoute(
            .get, "runners", "The runners that have not stopped.",
            gives: .object([
                "runners": .list(
                    .object(
                        ["id": .integer, "state": .string, "slots": .integer, "busy": .integer, "pid": .integer],
                        optional: ["queues": .nullable(.list(.string)), "memory_kb": .nullable(.integer)]))
            ])
        ) { [store = services.store] _ in
            let runners = try await store.inspect { try RunnerSurvey(of: $0).entries.map(\.json) }
            return .json(.object(["runners": .list(runners)]))
        }
    }

    private var drain: APIRoute {
        APIRoute(
            .post, "runners/{id}/drain", "Let a runner hand its jobs to others, and end.", takes: .object([:]),
            gives: .object(["id": .integer, "changed": .boolean])
        ) { [store = services.store] request in
            let runner = RunnerID(try request.number("id"))
            let changed = try await store.write { try $0.requestDrain(of: runner) }
            return .json(.object(["id": .integer(runner.rawValue), "changed": .bool(changed)]))
        }
    }
}

extension QueueOverview {
    func json(now: Timestamp) -> JSONValue {
        .object([
            "queue": .string(name), "paused": .bool(isPaused), "ready": .integer(ready.value),
            "scheduled": .integer(scheduled.value), "blocked": .integer(blocked.value), "running": .integer(running),
            "exact": .bool(ready.isExact && scheduled.isExact && blocked.isExact),
            "oldest_ready_ms": oldestReadyAt.map { .integer(max(0, now.rawValue - $0.rawValue)) } ?? .null,
        ])
    }
}

extension RunnerSurvey.Entry {
    var json: JSONValue {
        .object([
            "id": .integer(runner.id.rawValue), "kind": .string(runner.kind.rawValue),
            "state": .string(condition.rawValue), "slots": .integer(runner.slots), "busy": .integer(runner.running),
            "pid": .integer(runner.pid), "host": .string(runner.host), "version": .string(runner.version),
            "queues": runner.queues.map { .list($0.map { .string($0) }) } ?? .null,
            "types": .list(runner.serving.types.sorted().map { .string($0) }),
            "memory_kb": runner.memory.map { .integer($0) } ?? .null, "lease_left_ms": .integer(leaseLeft),
            "started_at": .string(TimestampText.text(runner.startedAt.rawValue)),
        ])
    }
}
