package import SQLite

extension JobTransaction {
    /// How many bytes an attempt has written over both streams, what was not kept included.
    package func outputLength(of job: JobID, attempt: Int) throws -> Int {
        try connection.first(Self.outputEndSQL, job, attempt) { $0.int(0) } ?? 0
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
