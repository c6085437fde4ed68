import JSON
import Jobs

/// Definitions.
extension ConductorAPI {
    static let metadataRoutes = [
        Route("GET", "health") { _, _ in
            .json(
                .object(["healthy": .bool(true), "healthResults": .list([]), "suppressedHealthResults": .list([])]))
        },
        Route("POST", "metadata/taskdefs") { try await $0.registerTasks($1) },
        Route("PUT", "metadata/taskdefs") { try await $0.updateTask($1) },
        Route("GET", "metadata/taskdefs") { api, _ in
            .json(try await api.look { .list(try $0.transaction.taskDefinitions().map(Self.taskJSON)) })
        },
        Route("GET", "metadata/taskdefs/{name}") { api, call in
            .json(
                try await api.look { orchestra in
                    guard let stored = try orchestra.transaction.taskDefinition(call["name"]) else {
                        throw ConductorFault(404, "No such taskType found by name: \(call["name"])")
                    }
                    return Self.taskJSON(stored)
                })
        },
        Route("DELETE", "metadata/taskdefs/{name}") { api, call in
            try await api.change { orchestra in
                guard try orchestra.forget(task: call["name"]) else {
                    throw ConductorFault(404, "No such task definition: \(call["name"])")
                }
            }
            return .empty
        },
        Route("POST", "metadata/workflow") { try await $0.registerWorkflow($1) },
        Route("PUT", "metadata/workflow") { try await $0.updateWorkflows($1) },
        Route("POST", "metadata/workflow/validate") { _, call in
            _ = try WorkflowDefinition(try call.request.object())
            return .empty
        },
        Route("GET", "metadata/workflow") { api, _ in
            .json(try await api.look { .list(try $0.transaction.workflowDefinitions().map(Self.workflowJSON)) })
        },
        Route("GET", "metadata/workflow/{name}") { api, call in
            let version = try call.request.number("version").flatMap { $0 > 0 ? $0 : nil }
            return .json(
                try await api.look { orchestra in
                    guard let stored = try orchestra.transaction.workflowDefinition(call["name"], version: version)
                    else {
                        throw ConductorFault(
                            404,
                            "No such workflow found by name: \(call["name"]), version: \(version.map { "\($0)" } ?? "null")"
                        )
                    }
                    return Self.workflowJSON(stored)
                })
        },
        Route("DELETE", "metadata/workflow/{name}/{version}") { api, call in
            guard let version = Int(call["version"]) else {
                throw ConductorFault(400, "the version is a whole number, not '\(call["version"])'")
            }
            try await api.change { orchestra in
                guard try orchestra.transaction.deleteWorkflowDefinition(call["name"], version: version) else {
                    throw ConductorFault(
                        404, "No such workflow definition: \(call["name"]) version: \(version)")
                }
            }
            return .empty
        },
    ]

    private static func taskJSON(_ stored: StoredDefinition) -> JSONValue {
        TaskDefinition.json(
            .stored(stored.text), createdAt: stored.createdAt.rawValue, updatedAt: stored.updatedAt.rawValue)
    }

    private static func workflowJSON(_ stored: StoredDefinition) -> JSONValue {
        WorkflowDefinition.json(
            .stored(stored.text), createdAt: stored.createdAt.rawValue, updatedAt: stored.updatedAt.rawValue)
    }

    private func registerTasks(_ call: Call) async throws -> APIResponse {
        let given = try call.request.list()
        for definition in given { _ = try TaskDefinition(definition) }
        try await change { orchestra in
            for definition in given { try orchestra.register(task: definition) }
        }
        return .empty
    }

    private func updateTask(_ call: Call) async throws -> APIResponse {
        let given = try call.request.object()
        let name = try TaskDefinition(given).name
        try await change { orchestra in
            guard try orchestra.transaction.taskDefinition(name) != nil else {
                throw ConductorFault(404, "No such task by name \(name)")
            }
            try orchestra.register(task: given)
        }
        return .empty
    }

    private func registerWorkflow(_ call: Call) async throws -> APIResponse {
        let definition = try WorkflowDefinition(try call.request.object())
        let overwrites = call.request.flag("overwrite")
        let (name, version, text) = (definition.name, definition.version, definition.json.text)
        try await change { orchestra in
            let transaction = orchestra.transaction
            if !overwrites, try transaction.workflowDefinition(name, version: version) != nil {
                throw ConductorFault(409, "Workflow with \(name).\(version) already exists!")
            }
            try transaction.storeWorkflowDefinition(name, version: version, text: text)
        }
        return .empty
    }

    private func updateWorkflows(_ call: Call) async throws -> APIResponse {
        let given = try call.request.list()
        let results = try await change { orchestra in
            var done: [JSONValue] = []
            var errors: [String: JSONValue] = [:]
            for json in given {
                let name = json.text("name") ?? ""
                do throws(ConductorFault) {
                    let definition = try WorkflowDefinition(json)
                    do {
                        try orchestra.transaction.storeWorkflowDefinition(
                            definition.name, version: definition.version, text: json.text)
                    } catch {
                        throw ConductorFault(500, "\(error)")
                    }
                    done.append(.string(definition.name))
                } catch {
                    errors[name] = .string("\(error)")
                }
            }
            return Self.bulk(done, errors)
        }
        return .json(results)
    }

    /// Conductor's BulkResponse.
    static func bulk(_ done: [JSONValue], _ errors: [String: JSONValue]) -> JSONValue {
        .object([
            "bulkSuccessfulResults": .list(done), "bulkErrorResults": .object(errors),
            "message": .string("Bulk Request has been processed."),
        ])
    }
}
