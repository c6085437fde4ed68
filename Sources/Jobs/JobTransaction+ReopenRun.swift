import SQLite

/// Runs that come back with their jobs, and the steps that wait for those runs.
extension JobTransaction {
    private static let reopenRunSQL: SQL = """
        UPDATE runs
        SET state = 'running', finished_at = NULL, error = NULL, result = NULL, cancel_requested = 0, seq = :seq,
            settled_at = NULL, phase = 'main', outcome = NULL, outcome_error = NULL, deadline = :now + timeout_ms,
            failures = (SELECT count(*) FROM jobs j
                        WHERE run_id = :id AND forgiven = 0 AND parent_id IS NULL AND superseded = 0
                          AND (state IN ('failed', 'cancelled')
                               -- or skipped at birth, by a job of another run
                               OR (state = 'skipped' AND excused = 0
                                   AND EXISTS (SELECT 1 FROM jobs u
                                               WHERE u.id = j.ended_by AND u.run_id IS NOT :id
                                                 AND u.state <> 'succeeded'))))
        WHERE id = :id
        """

    /// What its steps made of the run stays; only its end is undone.
    private static let reopenHandlersSQL: SQL = """
        UPDATE runs
        SET state = 'running', finished_at = NULL, error = NULL, cancel_requested = 0, seq = :seq, settled_at = NULL,
            failures = (SELECT count(*) FROM jobs
                        WHERE run_id = :id AND forgiven = 0 AND handler = 1 AND superseded = 0
                          AND state IN ('failed', 'cancelled'))
        WHERE id = :id
        """

    private static let recountRunSQL: SQL = """
        UPDATE runs
        SET unfinished = (SELECT count(*) FROM jobs WHERE run_id = :id AND finished_at IS NULL),
            work_ms = (SELECT coalesce(sum(finished_at - started_at), 0) FROM jobs
                       WHERE run_id = :id AND finished_at IS NOT NULL AND started_at IS NOT NULL AND superseded = 0
                         AND kind IN ('script', 'agent', 'http', 'worker', 'external')),
            critical_ms = (SELECT coalesce(max(chain_ms + CASE WHEN kind IN ('script', 'agent', 'http', 'worker', 'external', 'workflow',
                                                                             'approval', 'wait')
                                                               THEN finished_at - started_at ELSE 0 END), 0)
                           FROM jobs
                           WHERE run_id = :id AND finished_at IS NOT NULL AND started_at IS NOT NULL
                             AND superseded = 0)
        WHERE id = :id
        """

    private static let stageSQL: SQL = """
        SELECT finished_at IS NULL AND settled_at IS NULL AND phase = 'handlers'
        FROM runs
        WHERE id = :id
        """

    /// Some of the run's jobs are unfinished again.
    func reopen(_ run: RunID, isHandler: Bool) throws {
        if isHandler {
            try connection.execute(Self.reopenHandlersSQL, try sequence(), run)
        } else {
            guard try connection.first(Self.stageSQL, run, read: { $0.bool(0) }) == false else {
                throw JobStoreError.invalid(
                    "run \(run) is executing its handlers; try again when it has ended, or cancel it before")
            }
            try supersedeHandlers(of: run)
            try connection.execute(Self.reopenRunSQL, try sequence(), now, run)
        }
        try connection.execute(Self.recountRunSQL, run)
        try setExecutionDue(of: run)
        try reopenParent(of: run)
    }

    private static let supersedeHandlersSQL: SQL = """
        UPDATE jobs
        SET superseded = 1, key = key || '@' || :seq, seq = :seq
        WHERE run_id = :run_id AND handler = 1 AND superseded = 0
        RETURNING id
        """

    /// Handlers run anew when the run settles anew.
    private func supersedeHandlers(of run: RunID) throws {
        let handlers = try connection.all(Self.supersedeHandlersSQL, try sequence(), run) { JobID($0.int(0)) }
        for handler in handlers { try supersedeParts(of: handler) }
    }

    // MARK: The step that waits for the run

    private static let parentOfRunSQL: SQL = "SELECT parent_job_id FROM runs WHERE id = :id"

    // The run is one of what the job waits for.
    private static let awaitAgainSQL: SQL = """
        UPDATE jobs
        SET state = 'blocked', awaits = 'run', unmet = unmet + 1, run_at = NULL, ready_at = NULL, seq = :seq
        WHERE id = :id AND state IN ('blocked', 'scheduled', 'ready')
        """

    /// The job that waited for the run waits again, and its own run goes on.
    private func reopenParent(of run: RunID) throws {
        guard let parent = try connection.first(Self.parentOfRunSQL, run, read: { $0.optionalInt(0) }) ?? nil else {
            return
        }
        let job = JobID(parent)
        let facts = try retryFacts(of: job)
        guard !facts.isSuperseded, facts.phase > 0, try childRun(of: job) == run, let outer = facts.run else {
            throw JobStoreError.invalid("run \(run) is history: job \(job), which started it, was begun anew")
        }
        switch facts.state {
        case .running, .reclaiming:
            throw JobStoreError.invalid(
                "job \(job) is looking at how run \(run), which it started, ended; try again in a moment")
        case .blocked where facts.awaits == "run": return
        case .succeeded, .failed, .skipped, .cancelled:
            var reopening = Reopening()
            reopening.insert(goingOn: job)
            let isHandler = try insertFamily(of: job, facts, in: outer, into: &reopening)
            _ = try reopen(reopening, in: outer, isHandler: isHandler, required: job)
        case .blocked, .scheduled:
            throw JobStoreError.invalid(
                "job \(job), which started run \(run), has gone on since; try again when it has ended")
        case .ready: break
        }
        try connection.execute(Self.awaitAgainSQL, try sequence(), job)
        if facts.state == .ready, let lane = facts.lane { try withdraw(job, from: lane) }
    }
}
