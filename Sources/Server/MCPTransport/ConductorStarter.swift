import Conductor
package import JSON
package import Jobs
import MCP

/// Starts executions for clients of MCP as Conductor's API does.
package struct ConductorStarter: DefinitionStarting {
    private let place: OrchestraPlace

    /// - Parameters:
    ///   - directory: where runs say that they were started.
    ///   - bootID: of this boot of the host.
    package init(directory: String, bootID: String) { place = OrchestraPlace(directory: directory, bootID: bootID) }

    package func start(
        _ definition: JSONValue, input: [String: JSONValue], isParallel: Bool, in transaction: JobTransaction
    ) throws -> String {
        var request = StartRequest(name: definition["name"]?.string ?? "")
        request.definition = definition
        request.input = .object(input)
        request.isParallel = isParallel
        let orchestra = Orchestra(transaction, place: place)
        let id = try orchestra.start(request)
        try orchestra.settle()
        return id
    }

    package func retry(_ execution: String, in transaction: JobTransaction) throws {
        let orchestra = Orchestra(transaction, place: place)
        try orchestra.retry(execution)
        try orchestra.settle()
    }
}
