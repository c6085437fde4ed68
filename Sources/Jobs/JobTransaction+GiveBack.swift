import SQLite

extension JobTransaction {
    static let giveBackSQL: SQL = """
        UPDATE jobs
        SET state = :state, seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, attempt = attempt - 1,
            unmet = :unmet, ended_by = NULL,
            started_at = (SELECT a.started_at FROM attempts a WHERE a.job_id = jobs.id AND a.attempt = jobs.attempt - 1)
        WHERE id = :id AND lease_token = :lease_token AND state = 'running' AND stop IS NULL
        """

    /// Returns a job that was claimed ahead of its time and never started: no attempt was made of it.
    ///
    /// One that somebody asked to stop is cancelled instead.
    ///
    /// - Returns: the job's new state.
    /// - Throws: `.leaseLost` when the job is no longer this runner's.
    @discardableResult
    package func giveBack(_ job: JobID, leaseToken: Int) throws -> JobState {
        guard let held = try held(job, leaseToken: leaseToken) else { throw JobStoreError.leaseLost(job) }
        guard !held.stop else {
            return try finish(job, leaseToken: leaseToken, Outcome(.cancelled, startedAt: now, finishedAt: now))
        }
        // Those that it depends on may have been run again since.
        let unmet = try unmetCount(of: job)
        let state: JobState = unmet > 0 ? .blocked : .ready
        guard try connection.execute(Self.giveBackSQL, state, try sequence(), unmet, job, leaseToken) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
        guard let lane = held.lane else { return state }
        if state == .ready {
            freshJobs.insert(job.rawValue)
            try offer(held.head, in: lane)
            alertsRunners = true
        }
        for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) }
        return state
    }
}
