import Conductor
import Engine
import HTTPTypes
import JSON
import Jobs
import Stores

/// The start of a registered definition by `POST /v1/runs`: an execution, as Conductor's API starts it.
struct DefinitionStart {
    let definition: StoredDefinition
    let inputs: [String: JSONValue]
    /// With it, the same request is done once.
    let key: RequestKey?
    let trace: String?

    /// - Returns: the execution's run and its state.
    /// - Throws: `Problem`; `.requestKeyTaken` when another request has the key.
    func run(in store: StoreService) async throws -> (run: RunID, state: RunState) {
        let place = OrchestraPlace(directory: store.folder, bootID: HostIdentity.bootID())
        do {
            return try await store.write { transaction in
                let orchestra = Orchestra(transaction, place: place)
                if let key, let known = try transaction.run(of: key) {
                    return (known, try transaction.state(of: known))
                }
                let id = try orchestra.start(try request())
                guard let run = try transaction.execution(id)?.run else {
                    throw Problem(.internalServerError, "the execution \(id) was not stored")
                }
                if let key { try transaction.note(key, of: run) }
                if let trace { try transaction.setTrace(trace, of: run) }
                try orchestra.settle()
                return (run, try transaction.state(of: run))
            }
        } catch let fault as ConductorFault {
            throw Problem(HTTPResponse.Status(code: fault.status), "\(fault)")
        }
    }

    private func request() throws -> StartRequest {
        var request = StartRequest(name: definition.name)
        request.version = definition.version
        request.input = .object(inputs)
        return request
    }
}
