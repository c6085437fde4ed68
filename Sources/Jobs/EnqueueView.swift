package import SQLite

/// Enqueues through the view `enqueue` on a connection that is not ours, so that the job is stored with the caller's own
/// transaction, or not at all.
package enum EnqueueView {
    private static let insertSQL = """
        INSERT INTO enqueue(type, data, name, queue, priority, pool, run_at, key, after, retries, timeout_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private static let heldSQL = """
        SELECT max(id)
        FROM jobs
        WHERE key = ? AND key IS NOT NULL AND run_id IS NULL
          AND (key_scope = 'forever'
               OR (key_scope = 'unfinished' AND finished_at IS NULL)
               OR (key_scope = 'pending' AND finished_at IS NULL AND attempt = 0))
        """

    /// Stores a job that has a type. Where an unfinished job holds its key, that job stands for it, whatever it asks for.
    ///
    /// - Returns: the job's id, which holds once the caller has committed.
    /// - Throws: `.invalid` when the connection is to no database of ours, or the view refuses the job.
    package static func enqueue(_ spec: JobSpec, on connection: ForeignConnection) throws -> JobID {
        do {
            return try connection.atomically {
                try requireOurs(connection)
                _ = try connection.run(insertSQL, values(of: spec))
                let ids =
                    if let key = spec.key?.text {
                        try connection.run(heldSQL, [.text(key)])
                    } else {
                        // Ids only grow, and the write lock is this connection's.
                        try connection.run("SELECT max(id) FROM jobs")
                    }
                guard case .integer(let id)? = ids.first?.first else {
                    throw JobStoreError.invalid("the view 'enqueue' stored no job")
                }
                return JobID(Int(id))
            }
        } catch let error as SQLiteError where error.isConstraint {
            throw JobStoreError.invalid(error.message)
        }
    }

    private static func requireOurs(_ connection: ForeignConnection) throws {
        let id = try connection.run("PRAGMA main.application_id").first?.first
        guard id == .integer(Int64(JobStore.applicationID)) else {
            throw JobStoreError.invalid(
                "the connection is not to a database of Weir's; open the file that the queue has, and let the program "
                    + "that owns the queue make it first")
        }
    }

    private static func values(of spec: JobSpec) throws -> [SQLiteValue] {
        let after = try spec.dependencies.map { dependency -> String in
            guard case .stored(let job) = dependency.upstream else {
                throw JobStoreError.invalid("a job that is enqueued on another connection comes after stored jobs only")
            }
            return "\(job):\(dependency.condition.rawValue)"
        }
        return [
            .text(spec.type ?? ""), optional(spec.data), optional(spec.name), .text(spec.queue),
            .integer(Int64(spec.priority)), optional(JSONText.object(spec.pools)),
            spec.runAt.map { .integer(Int64($0.rawValue)) } ?? .null, optional(spec.key?.text),
            optional(JSONText.array(after)), .integer(Int64(spec.retries)),
            spec.timeout.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    private static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
}
