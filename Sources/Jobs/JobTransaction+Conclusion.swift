import SQLite

/// How a job ended, or how far it is.
package struct JobConclusion: Sendable {
    package let job: JobID
    package let state: JobState
    package let name: String?
    package let type: String?
    package let key: String?
    /// The number of the last attempt.
    package let attempts: Int
    /// Milliseconds that the last attempt waited, and that it took; `nil`: it never started.
    package let wait: Int?
    package let duration: Int?
    package let exitCode: Int?
    package let error: String?
    /// JSON.
    package let result: String?

    package init(
        job: JobID, state: JobState, name: String?, type: String?, key: String?, attempts: Int, wait: Int?,
        duration: Int?, exitCode: Int?, error: String?, result: String?
    ) {
        self.job = job
        self.state = state
        self.name = name
        self.type = type
        self.key = key
        self.attempts = attempts
        self.wait = wait
        self.duration = duration
        self.exitCode = exitCode
        self.error = error
        self.result = result
    }
}

extension JobTransaction {
    static let conclusionSQL: SQL = """
        SELECT j.state, j.name, j.type, j.key, j.attempt, j.started_at - j.ready_at,
               j.finished_at - j.started_at, j.exit_code, j.error, r.value
        FROM jobs j
        LEFT JOIN results r ON r.job_id = j.id
        WHERE j.id = :id
        """

    /// - Throws: `.noSuchJob`
    package func conclusion(of job: JobID) throws -> JobConclusion {
        let found = try connection.first(Self.conclusionSQL, job) { row in
            JobConclusion(
                job: job, state: JobState(rawValue: row.text(0)) ?? .ready, name: row.optionalText(1),
                type: row.optionalText(2), key: row.optionalText(3), attempts: row.int(4),
                wait: row.optionalInt(5).map { max(0, $0) }, duration: row.optionalInt(6).map { max(0, $0) },
                exitCode: row.optionalInt(7), error: row.optionalText(8), result: row.optionalText(9))
        }
        guard let found else { throw JobStoreError.noSuchJob(job) }
        return found
    }

    static let typesWithWorkSQL: SQL = """
        SELECT id, type
        FROM lanes
        WHERE head_id IS NOT NULL AND waits_for IS NULL
        UNION ALL
        SELECT id, type
        FROM lanes
        WHERE waits_for IS NOT NULL AND head_id IS NOT NULL
        LIMIT :limit
        """

    /// Ready jobs that such a runner could take, of 1,000 lanes and counted as far as a bound.
    package func readyCount(for serving: Serving, atMost bound: Int) throws -> Int {
        let types = Set(serving.laneTypes)
        var count = 0
        for lane in try connection.all(Self.typesWithWorkSQL, 1_000, read: { (id: $0.int(0), type: $0.text(1)) })
        where types.contains(lane.type) && count < bound {
            count += try connection.first(Self.countReadySQL, lane.id, bound - count) { $0.int(0) } ?? 0
        }
        return count
    }
}
