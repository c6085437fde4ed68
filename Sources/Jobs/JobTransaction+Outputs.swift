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

    private static let lastAttemptSQL: SQL = "SELECT state, attempt FROM jobs WHERE id = :id"

    /// The job's state and the number of its last attempt, 0 before the first.
    ///
    /// - Throws: `.noSuchJob`
    package func lastAttempt(of job: JobID) throws -> (state: JobState, attempt: Int) {
        let found = try connection.first(Self.lastAttemptSQL, job) { (JobState(rawValue: $0.text(0)), $0.int(1)) }
        guard let (state, attempt) = found, let state else { throw JobStoreError.noSuchJob(job) }
        return (state, attempt)
    }

    // The primary key is covering but for the data, which are read only where they are asked for.
    private static let readOutputSQL: SQL = """
        SELECT start, stream, length(data), CASE WHEN :stream IS NULL OR stream = :stream THEN data END
        FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt AND start >= :start
        ORDER BY start
        LIMIT :count
        """

    /// What an attempt wrote from the offset `start` on, at most `count` pieces; between them may be gaps.
    ///
    /// - Parameter stream: pieces of the other stream come without their bytes; `nil`: both.
    package func output(
        of job: JobID, attempt: Int, from start: Int, stream: Int?, count: Int
    ) throws -> [(start: Int, stream: Int, length: Int, bytes: [UInt8])] {
        try connection.all(Self.readOutputSQL, stream, job, attempt, start, count) { row in
            (row.int(0), row.int(1), row.int(2), row.blob(3))
        }
    }
}

extension JobTransaction {
    static let pieceStartSQL: SQL = """
        SELECT max(start)
        FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt AND start <= :offset
        """

    /// Where the stored piece begins that has the offset, or the last one before it; 0 where there is none.
    package func pieceStart(of job: JobID, attempt: Int, at offset: Int) throws -> Int {
        let start = try connection.first(Self.pieceStartSQL, job, attempt, offset) { $0.optionalInt(0) } ?? nil
        return start ?? 0
    }

    static let outputEndSQL: SQL = """
        SELECT start + length(data)
        FROM outputs
        WHERE job_id = :job_id AND attempt = :attempt
        ORDER BY start DESC
        LIMIT 1
        """

    /// The offset at which the last `bytes` of what is stored begin, over both streams.
    package func tailStart(of job: JobID, attempt: Int, bytes: Int) throws -> Int {
        max(0, (try connection.first(Self.outputEndSQL, job, attempt) { $0.int(0) } ?? 0) - bytes)
    }
}
