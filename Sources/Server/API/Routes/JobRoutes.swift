import Engine
import HTTPTypes
import Hummingbird
import JSON
import Jobs
import NIOCore
import SQLite
import Stores

/// `/v1/jobs`
struct JobRoutes {
    let services: ServerServices

    var all: [APIRoute] { [list, enqueue, show, cancel, retry, approve] }

    static let row = Schema.object(
        ["id": .integer, "state": .oneOf(JobState.allCases.map(\.rawValue)), "queue": .string, "priority": .integer],
        optional: [
            "run_id": .nullable(.integer), "workflow": .nullable(.string), "key": .nullable(.string),
            "step": .nullable(.string),
            "name": .nullable(.string), "kind": .string, "type": .nullable(.string), "attempts": .integer,
            "created_at": .moment, "started_at": .nullable(.moment), "finished_at": .nullable(.moment),
            "duration_ms": .nullable(.integer), "exit_code": .nullable(.integer), "command": .string,
            "error": .nullable(.string), "progress": .nullable(.number), "progress_message": .nullable(.string),
        ])

    private var list: APIRoute {
        APIRoute(
            .get, "jobs", "Jobs, newest first.",
            parameters: [
                .init("state", .string, "Of these states, between commas."), .init("queue", .string, "Of this queue."),
                .init("run", .integer, "Of this run."), .init("workflow", .string, "Of runs of this workflow."),
                .init("key", .string, "With this key."),
                .init("search", .string, "With this in the name, the key or the command."),
            ] + APIRoute.pageParameters,
            gives: .object(["jobs": .list(Self.row), "next": .nullable(.integer)])
        ) { [store = services.store] request in
            var filter = JobFilter()
            filter.states = try request.words("state")
            filter.queue = request.query("queue")
            filter.run = try request.integer("run", in: 1...Int.max).map { RunID($0) }
            filter.workflow = request.query("workflow")
            filter.key = request.query("key")
            filter.search = request.query("search")
            (filter.limit, filter.before) = try request.page()
            let wanted = filter
            let page = try await store.read { try $0.jobPage(wanted) }
            return page.response("jobs")
        }
    }

    private var enqueue: APIRoute {
        APIRoute(
            .post, "jobs", "Store a job, or with `jobs` a batch of them, all or nothing.",
            parameters: [APIRoute.keyParameter, .init("traceparent", .string, "W3C trace context.", in: "header")],
            takes: .object(
                [:],
                optional: JobReader.members.merging(["jobs": .list(.object([:], optional: JobReader.members))]) {
                    first, _ in first
                }),
            gives: .object(["ids": .list(.integer)], optional: ["id": .integer]), status: 201
        ) { [store = services.store] request in
            let body = try await request.request.json(limit: Limits.largeBody)
            let key = try request.requestKey(body)
            let trace = TraceContext.incoming(request.request)
            let reader = JobReader(now: store.timekeeper.now(), isKeyed: key != nil)
            let specs = try reader.specs(in: body)
            let isBatch = body["jobs"] != nil
            let ids = try await store.write { transaction in
                let (ids, isNew) = try transaction.enqueue(specs, once: key)
                if isNew, let trace { try transaction.setTrace(trace, of: ids) }
                return ids
            }
            var answer: [String: JSONValue] = ["ids": .list(ids.map { .integer($0.rawValue) })]
            if !isBatch, let id = ids.first { answer["id"] = .integer(id.rawValue) }
            return .json(
                .object(answer), status: .created, headers: isBatch ? [:] : [.location: "/v1/jobs/\(ids[0])"])
        }
    }

    private var show: APIRoute {
        APIRoute(
            .get, "jobs/{id}", "All that is known of a job, and why it waits.",
            gives: .object([
                "job": Self.row, "attempts": .list(.object(["attempt": .integer, "state": .string])),
                "dependencies": .list(.object(["depends_on": .integer, "state": .string])),
                "dependents": .list(.object(["job_id": .integer, "state": .string])),
                "gates": .list(.object(["metric": .string, "status": .string])), "explain": .list(.string),
            ])
        ) { [store = services.store] request in
            let job = try request.job()
            return .json(try await Self.detail(of: job, in: store))
        }
    }

