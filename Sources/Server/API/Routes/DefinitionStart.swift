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
    let key: String?
    let trace: String?

    /// - Returns: the execution's run and its state.
    /// - Throws: `Problem`: 409 where the key was used with other inputs.
    func run(in store: StoreService) async throws -> (run: RunID, state: RunState) {
        let place = OrchestraPlace(directory: store.folder, bootID: HostIdentity.bootID())
        do {
            return try await store.write { transaction in
                let orchestra = Orchestra(transaction, place: place)
                if let known = try known(in: transaction) { return (known, try transaction.state(of: known)) }
                let id = try orchestra.start(try request())
                guard let run = try transaction.execution(id)?.run else {
                    throw Problem(.internalServerError, "the execution \(id) was not stored")
                }
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
        request.idempotencyKey = key
        return request
    }

    private func known(in transaction: JobTransaction) throws -> RunID? {
        guard let key, let id = try transaction.execution(of: definition.name, idempotencyKey: key),
            let execution = try transaction.execution(id)
        else { return nil }
        // What the definition added is none of the request.
        let text = try JSONValue(parsing: definition.text)
        var whole = inputs
        for (name, value) in text["inputTemplate"]?.object ?? [:] where whole[name] == nil { whole[name] = value }
        guard try JSONValue(parsing: execution.input) == .object(whole) else {
            throw Problem(
                .conflict,
                "the Idempotency-Key was used for run \(execution.run) with other inputs; take another key")
        }
        return execution.run
    }
}
