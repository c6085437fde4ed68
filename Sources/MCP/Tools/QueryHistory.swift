import JSON
import SQLite
import Stores

/// `query_history`
enum QueryHistory {
    static let tool = Tool(
        name: "query_history", title: "Query the history with SQL",
        description: """
            One SELECT in SQLite's SQL over what is stored, at most 1,000 rows, 1 MiB and 1 second. Views: job_history \
            (id, run_id, workflow, key, name, queue, kind, command, priority, state, attempts, created_at, started_at, \
            finished_at, queue_ms, duration_ms, exit_code, error, result), attempt_history, run_history (id, workflow, \
            state, started_at, finished_at, duration_ms, jobs, succeeded, failed, speedup, error), queue_stats, \
            dependency_history, pool_usage, gate_results (run_id, key, agent, label, threshold, actual, status), \
            runner_stats. Nothing can be changed.
            """,
        access: .read,
        input: Schema([("sql", .text("One SELECT."))], required: ["sql"]),
        output: .output(
            [
                ("columns", .list("Their names.", of: .text("A name."))),
                ("rows", .list("The rows.", of: Schema.Property(value: ["type": .string("array")]))),
                ("is_truncated", .flag("Whether a limit cut the answer.")),
            ], required: ["columns", "rows", "is_truncated"])
    ) { call in
        guard let sql = try call.arguments.text("sql") else { throw ToolFailure("the argument 'sql' is missing") }
        let table = try await call.context.service.query(sql)
        return .object([
            "columns": .list(table.columns.map { .string($0) }),
            "rows": .list(table.rows.map { row in .list(row.map { $0.document() }) }),
            "is_truncated": .bool(table.isTruncated),
        ])
    }
}
