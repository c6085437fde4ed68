import SQLite

extension JobTransaction {
    private static let attemptSQL: SQL = """
        SELECT attempt
        FROM jobs
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    private static let insertOutputSQL: SQL = """
        INSERT INTO outputs(job_id, attempt, start, stream, data)
        VALUES (:job_id, :attempt, :start, :stream, :data)
        """

    private static let trimSQL: SQL = """
        DELETE FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt AND start >= :head AND start + length(data) <= :kept_from
        """

    /// A piece of what an attempt wrote.
    package struct Output: Sendable {
        /// Offset in bytes over both streams.
        package var start: Int
        /// 1: standard output, 2: standard error.
        package var stream: Int
        package var bytes: [UInt8]

        package init(start: Int, stream: Int, bytes: [UInt8]) {
            self.start = start
            self.stream = stream
            self.bytes = bytes
        }
    }

    /// Appends output of an open attempt; `trim` removes the rows that lie wholly between the head that is kept and the
    /// start of the tail that is kept.
    ///
    /// - Throws: `.leaseLost` when the attempt is not open any more.
    package func append(
        _ pieces: [Output], to job: JobID, leaseToken: Int, trim: (head: Int, keptFrom: Int)? = nil
    ) throws {
        guard !pieces.isEmpty || trim != nil else { return }
        guard let attempt = try connection.first(Self.attemptSQL, job, leaseToken, read: { $0.int(0) }) else {
            throw JobStoreError.leaseLost(job)
        }
        for piece in pieces {
            try connection.execute(Self.insertOutputSQL, job, attempt, piece.start, piece.stream, piece.bytes)
        }
        if let trim, trim.keptFrom > trim.head {
            try connection.execute(Self.trimSQL, job, attempt, trim.head, trim.keptFrom)
        }
    }
}
