package import SQLite

/// Jobs that their runner gives back without an end: to wait for their parts, a run, a moment or somebody.
extension JobTransaction {
    // No attempt ended, so its number is given back with it.
    private static let parkSQL: SQL = """
        UPDATE jobs
        SET state = :state, seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, attempt = attempt - 1,
            phase = phase + 1, memo = :memo, awaits = :awaits, signal = NULL, unmet = :unmet, run_at = :run_at, ready_at = :ready_at
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    private static let setUnmetOfParkedSQL: SQL = "UPDATE jobs SET unmet = :unmet WHERE id = :id AND state = 'blocked'"

    private static let unblockParkedSQL: SQL = """
        UPDATE jobs
        SET state = 'ready', unmet = 0, ready_at = :now
        WHERE id = :id AND state = 'blocked'
        """

    private static let dependOnSQL: SQL = """
        INSERT INTO dependencies(job_id, depends_on, condition)
        VALUES (:job_id, :depends_on, 'finished')
        ON CONFLICT DO NOTHING
        """

    /// Puts the job aside until what it waits for is there. It leaves its slot and its pools, and costs no attempt.
    ///
    /// A job that was asked to stop is cancelled instead.
    /// - Returns: the job's new state.
    /// - Throws: `.leaseLost` when the job was rescued; `.invalid` for parts or runs that cannot be stored, which leaves
    ///   the job as it was only if the caller ends the transaction.
    @discardableResult
    package func park(_ job: JobID, leaseToken: Int, _ parking: Parking) throws -> JobState {
        guard let held = try held(job, leaseToken: leaseToken) else { throw JobStoreError.leaseLost(job) }
        if held.stop {
            return try finish(
                job, leaseToken: leaseToken, Outcome(.cancelled, startedAt: held.startedAt, finishedAt: now))
        }
        var state = JobState.blocked
        var awaits: String?
        var runAt: Timestamp?
        switch parking.wait {
        case .children: break
        case .run: awaits = "run"
        case .until(let moment): (state, runAt) = (.scheduled, moment)
        case .signal(let deadline):
            awaits = "signal"
            if let deadline { (state, runAt) = (.scheduled, deadline) }
        }
        // Those that it depends on may have been run again since. The parts are counted below, once they are there.
        var unmet = try unmetCount(of: job)
        if state == .blocked { unmet += 1 } else if unmet > 0 { state = .blocked }
        let changed = try connection.execute(
            Self.parkSQL, state, try sequence(), parking.memo, awaits, unmet, runAt, Int?.none, job, leaseToken)
        guard changed == 1 else { throw JobStoreError.leaseLost(job) }
        if let lane = held.lane { for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) } }
        alertsRunners = true
        switch parking.wait {
        case .children(let specs):
            guard let run = held.run else { throw JobStoreError.invalid("job \(job) has parts but belongs to no run") }
            for child in try add(specs, to: run, parent: job) { try connection.execute(Self.dependOnSQL, job, child) }
            return try settleParked(job, held: held)
        case .run(var spec):
            guard let run = held.run else { throw JobStoreError.invalid("job \(job) starts a run but belongs to none") }
            try requireShallow(job)
            spec.parent = job
            _ = try start(spec, root: try runningRun(run).root)
            return try self.state(of: job)  // a run whose steps are all skipped at birth has ended
        case .until, .signal: return state
        }
    }

    private func settleParked(_ job: JobID, held: Held) throws -> JobState {
        let unmet = try unmetCount(of: job)
        guard unmet == 0 else {
            try connection.execute(Self.setUnmetOfParkedSQL, unmet, job)
            return .blocked
        }
        try connection.execute(Self.unblockParkedSQL, now, job)
        freshJobs.insert(job.rawValue)
        if let lane = held.lane { try offer(held.head, in: lane) }
        return .ready
    }

    private static let skipHeldSQL: SQL = """
        UPDATE jobs
        SET state = 'skipped', seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, attempt = attempt - 1,
            started_at = NULL, finished_at = :now, error = :error, excused = 1
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    /// Ends a claimed job whose own condition does not hold: nothing was executed, and nobody is to blame.
    ///
    /// - Throws: `.leaseLost`.
    package func skip(_ job: JobID, leaseToken: Int, because reason: String) throws {
        guard let held = try held(job, leaseToken: leaseToken) else { throw JobStoreError.leaseLost(job) }
        guard try connection.execute(Self.skipHeldSQL, try sequence(), now, reason, job, leaseToken) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
        if let lane = held.lane { for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) } }
        try releaseDependents(of: job, ended: .skipped, forgiven: true, chain: held.chain, cause: job)
        if let run = held.run {
            try jobEnded(
                job, in: run, state: .skipped, forgiven: false, work: 0, chain: 0, isPart: held.parent != nil)
        }
    }

    // MARK: Signals

    // One of what a blocked job counts is the signal, unless a moment would do as well. The others are jobs that were
    // run again since, which it waits for as well.
    private static let signalSQL: SQL = """
        UPDATE jobs
        SET signal = :signal, awaits = NULL, run_at = NULL, seq = :seq,
            unmet = unmet - (state = 'blocked' AND run_at IS NULL),
            state = CASE WHEN unmet > (state = 'blocked' AND run_at IS NULL) THEN 'blocked' ELSE 'ready' END,
            ready_at = CASE WHEN unmet > (state = 'blocked' AND run_at IS NULL) THEN NULL ELSE :now END
        WHERE id = :id AND awaits = 'signal' AND state IN ('blocked', 'scheduled')
        RETURNING state, lane_id, priority, path
        """
    private static let isJSONSQL: SQL = "SELECT json_valid(:value)"

    /// Brings a job what it waits for: a decision, or a value.
    ///
    /// - Parameter value: JSON.
    /// - Throws: `.noSuchJob`, and `.invalid` for a job that waits for no signal, or a value that is not JSON.
    package func signal(_ job: JobID, value: String) throws {
        guard try connection.first(Self.isJSONSQL, value, read: { $0.bool(0) }) == true else {
            throw JobStoreError.invalid("a signal's value must be JSON; a text needs quotes of its own")
        }
        let found = try connection.first(Self.signalSQL, value, try sequence(), now, job) { row in
            (row.text(0), row.optionalInt(1), LaneHead(priority: row.int(2), path: row.int(3), id: job.rawValue))
        }
        guard let (state, lane, head) = found else {
            let state = try state(of: job)
            throw JobStoreError.invalid(
                "job \(job) does not wait for an approval or a signal; it is \(state.rawValue)")
        }
        guard state == JobState.ready.rawValue else { return }
        freshJobs.insert(job.rawValue)
        if let lane { try offer(head, in: lane) }
        alertsRunners = true
    }

    private static let waitingSQL = """
        SELECT j.id AS job, j.run_id AS run, r.workflow, j.key AS step, j.kind,
               CASE WHEN json_valid(j.memo) THEN json_extract(j.memo, '$.message') END AS message,
               strftime('%Y-%m-%dT%H:%M:%fZ', j.started_at / 1000.0, 'unixepoch') AS since,
               strftime('%Y-%m-%dT%H:%M:%fZ', j.run_at / 1000.0, 'unixepoch') AS until
        FROM jobs j
        LEFT JOIN runs r ON r.id = j.run_id
        WHERE j.awaits = 'signal' AND j.state IN ('blocked', 'scheduled')
        ORDER BY j.id
        """

    /// Jobs that wait for a decision or a signal.
    package func waitingForSignal() throws -> Table { try connection.dynamic(Self.waitingSQL) }

    // MARK: Progress

    private static let progressSQL: SQL = """
        UPDATE jobs
        SET progress = :progress, progress_message = :message, seq = :seq
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    /// - Parameter percent: 0 to 100.
    /// - Throws: `.leaseLost`: the attempt that says so is over.
    package func setProgress(_ job: JobID, leaseToken: Int, percent: Double, message: String?) throws {
        let changed = try connection.execute(
            Self.progressSQL, min(100, max(0, percent)), message, try sequence(), job, leaseToken)
        guard changed == 1 else { throw JobStoreError.leaseLost(job) }
        alertsRunners = true
    }
}
