import SQLite

extension JobTransaction {
    private static let factsSQL: SQL = "SELECT state, run_id, attempt FROM jobs WHERE id = :id"

    private static let unmetSQL: SQL = """
        SELECT count(*)
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NULL
        """

    private static let reopenSQL: SQL = """
        UPDATE jobs
        SET state = CASE WHEN :unmet > 0 THEN 'blocked' ELSE 'ready' END,
            unmet = :unmet, seq = :seq, ready_at = CASE WHEN :unmet > 0 THEN NULL ELSE :now END,
            finished_at = NULL, started_at = NULL, failures = 0, crashes = 0, run_at = NULL, lane_id = NULL, error = NULL,
            exit_code = NULL, ended_by = NULL, stop = NULL, chain_ms = 0
        WHERE id = :id AND finished_at IS NOT NULL
        """

    private static let deleteResultSQL: SQL = "DELETE FROM results WHERE job_id = :job_id"

    private static let endedBySQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND ended_by = :ended_by
        """

    private static let skippedBelowSQL: SQL = """
        SELECT j.id
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :depends_on AND j.ended_by = :ended_by AND j.state = 'skipped'
        """

    private static let reopenRunSQL: SQL = """
        UPDATE runs
        SET state = 'running', finished_at = NULL, error = NULL, cancel_requested = 0, seq = :seq,
            unfinished = (SELECT count(*) FROM jobs WHERE run_id = :id AND finished_at IS NULL),
            failures = (SELECT count(*) FROM jobs
                        WHERE run_id = :id AND forgiven = 0 AND state IN ('failed', 'cancelled')),
            work_ms = (SELECT coalesce(sum(finished_at - started_at), 0) FROM jobs
                       WHERE run_id = :id AND finished_at IS NOT NULL AND started_at IS NOT NULL)
        WHERE id = :id
        """

    /// Makes a job that failed, was cancelled or was skipped ready again, with fresh attempts; what its end skipped or
    /// cancelled comes back with it, and so does its run. Old attempts stay.
    ///
    /// - Returns: every job that was reopened, the named one first.
    /// - Throws: `.notFinal`, and `.invalid` for a job that succeeded.
    @discardableResult
    package func retry(_ job: JobID) throws -> [JobID] {
        let facts = try connection.first(Self.factsSQL, job) { row in
            (state: JobState(rawValue: row.text(0)) ?? .ready, run: row.optionalInt(1).map { RunID($0) })
        }
        guard let facts else { throw JobStoreError.noSuchJob(job) }
        guard facts.state.isFinal else { throw JobStoreError.notFinal(job, facts.state) }
        guard facts.state != .succeeded else {
            throw JobStoreError.invalid("job \(job) succeeded, and success is final; enqueue the work anew instead")
        }
        var reopened = [job]
        if let run = facts.run {
            reopened += try connection.all(Self.endedBySQL, run, job) { JobID($0.int(0)) }
        } else {
            try appendSkipped(below: job, to: &reopened)
        }
        // All are unfinished first, so that each then counts the others among what it waits for.
        for job in reopened { try reopen(job, unmet: 0) }
        for job in reopened {
            let unmet = try connection.first(Self.unmetSQL, job) { $0.int(0) } ?? 0
            if unmet > 0 { try setUnmet(unmet, of: job) }
        }
        for job in reopened { try settleReopened(job) }
        if let run = facts.run { try connection.execute(Self.reopenRunSQL, try sequence(), run) }
        alertsRunners = true
        return reopened
    }

    private func appendSkipped(below cause: JobID, to jobs: inout [JobID]) throws {
        var known: Set<JobID> = [cause]
        var next = 0
        while next < jobs.count {
            for job in try connection.all(Self.skippedBelowSQL, jobs[next], cause, read: { JobID($0.int(0)) })
            where known.insert(job).inserted {
                jobs.append(job)
            }
            next += 1
        }
    }

    private func reopen(_ job: JobID, unmet: Int) throws {
        try connection.execute(Self.deleteResultSQL, job)
        do {
            try connection.execute(Self.reopenSQL, unmet, try sequence(), now, job)
        } catch let error as SQLiteError where error.isConstraint {
            throw JobStoreError.invalid("job \(job) cannot return: another job holds its key by now")
        }
    }

    private static let setUnmetSQL: SQL = """
        UPDATE jobs
        SET state = 'blocked', unmet = :unmet, ready_at = NULL
        WHERE id = :id AND state = 'ready'
        """

    private func setUnmet(_ unmet: Int, of job: JobID) throws {
        try connection.execute(Self.setUnmetSQL, unmet, job)
    }

    private static let brokenSQL: SQL = """
        SELECT d.depends_on
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NOT NULL
          AND NOT CASE d.condition WHEN 'finished' THEN 1
                                   WHEN 'failed' THEN u.state = 'failed'
                                   ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1) END
        LIMIT 1
        """

    /// A job that came back and still has a dependency which can no longer hold may not run.
    private func settleReopened(_ job: JobID) throws {
        guard let broken = try connection.first(Self.brokenSQL, job, read: { JobID($0.int(0)) }) else { return }
        throw JobStoreError.invalid(
            "job \(job) cannot run: job \(broken), which it depends on, did not end as it must; retry that one")
    }
}
