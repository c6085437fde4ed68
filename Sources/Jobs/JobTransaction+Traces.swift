import SQLite

extension JobTransaction {
    private static let setJobTraceSQL: SQL = "UPDATE jobs SET trace = :trace WHERE id = :id AND trace IS NULL"
    private static let setRunTraceSQL: SQL = "UPDATE runs SET trace = :trace WHERE id = :id AND trace IS NULL"

    /// Says to which trace the jobs belong.
    ///
    /// - Parameter trace: as TRACEPARENT has it.
    package func setTrace(_ trace: String, of jobs: [JobID]) throws {
        for job in jobs { try connection.execute(Self.setJobTraceSQL, trace, job) }
    }

    /// Says to which trace the run's jobs belong.
    package func setTrace(_ trace: String, of run: RunID) throws {
        try connection.execute(Self.setRunTraceSQL, trace, run)
    }

    /// What a run was started with.
    package struct RunOrigin: Sendable {
        /// JSON object.
        package let inputs: String?
        /// As TRACEPARENT has it; of the run that it is a part of where it has none of its own.
        package let trace: String?
        /// The run that it is a part of, or itself.
        package let root: RunID
    }

    static let runOriginSQL: SQL = """
        SELECT r.inputs, coalesce(r.trace, root.trace), coalesce(r.root_id, r.id)
        FROM runs r
        LEFT JOIN runs root ON root.id = r.root_id
        WHERE r.id = :id
        """

    /// - Throws: `.noSuchRun`
    package func origin(of run: RunID) throws -> RunOrigin {
        let found = try connection.first(Self.runOriginSQL, run) { row in
            RunOrigin(inputs: row.optionalText(0), trace: row.optionalText(1), root: RunID(row.int(2)))
        }
        guard let found else { throw JobStoreError.noSuchRun(run) }
        return found
    }
}
