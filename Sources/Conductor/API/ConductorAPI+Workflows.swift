import JSON
import Jobs

/// Executions.
extension ConductorAPI {
    static let workflowRoutes = [
        Route("POST", "workflows") { try await $0.runInParallel($1) },
        Route("POST", "workflow") { api, call in
            let request = try StartRequest(try call.request.object())
            return .text(try await api.start(request))
        },
        Route("GET", "workflow/search") { try await $0.search($1) },
        Route("GET", "workflow/search-v2") { try await $0.search($1, withTasks: true) },
        Route("GET", "workflow/running/{name}") { try await $0.running($1) },
        Route("POST", "workflow/execute/{name}/{version}") { try await $0.execute($1) },
        Route("POST", "workflow/execute/{name}") { try await $0.execute($1) },
        Route("POST", "workflow/{name}") { api, call in
            var request = StartRequest(name: call["name"])
            request.version = try call.request.number("version").flatMap { $0 > 0 ? $0 : nil }
            request.correlationID = call.request.value("correlationId")
            request.priority = try call.request.number("priority") ?? 0
            request.input = try call.request.object()
            return .text(try await api.start(request))
        },
        Route("POST", "workflow/{name}/correlated") { api, call in
            let ids = try call.request.ids()
            let includesEnded = call.request.flag("includeClosed")
            let withTasks = call.request.flag("includeTasks")
            return .json(
                try await api.look {
                    try $0.correlated(call["name"], ids: ids, includesEnded: includesEnded, withTasks: withTasks)
                })
        },
        Route("GET", "workflow/{id}") { api, call in
            let withTasks = call.request.flag("includeTasks", else: true)
            return .json(try await api.look { try $0.workflow(call["id"], withTasks: withTasks) })
        },
        Route("GET", "workflow/{id}/status") { api, call in
            let withOutput = call.request.flag("includeOutput")
            let withVariables = call.request.flag("includeVariables")
            return .json(
                try await api.look {
                    try $0.status(call["id"], withOutput: withOutput, withVariables: withVariables)
                })
        },
        Route("GET", "workflow/{id}/tasks") { api, call in
            let start = try call.request.number("start") ?? 0
            let count = try call.request.number("count") ?? 15
            let status = Set(call.request.values("status"))
            return .json(
                try await api.look { try $0.tasks(of: call["id"], status: status, start: start, count: count) })
        },
        Route("PUT", "workflow/{id}/pause") { api, call in
            try await api.change { try $0.pause(call["id"]) }
            return .empty
        },
        Route("PUT", "workflow/{id}/resume") { api, call in
            try await api.change { try $0.resume(call["id"]) }
            return .empty
        },
        Route("PUT", "workflow/{id}/skiptask/{reference}") { api, call in
            let request = try Self.skipRequest(call.request)
            try await api.change { try $0.skip(call["reference"], of: call["id"], request) }
            return .empty
        },
        Route("PUT", "workflow/decide/{id}") { api, call in
            try await api.change { orchestra in
                try orchestra.decider(try orchestra.execution(call["id"])).decide()
                try orchestra.settle()
            }
            return .empty
        },
        Route("DELETE", "workflow/{id}") { api, call in
            let reason = call.request.value("reason")
            try await api.change { try $0.terminate(call["id"], because: reason) }
            return .empty
        },
        Route("POST", "workflow/{id}/retry") { api, call in
            let resumes = call.request.flag("resumeSubworkflowTasks")
            try await api.change { try $0.retry(call["id"], resumesChildren: resumes) }
            return .nothing
        },
        Route("POST", "workflow/{id}/restart") { api, call in
            let usesLatest = call.request.flag("useLatestDefinitions")
            try await api.change { try $0.restart(call["id"], usesLatestDefinition: usesLatest) }
            return .nothing
        },
        Route("POST", "workflow/{id}/rerun") { api, call in
            let request = try call.request.object()
            try await api.change { try $0.rerun(call["id"], request) }
            return .text(call["id"])
        },
        Route("DELETE", "workflow/{id}/remove") { api, call in
            try await api.change { try $0.remove(call["id"]) }
            return .empty
        },
    ]

    private func start(_ request: StartRequest) async throws -> String {
        try await change { orchestra in
            let id = try orchestra.start(request)
            try orchestra.settle()
            return id
        }
    }

    /// This product's own: a definition that is executed at once, all of its tasks side by side.
    private func runInParallel(_ call: Call) async throws -> APIResponse {
        let body = try call.request.object()
        var request = StartRequest(name: body.text("name") ?? "")
        request.definition = body
        request.isParallel = true
        request.input = body["input"]?.object.map { .object($0) } ?? .object([:])
        request.correlationID = body.text("correlationId")
        request.priority = body.whole("priority") ?? 0
        let definition = try WorkflowDefinition(body)
        let (name, version) = (definition.name, definition.version)
        let id = try await start(request)
        return .json(
            .object([
                "workflowId": .string(id), "workflow_execution_id": .string(id), "name": .string(name),
                "version": .integer(version), "status": .string("RUNNING"),
            ]))
    }

    /// Input and output for a task that is skipped, in the body or the query. The SDK writes Python there, which says
    /// nothing here.
    private static func skipRequest(_ request: APIRequest) throws(ConductorFault) -> JSONValue {
        if let text = request.value("skipTaskRequest"), let value = try? JSONValue(parsing: text), value.object != nil {
            return value
        }
        return try request.object()
    }

    // MARK: Waiting for the end

    /// Seconds that an answer to execute is waited for where nothing is said.
    private static let usualWait = 10
    private static let mostWait = 110

    private func execute(_ call: Call) async throws -> APIResponse {
        var start = try StartRequest(Self.named(call["name"], try call.request.object()))
        if start.version == nil, let version = Int(call["version"]), version > 0 { start.version = version }
        let request = call.request.value("requestId") ?? UUIDText.make()
        let references = (call.request.value("waitUntilTaskRef") ?? "").split(separator: ",").map(String.init)
        let given = try call.request.number("waitForSeconds") ?? 0
        let length = min(given > 0 ? given : Self.usualWait, Self.mostWait)
        let id = try await self.start(start)
        let run = try await wait(.seconds(length)) { isLast in
            try await look { try $0.run(id, request: request, until: references, isLast: isLast) }
        }
        guard let run else { throw ConductorFault(404, "No such workflow found by id: \(id)") }
        return .json(run)
    }

    private static func named(_ name: String, _ body: JSONValue) -> JSONValue {
        guard body.text("name") == nil, var members = body.object else { return body }
        members["name"] = .string(name)
        return .object(members)
    }

    // MARK: Search

    private func search(_ call: Call, withTasks: Bool = false) async throws -> APIResponse {
        let request = call.request
        let start = try request.number("start") ?? 0
        let size = try request.number("size") ?? 100
        return .json(
            try await look {
                try $0.search(
                    query: request.value("query") ?? "", text: request.value("freeText") ?? "*", start: start,
                    size: size, sort: request.value("sort") ?? "", withTasks: withTasks)
            })
    }

    private func running(_ call: Call) async throws -> APIResponse {
        let version = try call.request.number("version")
        let found = try await look { orchestra in
            var conditions = [
                ExecutionCondition(.workflow, .isAmong([call["name"]])),
                ExecutionCondition(.status, .isAmong(["RUNNING"])),
            ]
            if let version, version > 0 { conditions.append(ExecutionCondition(.version, .isAmong(["\(version)"]))) }
            return try orchestra.transaction.search(conditions, start: 0, count: 1_000).executions.map(\.id)
        }
        return .json(.list(found.map { .string($0) }))
    }
}