    static func detail(of job: JobID, in store: StoreService) async throws -> JSONValue {
        try await store.inspect { store in
            let tables = try store.look { transaction in
                (
                    try transaction.detail(of: job), try transaction.attempts(of: job),
                    try transaction.dependencies(of: job), try transaction.dependents(of: job),
                    try transaction.gates(of: job)
                )
            }
            let reasons = try Explanation(of: job, in: store).reasons
            return .object([
                "job": tables.0.objects(json: ["pools", "result", "data", "checkpoint"]).first ?? .null,
                "attempts": .list(tables.1.objects()), "dependencies": .list(tables.2.objects()),
                "dependents": .list(tables.3.objects()), "gates": .list(tables.4.objects()),
                "explain": .list(reasons.map { .string($0) }),
            ])
        }
    }

    static let outcome = Schema.object(["id": .integer, "state": .string], optional: ["changed": .boolean])

    private var cancel: APIRoute {
        APIRoute(
            .post, "jobs/{id}/cancel", "Stop a job, or keep it from starting.", takes: .object([:]), gives: Self.outcome
        ) { [store = services.store] request in
            let job = try request.job()
            let (state, changed) = try await store.write { transaction -> (JobState, Bool) in
                let done = try transaction.cancel(job, because: "cancelled over HTTP")
                if case .alreadyFinal(let state) = done { return (state, false) }
                return (try transaction.state(of: job), true)
            }
            return .json(
                .object([
                    "id": .integer(job.rawValue), "state": .string(state.rawValue), "changed": .bool(changed),
                ]))
        }
    }

    private var retry: APIRoute {
        APIRoute(
            .post, "jobs/{id}/retry", "Make a job that has ended ready again, and what its end had stopped.",
            takes: .object(
                [:], optional: ["args": .list(.string), "data": .any, "env": .map(.string), "fresh": .boolean]),
            gives: .object(["id": .integer, "state": .string, "reopened": .list(.integer)])
        ) { [store = services.store] request in
            let job = try request.job()
            let change = try await Self.change(request)
            let (reopened, state) = try await store.write { transaction in
                (try transaction.retry(job, with: change), try transaction.state(of: job))
            }
            return .json(
                .object([
                    "id": .integer(job.rawValue), "state": .string(state.rawValue),
                    "reopened": .list(reopened.map { .integer($0.rawValue) }),
                ]))
        }
    }

    private static func change(_ request: APIRequest) async throws -> RetryChange {
        let body = MemberReader(try await request.object(keys: ["args", "data", "env", "fresh"]))
        var change = RetryChange()
        if body.has("args") { change.arguments = try body.texts("args") }
        change.data = body.value("data")?.text
        change.environment = try body.textsByName("env") ?? [:]
        change.isFresh = try body.flag("fresh") ?? false
        return change
    }

    private var approve: APIRoute {
        APIRoute(
            .post, "jobs/{id}/approve", "Decide on a step that waits for an approval or a signal.",
            takes: .object([:], optional: ["approved": .boolean, "comment": .string, "by": .string, "value": .any]),
            gives: Self.outcome
        ) { [store = services.store] request in
            let job = try request.job()
            let body = MemberReader(try await request.object(keys: ["approved", "comment", "by", "value"]))
            var signal: [String: JSONValue] = ["approved": .bool(try body.flag("approved") ?? true)]
            for name in ["comment", "by"] { signal[name] = try body.text(name).map { .string($0) } }
            signal["value"] = body.value("value")
            let text = JSONValue.object(signal).text
            let state = try await store.write { transaction in
                try transaction.signal(job, value: text)
                return try transaction.state(of: job)
            }
            return .json(.object(["id": .integer(job.rawValue), "state": .string(state.rawValue)]))
        }
    }
}

extension ListPage {
    /// `{member: rows, next}`
    func response(_ member: String) -> Response {
        var bytes = Array("{\"\(member)\":".utf8)
        table.appendObjects(to: &bytes)
        bytes += ",\"next\":\(next.map(String.init) ?? "null")}\n".utf8
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
