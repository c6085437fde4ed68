package import JSON
package import Jobs

/// Who starts executions of workflows that were registered through Conductor's API: they are decided step by step, by
/// other rules than runs of files.
package protocol DefinitionStarting: Sendable {
    /// - Parameters:
    ///   - definition: Conductor's workflow definition.
    ///   - isParallel: all tasks at once, and one that fails stops no other.
    /// - Returns: the execution's id.
    /// - Throws: an error whose text says what is wrong with the definition.
    func start(
        _ definition: JSONValue, input: [String: JSONValue], isParallel: Bool, in transaction: JobTransaction
    ) throws -> String

    /// Retries what failed of an execution that has ended.
    func retry(_ execution: String, in transaction: JobTransaction) throws
}
