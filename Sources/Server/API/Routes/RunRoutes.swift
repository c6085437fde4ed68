import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import SQLite
import Stores

/// `/v1/runs`, but for starting them.
struct RunRoutes {
    let services: ServerServices

    var all: [APIRoute] { [list, show, graph, cancel, pause, resume, retry, rerun] }

    static let row = Schema.object(
        ["id": .integer, "workflow": .string, "state": .oneOf(RunState.allCases.map(\.rawValue)), "jobs": .integer],
        optional: [
            "version": .string, "created_at": .moment, "started_at": .nullable(.moment),
            "finished_at": .nullable(.moment), "duration_ms": .nullable(.integer), "unfinished": .integer,
            "succeeded": .nullable(.integer), "failed": .nullable(.integer), "skipped": .nullable(.integer),
            "cancelled": .nullable(.integer), "speedup": .nullable(.number), "error": .nullable(.string),
        ])

    private var list: APIRoute {
        APIRoute(
            .get, "runs", "Runs, newest first. Of large ones the numbers by state are null.",
            parameters: [
                .init("state", .string, "Of these states, between commas."),
                .init("workflow", .string, "Of this workflow."),
                .init("search", .string, "With this in the workflow's name."),
            ] + APIRoute.pageParameters,
            gives: .object(["runs": .list(Self.row), "next": .nullable(.integer)])
        ) { [store = services.store] request in
            var filter = JobFilter()
            filter.workflow = request.query("workflow")
            filter.search = request.query("search")
            (filter.limit, filter.before) = try request.page()
            let states: [RunState] = try request.words("state")
            let wanted = filter
            let page = try await store.read { try $0.runPage(wanted, states: states) }
            return page.response("runs")
        }
    }

    private var show: APIRoute {
        APIRoute(
            .get, "runs/{id}", "How a run goes or went: what `weir show --run` tells, with its inputs and its trace.",
            gives: .object([
                "id": .integer, "run": .integer, "workflow": .string, "state": .string, "paused": .boolean,
                "inputs": .any,
                "trace_id": .string,
                "steps": .list(.object(["step": .string, "job": .integer, "state": .string, "critical": .boolean])),
            ])
        ) { [store = services.store] request in
            let run = try request.run()
            return .json(try await Self.report(of: run, in: store))
        }
    }

    static func report(of run: RunID, in store: StoreService) async throws -> JSONValue {
        try await store.inspect { store in
            let report = try RunReport.read(run, from: store)
            guard case .object(var object) = try JSONValue(parsing: report.json) else { return .null }
            let facts = try store.look { try $0.origin(of: run) }
            object["id"] = .integer(run.rawValue)
            object["paused"] = .bool(report.state == .paused)
            object["inputs"] = try facts.inputs.map { try JSONValue(parsing: $0) } ?? .object([:])
            object["trace_id"] = .string(
                TraceContext(stored: facts.trace, run: facts.root, database: store.databaseID).traceID)
            return .object(object)
        }
    }

    private var graph: APIRoute {
        APIRoute(
            .get, "runs/{id}/graph", "The jobs of a run and who waits for whom.",
            gives: .object([
                "run": .integer, "workflow": .string, "state": .string,
                "jobs": .list(
                    .object(
                        ["id": .integer, "key": .string, "state": .string, "critical": .boolean, "kind": .string],
                        optional: ["parent": .nullable(.integer), "duration_ms": .nullable(.integer)])),
                "edges": .list(.object(["from": .integer, "to": .integer, "condition": .string])),
            ])
        ) { [store = services.store] request in
            let run = try request.run()
            return .json(try await RunGraphAnswer.read(run, from: store))
        }
    }

    // MARK: Changes

    private static let outcome = Schema.object(["id": .integer, "state": .string], optional: ["changed": .boolean])

    private var cancel: APIRoute {
        change("cancel", "Cancel all that is left of a run.") { try $0.cancel($1) }
    }

    private var pause: APIRoute {
        change("pause", "Start no further job of the run; those that run go on.") { try $0.setPaused(true, run: $1) }
    }

    private var resume: APIRoute {
        change("resume", "Let a paused run go on.") { try $0.setPaused(false, run: $1) }
    }

    private func change(
        _ verb: String, _ summary: String, _ body: @escaping @Sendable (JobTransaction, RunID) throws -> Bool
    ) -> APIRoute {
        APIRoute(.post, "runs/{id}/\(verb)", summary, takes: .object([:]), gives: Self.outcome) {
            [store = services.store] request in
            let run = try request.run()
            let (changed, state) = try await store.write { transaction in
                (try body(transaction, run), try transaction.state(of: run))
            }
            return .json(
                .object([
                    "id": .integer(run.rawValue), "state": .string(state.rawValue), "changed": .bool(changed),
                ]))
        }
    }

    private static let reopened = Schema.object(["id": .integer, "state": .string, "reopened": .list(.integer)])

    private var retry: APIRoute {
        APIRoute(
            .post, "runs/{id}/retry", "Run again what failed, was cancelled, or was skipped through an error.",
            takes: .object([:]), gives: Self.reopened
        ) { [store = services.store] request in
            .json(try await Self.reopen(try request.run(), .failed, in: store))
        }
    }

    private var rerun: APIRoute {
        APIRoute(
            .post, "runs/{id}/rerun", "Run a step and all that depends on it again, or everything.",
            takes: .object([:], optional: ["from": .string]), gives: Self.reopened
        ) { [store = services.store] request in
            let run = try request.run()
            let from = try MemberReader(try await request.object(keys: ["from"])).text("from")
            return .json(try await Self.reopen(run, from.map { .from($0) } ?? .restart, in: store))
        }
    }

    private static func reopen(_ run: RunID, _ scope: RerunScope, in store: StoreService) async throws -> JSONValue {
        let (jobs, state) = try await store.write { transaction in
            (try transaction.rerun(run, scope), try transaction.state(of: run))
        }
        return .object([
            "id": .integer(run.rawValue), "state": .string(state.rawValue),
            "reopened": .list(jobs.map { .integer($0.rawValue) }),
        ])
    }
}
