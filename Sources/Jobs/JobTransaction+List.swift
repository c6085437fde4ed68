package import SQLite

extension JobTransaction {
    /// Parts of a WHERE, each with the value of its one parameter.
    private struct Conditions {
        var parts: [String] = []
        var values: [SQLiteValue] = []

        mutating func add(_ part: String, _ value: SQLiteValue) {
            parts.append(part)
            values.append(value)
        }

        var text: String { parts.isEmpty ? "" : "WHERE " + parts.joined(separator: " AND ") }
    }

    private static let listSQL = """
        SELECT id, run_id, workflow, key, name, queue, priority, state, attempts, created_at, started_at, finished_at,
               duration_ms, exit_code, command, error, type, data
        FROM job_history
        """

    /// Newest first.
    ///
    /// - Throws: `.noSuchQueue`, `.noSuchRun`, `.noSuchWorkflow`.
    package func jobs(matching filter: JobFilter) throws -> Table {
        if let queue = filter.queue { try requireQueues([queue]) }
        if let run = filter.run { _ = try state(of: run) }
        var conditions = Conditions()
        if !filter.states.isEmpty {
            let names = filter.states.map { "'\($0.rawValue)'" }  // known words only
            conditions.parts.append("state IN (\(names.joined(separator: ", ")))")
        }
        if let queue = filter.queue { conditions.add("queue = ?", .text(queue)) }
        if let run = filter.run { conditions.add("run_id = ?", .integer(Int64(run.rawValue))) }
        if let key = filter.key { conditions.add("key = ?", .text(key)) }
        return try page(of: Self.listSQL, conditions, filter)
    }

    private static let listRunsSQL = """
        SELECT id, workflow, version, state, created_at, started_at, finished_at, duration_ms, jobs, succeeded, failed,
               skipped, cancelled, speedup
        FROM run_history
        """

    /// Newest first.
    ///
    /// - Throws: `.noSuchWorkflow`
    package func runs(matching filter: JobFilter) throws -> Table {
        try page(of: Self.listRunsSQL, Conditions(), filter)
    }

    private func page(of select: String, _ conditions: Conditions, _ filter: JobFilter) throws -> Table {
        var conditions = conditions
        if let workflow = filter.workflow {
            try requireWorkflow(workflow)
            conditions.add("workflow = ?", .text(workflow))
        }
        if let before = filter.before { conditions.add("id < ?", .integer(Int64(before))) }
        var sql = "\(select) \(conditions.text) ORDER BY id DESC"
        if let limit = filter.limit { sql += " LIMIT \(limit)" }
        return try connection.dynamic(sql, conditions.values)
    }

    private static let workflowsSQL: SQL = "SELECT DISTINCT workflow FROM runs ORDER BY workflow"

    func requireWorkflow(_ name: String) throws {
        let known = try connection.all(Self.workflowsSQL) { $0.text(0) }
        guard known.contains(name) else { throw JobStoreError.noSuchWorkflow(name, known: known) }
    }

    private static let runStateSQL: SQL = "SELECT state FROM runs WHERE id = :id"

    /// - Throws: `.noSuchRun`
    package func state(of run: RunID) throws -> RunState {
        let state = try connection.first(Self.runStateSQL, run) { RunState(rawValue: $0.text(0)) } ?? nil
        guard let state else { throw JobStoreError.noSuchRun(run) }
        return state
    }
}
