import JSON
import Jobs

/// One thing done to many executions. What cannot be done to one keeps it from no other.
extension ConductorAPI {
    private typealias Change = @Sendable (Orchestra, String) throws -> Void

    static let bulkRoutes: [Route] = [
        bulk("PUT", "pause") { _ in { try $0.pause($1) } },
        bulk("PUT", "resume") { _ in { try $0.resume($1) } },
        bulk("POST", "restart") { request in
            let usesLatest = request.flag("useLatestDefinitions")
            return { try $0.restart($1, usesLatestDefinition: usesLatest) }
        },
        bulk("POST", "retry") { _ in { try $0.retry($1) } },
        bulk("POST", "terminate") { request in
            let reason = request.value("reason")
            return { try $0.terminate($1, because: reason) }
        },
    ]

    /// Ids that one request may have.
    private static let mostIDs = 1_000

    private static func bulk(
        _ method: String, _ name: String, _ change: @escaping @Sendable (APIRequest) -> Change
    ) -> Route {
        Route(method, "workflow/bulk/\(name)") { api, call in
            let ids = try call.request.ids()
            guard ids.count <= mostIDs else { throw ConductorFault(400, "\(ids.count) ids; \(mostIDs) is the most") }
            let change = change(call.request)
            return .json(
                try await api.change { orchestra in
                    var done: [JSONValue] = []
                    var errors: [String: JSONValue] = [:]
                    for id in ids {
                        do {
                            try orchestra.transaction.undoing { try change(orchestra, id) }
                            done.append(.string(id))
                        } catch let fault as ConductorFault {
                            errors[id] = .string(fault.message)
                        }
                    }
                    return bulk(done, errors)
                })
        }
    }
}
