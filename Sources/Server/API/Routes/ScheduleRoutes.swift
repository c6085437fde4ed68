import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import Logging
import SQLite
import Stores

/// `/v1/schedules`
struct ScheduleRoutes {
    let services: ServerServices

    var all: [APIRoute] { [list, show, pause, resume, fire] }

    private static let row = Schema.object(["name": .string, "state": .string, "cron": .string, "zone": .string])

    private var list: APIRoute {
        APIRoute(.get, "schedules", "Every schedule.", gives: .object(["schedules": .list(Self.row)])) {
            [store = services.store] _ in
            let table = try await store.read { try $0.scheduleTable() }
            return .json(.object(["schedules": .list(table.objects())]))
        }
    }

    private var show: APIRoute {
        APIRoute(
            .get, "schedules/{name}", "A schedule and what became of its last times.",
            gives: .object(["name": .string, "cron": .string, "paused": .boolean, "fires": .list(.any)])
        ) { [store = services.store] request in
            let name = try request.name()
            let (stored, fires) = try await store.read {
                (try $0.schedule(named: name), try $0.fireTable(of: name, limit: Limits.page))
            }
            return .json(
                .object([
                    "name": .string(name), "cron": .string(stored.schedule.cron), "zone": .string(stored.schedule.zone),
                    "overlap": .string(stored.schedule.overlap.rawValue), "paused": .bool(stored.isPaused),
                    "next_at": stored.nextAt.map { .string(TimestampText.text($0.rawValue)) } ?? .null,
                    "fires": .list(fires.objects()),
                ]))
        }
    }

    private static let outcome = Schema.object(["name": .string, "paused": .boolean, "changed": .boolean])

    private var pause: APIRoute {
        APIRoute(
            .post, "schedules/{name}/pause", "Let a schedule's times pass.", takes: .object([:]), gives: Self.outcome
        ) { [store = services.store] request in
            let name = try request.name()
            let changed = try await store.write { try $0.pauseSchedule(name) }
            return .json(.object(["name": .string(name), "paused": .bool(true), "changed": .bool(changed)]))
        }
    }

    private var resume: APIRoute {
        APIRoute(
            .post, "schedules/{name}/resume", "Let a paused schedule go on.", takes: .object([:]), gives: Self.outcome
        ) { [store = services.store] request in
            let name = try request.name()
            let log = request.context.logger
            let changed = try await store.perform { try Scheduler(store: $0, log: log).resume(name) }
            return .json(.object(["name": .string(name), "paused": .bool(false), "changed": .bool(changed)]))
        }
    }

    private var fire: APIRoute {
        APIRoute(
            .post, "schedules/{name}/run", "Enqueue a schedule's job or run now.", takes: .object([:]),
            gives: .object(["name": .string], optional: ["job": .integer, "run": .integer]), status: 201
        ) { [store = services.store] request in
            let name = try request.name()
            let log = request.context.logger
            var answer: [String: JSONValue] = ["name": .string(name)]
            switch try await store.perform({ try Scheduler(store: $0, log: log).fireNow(name) }) {
            case .enqueued(let job): answer["job"] = .integer(job.rawValue)
            case .started(let run): answer["run"] = .integer(run.rawValue)
            case .skipped, .lost: throw Problem(.conflict, "schedule '\(name)' was changed meanwhile; try again")
            }
            return .json(.object(answer), status: .created)
        }
    }
}
