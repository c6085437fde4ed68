package import JSON
import Jobs

extension Orchestra {
    /// Executions that one page has at the most.
    private static let mostResults = 1_000

    /// Conductor's SearchResult of summaries.
    ///
    /// - Parameters:
    ///   - text: `*` or nothing: all; else a part of the ids, the input or the output.
    ///   - sort: `startTime:DESC` and the like, several between `|`; ascending where nothing is said. Nothing: the latest
    ///     first.
    /// - Throws: a fault of status 400 for a query or an order that is none.
    package func search(
        query: String, text: String, start: Int, size: Int, sort: String, withTasks: Bool = false
    ) throws -> JSONValue {
        var conditions = try SearchQuery(query).conditions
        if !text.isEmpty, text != "*" { conditions.append(ExecutionCondition(.id, .contains(text))) }
        let order = try SearchQuery.order(sort)
        let found = try transaction.search(
            conditions, start: max(0, start), count: min(max(0, size), Self.mostResults), order: order)
        return .object([
            "totalHits": .integer(found.total),
            "results": .list(
                try found.executions.map { execution in
                    withTasks
                        ? WorkflowJSON(execution: execution).json(tasks: try transaction.tasks(of: execution))
                        : WorkflowJSON(execution: execution).summary
                }),
        ])
    }
}
