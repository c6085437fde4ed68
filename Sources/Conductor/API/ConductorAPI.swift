import Engine
import Jobs
package import Stores

/// Conductor's REST API on one database. What brings the requests is another's.
package struct ConductorAPI: Sendable {
    let store: StoreService
    let place: OrchestraPlace
    let polls = PollNotes()

    /// - Parameter directory: where runs say that they were started; `nil`: beside the database.
    package init(store: StoreService, directory: String? = nil) {
        self.store = store
        place = OrchestraPlace(directory: directory ?? store.folder, bootID: HostIdentity.bootID())
    }

    private static let routes = metadataRoutes + taskRoutes + bulkRoutes + workflowRoutes

    /// Answers one request; what goes wrong is an answer, too.
    package func answer(_ request: APIRequest) async -> APIResponse {
        do {
            return try await route(request)
        } catch let fault as ConductorFault {
            return .fault(fault)
        } catch let error as JobStoreError {
            return .fault(ConductorFault(Self.status(of: error), error.reason))
        } catch is CancellationError {
            return .fault(ConductorFault(503, "the server stops"))
        } catch let error as StoreServiceError {
            return .fault(ConductorFault(503, "\(error)"))
        } catch {
            return .fault(ConductorFault(500, "\(error)"))
        }
    }

    private static func status(of error: JobStoreError) -> Int {
        switch error {
        case .noSuchJob, .noSuchRun: 404
        case .leaseLost, .notFinal: 409
        case .invalid: 400
        default: 500
        }
    }

    private func route(_ request: APIRequest) async throws -> APIResponse {
        var allowed: Set<String> = []
        // Who asks whether something is there may ask for what it is.
        let method = request.method == "HEAD" ? "GET" : request.method
        for route in Self.routes {
            guard let names = route.match(request.path) else { continue }
            guard route.method == method else {
                allowed.formUnion(route.method == "GET" ? ["GET", "HEAD"] : [route.method])
                continue
            }
            return try await route.answer(self, Call(request: request, names: names))
        }
        let path = "/api/" + request.path.joined(separator: "/")
        guard !allowed.isEmpty else {
            throw ConductorFault(404, "there is no \(path); see docs/conductor-api.md for what there is")
        }
        var fault = ConductorFault(405, "Request method '\(request.method)' is not supported for \(path)")
        fault.allowed = allowed.sorted()
        throw fault
    }

    // MARK: Transactions

    func change<R: Sendable>(_ body: @escaping @Sendable (Orchestra) throws -> R) async throws -> R {
        try await store.write { [place] in try body(Orchestra($0, place: place)) }
    }

    func look<R: Sendable>(_ body: @escaping @Sendable (Orchestra) throws -> R) async throws -> R {
        try await store.read { [place] in try body(Orchestra($0, place: place)) }
    }

    /// Asks again with each change until there is an answer, for `length` at the most, or until the server stops.
    ///
    /// - Parameter body: is told whether it is the last time that it is asked.
    func wait<R: Sendable>(_ length: Duration, _ body: @Sendable (Bool) async throws -> R?) async throws -> R? {
        let end = ContinuousClock.now + length
        while true {
            let seen = store.changes.version
            if let answer = try await body(false) { return answer }
            let left = end - .now
            guard left > .zero, try await store.changes.nextForClient(after: seen, atMost: left) != nil else {
                return try await body(true)
            }
        }
    }
}
