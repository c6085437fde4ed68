import SQLite

/// Taking final jobs back, and what follows for those that wait for them. The runs that they belong to come back in
/// `JobTransaction+ReopenRun.swift`.
extension JobTransaction {
    /// Blocked at first, by itself as it were: what it waits for is known when all that comes back is unfinished.
    private static let reopenSQL: SQL = """
        UPDATE jobs
        SET epoch = epoch + 1, state = 'blocked', unmet = 1, seq = :seq, ready_at = NULL,
            finished_at = NULL, started_at = NULL, failures = 0, crashes = 0, run_at = NULL, lane_id = NULL,
            error = NULL, exit_code = NULL, ended_by = NULL, stop = NULL, chain_ms = 0, excused = 0, cached = 0,
            awaits = NULL, signal = NULL, progress = NULL, progress_message = NULL, phase = 0, memo = NULL
        WHERE id = :id AND finished_at IS NOT NULL
        """

    /// Of a job whose parts come back: it goes on where it was.
    private static let reopenParentSQL: SQL = """
        UPDATE jobs
        SET epoch = epoch + 1, state = 'blocked', unmet = 1, seq = :seq, ready_at = NULL,
            finished_at = NULL, failures = 0, run_at = NULL, lane_id = NULL, error = NULL, exit_code = NULL,
            ended_by = NULL, stop = NULL, excused = 0, awaits = NULL
        WHERE id = :id AND finished_at IS NOT NULL
        """

    private static let setUnmetSQL: SQL = "UPDATE jobs SET unmet = :unmet WHERE id = :id AND state = 'blocked'"

    private static let unblockSQL: SQL = """
        UPDATE jobs
        SET state = 'ready', unmet = 0, ready_at = :now
        WHERE id = :id AND state = 'blocked'
        """

    /// Of those that still wait: they were let come closer to their start by the end that is undone.
    private static let waitingBelowSQL: SQL = """
        SELECT j.id, j.lane_id, j.state
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :depends_on AND j.state IN ('blocked', 'scheduled', 'ready')
        """

    private static let blockAgainSQL: SQL = """
        UPDATE jobs
        SET state = 'blocked', unmet = unmet + 1, ready_at = NULL, seq = :seq,
            awaits = CASE WHEN state <> 'ready' THEN awaits END
        WHERE id = :id
        """

    // What it comes after that has ended, as `finish` counts it; the others add theirs when they end.
    private static let setChainSQL: SQL = """
        UPDATE jobs
        SET chain_ms = max(
            coalesce((SELECT p.chain_ms FROM jobs p WHERE p.id = jobs.parent_id), 0),
            coalesce((SELECT max(u.chain_ms + CASE WHEN u.kind IN ('script', 'agent', 'http', 'worker', 'external', 'workflow', 'approval',
                                                                   'wait')
                                                   THEN coalesce(u.finished_at - u.started_at, 0) ELSE 0 END)
                      FROM dependencies d JOIN jobs u ON u.id = d.depends_on
                      WHERE d.job_id = jobs.id AND u.finished_at IS NOT NULL AND u.run_id IS jobs.run_id), 0))
        WHERE id = :id
        """

    private static let deleteResultSQL: SQL = "DELETE FROM results WHERE job_id = :job_id"

    /// Takes final jobs back; those that are under way stay as they are.
    ///
    /// - Parameters:
    ///   - isHandler: they belong to the end of their run, which is taken back only so far.
    ///   - required: must be able to run.
    /// - Returns: the jobs that are unfinished now.
    func reopen(
        _ reopening: Reopening, in run: RunID?, isHandler: Bool = false, required: JobID? = nil
    ) throws -> [JobID] {
        let anew = try reopening.anew.filter { try state(of: $0).isFinal }
        let goingOn = try reopening.goingOn.filter { try state(of: $0).isFinal }
        let all = anew + goingOn
        for job in all { try blockDependents(of: job) }
        for job in anew { try reopen(job, by: Self.reopenSQL) }
        for job in goingOn { try reopen(job, by: Self.reopenParentSQL) }
        if let run { try reopen(run, isHandler: isHandler) }
        if let required { try requireConditions(of: required) }
        var free: [JobID] = []
        for job in all {
            let unmet = try unmetCount(of: job)
            if unmet > 0 { try connection.execute(Self.setUnmetSQL, unmet, job) } else { free.append(job) }
        }
        for job in all { try connection.execute(Self.setChainSQL, job) }
        for job in all where job != required { try endBroken(job) }
        for job in free { try connection.execute(Self.unblockSQL, now, job) }
        alertsRunners = true
        return try all.filter { try !state(of: $0).isFinal }
    }

    /// The job's end is undone, so that those that it let go on wait for it again, but those that run already.
    private func blockDependents(of job: JobID) throws {
        let waiting = try connection.all(Self.waitingBelowSQL, job) { row in
            (job: JobID(row.int(0)), lane: row.optionalInt(1), isReady: row.text(2) == JobState.ready.rawValue)
        }
        for dependent in waiting {
            try connection.execute(Self.blockAgainSQL, try sequence(), dependent.job)
            if dependent.isReady, let lane = dependent.lane { try withdraw(dependent.job, from: lane) }
        }
    }

    private func reopen(_ job: JobID, by sql: SQL) throws {
        try connection.execute(Self.deleteResultSQL, job)
        do {
            try connection.execute(sql, try sequence(), job)
        } catch let error as SQLiteError where error.isConstraint {
            throw JobStoreError.invalid("job \(job) cannot return: another job holds its key by now")
        }
    }

    // MARK: Conditions that cannot hold

    private static let brokenSQL: SQL = """
        SELECT d.depends_on, u.state = 'succeeded' OR (u.state = 'skipped' AND u.excused = 1)
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NOT NULL
          AND NOT CASE d.condition WHEN 'finished' THEN 1
                                   WHEN 'failed' THEN u.state = 'failed'
                                   ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1)
                                        OR (d.condition = 'passed' AND u.state = 'skipped' AND u.excused = 1) END
        LIMIT 1
        """

    /// The job that is retried may not run while a dependency of it can no longer hold.
    private func requireConditions(of job: JobID) throws {
        guard let broken = try connection.first(Self.brokenSQL, job, read: { JobID($0.int(0)) }) else { return }
        throw JobStoreError.invalid(
            "job \(job) cannot run: job \(broken), which it depends on, did not end as it must; retry that one")
    }

    /// A job that came back with another's retry, and that a third one's end keeps from running, ends again; that
    /// one's retry brings it back.
    private func endBroken(_ job: JobID) throws {
        let found = try connection.first(Self.brokenSQL, job) { (JobID($0.int(0)), $0.bool(1)) }
        guard let (broken, isExcused) = found else { return }
        let reason = "job \(broken) did not end as it must"
        guard try end(job, as: .skipped, because: reason, by: broken, excused: isExcused) else { return }
        try releaseDependents(of: job, ended: .skipped, forgiven: isExcused, chain: 0, cause: broken)
    }
}
