import SQLite

/// What holds a job back, as the rows say.
package struct JobSituation: Sendable {
    package let job: JobID
    package let state: JobState
    package let queue: String
    /// Who must execute it; `nil`: any runner.
    package let type: String?
    package let isQueuePaused: Bool
    package let run: RunID?
    package let priority: Int
    package let attempt: Int
    package let maxAttempts: Int
    /// Attempts that failed since it was enqueued or retried by hand.
    package let failures: Int
    package let runner: RunnerID?
    package let isToStop: Bool
    package let runAt: Timestamp?
    package let finishedAt: Timestamp?
    package let error: String?
    /// `nil`: no runner has looked at the job yet.
    package let lane: Int?
    /// The jobs that it still waits for, at most `listed`.
    package var unmet: [Upstream] = []
    package var unmetCount = 0
    /// What it waits for besides jobs.
    package var awaits: Awaited?
    /// What it holds while it runs, and what is left of that.
    package var limits: [LimitUse] = []
    /// The limit that its lane waits for.
    package var waitsFor: Int?
    /// Ready jobs of its queue that go before it, at most `counted`.
    package var ahead = 0
    package var now: Timestamp

    package static let listed = 20
    package static let counted = 100_000

    package enum Awaited: Sendable, Hashable {
        /// A run that it started.
        case run(RunID)
        /// A decision or a value, which somebody brings (`JobTransaction.signal`), or its moment, if it has one.
        case signal(message: String?)
    }

    package struct Upstream: Sendable {
        package let job: JobID
        package let name: String?
        package let state: JobState
        package let condition: Condition
    }

    package struct LimitUse: Sendable {
        package let id: Int
        /// `pool`, `run` or `step`.
        package let kind: String
        package let name: String
        package let capacity: Int
        package let used: Int
        package let amount: Int
        /// Some of the jobs that hold it.
        package let holders: [JobID]
    }
}

extension JobTransaction {
    private static let situationSQL: SQL = """
        SELECT j.state, q.name, q.paused_at IS NOT NULL, j.run_id, j.priority, j.attempt, j.max_attempts, j.failures,
               j.runner_id, j.stop IS NOT NULL, j.run_at, j.finished_at, j.error, j.lane_id, j.unmet, l.waits_for,
               CASE WHEN j.state IN ('blocked', 'scheduled') THEN j.awaits END,
               CASE WHEN json_valid(j.memo) THEN json_extract(j.memo, '$.message') END, j.type
        FROM jobs j
        JOIN queues q ON q.id = j.queue_id
        LEFT JOIN lanes l ON l.id = j.lane_id
        WHERE j.id = :id
        """

    private static let unmetUpstreamsSQL: SQL = """
        SELECT u.id, coalesce(u.key, u.name), u.state, d.condition
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NULL
        ORDER BY u.id
        LIMIT :count
        """

    private static let limitUseSQL: SQL = """
        SELECT l.id, l.kind, l.name, l.capacity, l.used, held.amount
        FROM lane_limits held
        JOIN limits l ON l.id = held.limit_id
        WHERE held.lane_id = :lane_id
        ORDER BY l.id
        """

    private static let holdersSQL: SQL = """
        SELECT j.id
        FROM jobs j
        JOIN lane_limits held ON held.lane_id = j.lane_id AND held.limit_id = :limit_id
        WHERE j.runner_id IS NOT NULL
        ORDER BY j.id
        LIMIT 10
        """

    private static let aheadSQL: SQL = """
        SELECT count(*)
        FROM (SELECT 1
              FROM jobs a
              JOIN jobs j ON j.id = :id
              WHERE a.state = 'ready' AND a.queue_id = j.queue_id
                AND (a.priority, a.path, -a.id) > (j.priority, j.path, -j.id)
              LIMIT :count)
        """

    /// - Throws: `.noSuchJob`
    package func situation(of job: JobID) throws -> JobSituation {
        var isAwaitingRun = false
        let found = try connection.first(Self.situationSQL, job) { row in
            var situation = JobSituation(
                job: job, state: JobState(rawValue: row.text(0)) ?? .ready, queue: row.text(1),
                type: row.optionalText(18), isQueuePaused: row.bool(2), run: row.optionalInt(3).map { RunID($0) },
                priority: row.int(4),
                attempt: row.int(5), maxAttempts: row.int(6), failures: row.int(7),
                runner: row.optionalInt(8).map { RunnerID($0) }, isToStop: row.bool(9),
                runAt: row.optionalInt(10).map { Timestamp($0) }, finishedAt: row.optionalInt(11).map { Timestamp($0) },
                error: row.optionalText(12), lane: row.optionalInt(13), now: now)
            situation.unmetCount = row.int(14)
            situation.waitsFor = row.optionalInt(15)
            if row.optionalText(16) == "signal" { situation.awaits = .signal(message: row.optionalText(17)) }
            isAwaitingRun = row.optionalText(16) == "run"
            return situation
        }
        guard var situation = found else { throw JobStoreError.noSuchJob(job) }
        if isAwaitingRun, let run = try childRun(of: job) { situation.awaits = .run(run) }
        if situation.awaits != nil, situation.state == .blocked, situation.runAt == nil { situation.unmetCount -= 1 }
        if situation.state == .blocked {
            situation.unmet = try connection.all(Self.unmetUpstreamsSQL, job, JobSituation.listed) { row in
                JobSituation.Upstream(
                    job: JobID(row.int(0)), name: row.optionalText(1), state: JobState(rawValue: row.text(2)) ?? .ready,
                    condition: Condition(rawValue: row.text(3)) ?? .succeeded)
            }
        }
        if situation.state == .ready {
            situation.ahead = try connection.first(Self.aheadSQL, job, JobSituation.counted) { $0.int(0) } ?? 0
            if let lane = situation.lane { situation.limits = try limitUse(of: lane) }
        }
        return situation
    }

    private func limitUse(of lane: Int) throws -> [JobSituation.LimitUse] {
        try connection.all(Self.limitUseSQL, lane) { row in
            JobSituation.LimitUse(
                id: row.int(0), kind: row.text(1), name: row.text(2), capacity: row.int(3), used: row.int(4),
                amount: row.int(5), holders: try connection.all(Self.holdersSQL, row.int(0)) { JobID($0.int(0)) })
        }
    }
}
