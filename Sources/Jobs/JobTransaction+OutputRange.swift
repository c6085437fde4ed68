package import SQLite

extension JobTransaction {
    static let outputEndSQL: SQL = """
        SELECT start + length(data)
        FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt
        ORDER BY start DESC
        LIMIT 1
        """

    /// How many bytes an attempt has written over both streams, what was not kept included.
    package func outputLength(of job: JobID, attempt: Int) throws -> Int {
        try connection.first(Self.outputEndSQL, job, attempt) { $0.int(0) } ?? 0
    }

    static let pieceAtSQL: SQL = """
        SELECT start
        FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt AND start <= :offset
        ORDER BY start DESC
        LIMIT 1
        """

    /// Where the piece begins that has the byte at `offset`, or the last one before it; `offset` itself, when there is
    /// none.
    package func outputPiece(at offset: Int, of job: JobID, attempt: Int) throws -> Int {
        try connection.first(Self.pieceAtSQL, job, attempt, offset) { $0.int(0) } ?? offset
    }

    static let gateResultsSQL = """
        SELECT metric, label, threshold, actual, status, attempt
        FROM gate_results
        WHERE job_id = ?
        """

    /// How its metrics compare with what was asked of them, in its last attempt that had gates.
    package func gates(of job: JobID) throws -> Table {
        try connection.dynamic(Self.gateResultsSQL, [.integer(Int64(job.rawValue))])
    }
}
