import JSON
import Jobs

/// What a client ordered of a definition in the database.
struct DefinitionOrder {
    let order: ExecuteWorkflow.Order
    let definition: StoredDefinition

    /// - Returns: the definition, or one of the chosen tasks alone, in the order in which they were named.
    /// - Throws: `ToolFailure` for what such a workflow cannot be told.
    func chosen() throws -> JSONValue {
        guard order.limit == nil else {
            throw ToolFailure("parallel_limit is for workflow files; '\(definition.name)' is a registered definition")
        }
        guard case .object(var members) = try? JSONValue(parsing: definition.text) else {
            throw ToolFailure("the definition '\(definition.name)' in the database is no JSON object")
        }
        guard let numbers = order.tasks else { return .object(members) }
        let tasks = members["tasks"]?.list ?? []
        members["tasks"] = .list(
            try numbers.map { number in
                guard let task = tasks.first(where: { $0["taskReferenceName"] == .string(TaskNumber.step(number)) })
                else { throw ToolFailure("the definition '\(definition.name)' has no task_\(number)") }
                return task
            })
        return .object(members)
    }
}
