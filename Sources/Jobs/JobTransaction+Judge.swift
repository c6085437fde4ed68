import SQLite

/// How runs end. Most end with their last job; those that were stored as judged wait, settled, for somebody who looks at
/// criteria and results, starts handlers, and closes them. Whoever closes first does; the others change no row.
extension JobTransaction {
    private static let endRunSQL: SQL = """
        UPDATE runs
        SET state = :state, finished_at = :now, started_at = coalesce(started_at, :now), error = :error,
            result = coalesce(:result, result), settled_at = NULL, seq = :seq
        WHERE id = :id AND finished_at IS NULL
        RETURNING parent_job_id, coalesce(root_id, id)
        """

    private static let succeededSQL: SQL = """
        SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*)
        FROM jobs
        WHERE run_id = :run_id AND parent_id IS NULL AND superseded = 0 AND handler = 0
        """

    /// What the jobs' ends make of the run.
    func verdict(on run: RunID, failures: Int, isCancelled: Bool) throws -> RunEnding {
        guard isCancelled || failures > 0 else { return RunEnding(.succeeded) }
        var ending = RunEnding(isCancelled ? .cancelled : .failed)
        let counts = try connection.first(Self.succeededSQL, run) { ($0.int(0), $0.int(1)) }
        if let (succeeded, all) = counts, succeeded > 0 { ending.error = "partial results: \(succeeded) of \(all)" }
        return ending
    }

    func end(_ run: RunID, as ending: RunEnding) throws {
        let ended = try connection.first(
            Self.endRunSQL, ending.state.rawValue, now, ending.error, ending.result, try sequence(), run
        ) { (parent: $0.optionalInt(0).map { JobID($0) }, root: RunID($0.int(1))) }
        guard let ended else { return }
        try removeLanes(of: run, in: ended.root)
        alertsRunners = true  // whoever waits for the run
        if let parent = ended.parent { try wakeAwaiting(parent, of: run) }
    }

    // The run is one of what the job counts; the others are jobs that were run again since. A run of before the job was
    // begun anew wakes nobody.
    private static let wakeAwaitingSQL: SQL = """
        UPDATE jobs
        SET state = CASE WHEN unmet > 1 THEN 'blocked' ELSE 'ready' END, unmet = unmet - 1, awaits = NULL,
            ready_at = CASE WHEN unmet > 1 THEN NULL ELSE :now END, seq = :seq
        WHERE id = :id AND awaits = 'run' AND state = 'blocked'
          AND NOT EXISTS (SELECT 1 FROM runs newer
                          WHERE newer.parent_job_id = :id AND newer.parent_job_id IS NOT NULL AND newer.id > :run_id)
        RETURNING state, lane_id, priority, path
        """

    private func wakeAwaiting(_ job: JobID, of run: RunID) throws {
        let woken = try connection.first(Self.wakeAwaitingSQL, now, try sequence(), job, run) { row in
            (row.text(0), row.optionalInt(1), LaneHead(priority: row.int(2), path: row.int(3), id: job.rawValue))
        }
        guard let (state, lane, head) = woken, state == JobState.ready.rawValue else { return }
        freshJobs.insert(job.rawValue)
        if let lane { try offer(head, in: lane) }
    }

    // MARK: Endings that a step or the clock decides

    private static let forceSQL: SQL = """
        UPDATE runs
        SET outcome = :outcome, outcome_error = :error, result = coalesce(:result, result)
        WHERE id = :id AND finished_at IS NULL
        """
    private static let forcedSQL: SQL =
        "SELECT outcome, outcome_error, result FROM runs WHERE id = :id AND outcome IS NOT NULL"
    private static let unfinishedOthersSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND finished_at IS NULL AND id <> :id
        ORDER BY id
        """

    /// A step ends the run: what is left of it is cancelled.
    func force(_ ending: RunEnding, on run: RunID, by job: JobID) throws {
        try connection.execute(Self.forceSQL, ending.state.rawValue, ending.error, ending.result, run)
        for other in try connection.all(Self.unfinishedOthersSQL, run, job, read: { JobID($0.int(0)) }) {
            try cancel(other, because: "a step ended the run")
        }
    }

    func forcedEnding(of run: RunID) throws -> RunEnding? {
        try connection.first(Self.forcedSQL, run) { row in
            RunEnding(
                RunState(rawValue: row.text(0)) ?? .failed, error: row.optionalText(1), result: row.optionalText(2))
        }
    }

    static let expiredSQL: SQL = """
        SELECT id, timeout_ms
        FROM runs
        WHERE deadline IS NOT NULL AND finished_at IS NULL AND deadline <= :now
        LIMIT 100
        """
    private static let clearDeadlineSQL: SQL = "UPDATE runs SET deadline = NULL WHERE id = :id"

    /// Cancels what is left of runs whose time is over; they fail.
    package func expireRuns() throws {
        let expired = try connection.all(Self.expiredSQL, now) { (RunID($0.int(0)), $0.int(1)) }
        for (run, timeout) in expired {
            let length = timeout % 1_000 == 0 ? "\(timeout / 1_000) s" : "\(timeout) ms"
            let reason = "the run timed out after \(length)"
            try connection.execute(Self.clearDeadlineSQL, run)
            try connection.execute(Self.forceSQL, RunState.failed.rawValue, reason, String?.none, run)
            for job in try connection.all(Self.unfinishedOthersSQL, run, 0, read: { JobID($0.int(0)) }) {
                try cancel(job, because: reason)
            }
        }
    }

    // MARK: Judged runs

    static let settledSQL: SQL = """
        SELECT id
        FROM runs
        WHERE settled_at IS NOT NULL AND finished_at IS NULL
        ORDER BY id
        LIMIT :count
        """
    static let settledOfRunSQL: SQL = """
        SELECT id
        FROM runs
        WHERE settled_at IS NOT NULL AND finished_at IS NULL AND (id = :id OR root_id = :id)
        ORDER BY id
        LIMIT :count
        """

    /// Runs whose jobs have all ended and that wait for their judge.
    package func settledRuns(in scope: ClaimScope, limit: Int = 10) throws -> [RunID] {
        switch scope {
        case .queues: try connection.all(Self.settledSQL, limit) { RunID($0.int(0)) }
        case .run(let run): try connection.all(Self.settledOfRunSQL, run, limit) { RunID($0.int(0)) }
        }
    }

    /// What the jobs made of a settled run, before criteria and handlers.
    package struct Settlement: Sendable {
        package let ending: RunEnding
        /// The handlers have run.
        package let isAfterHandlers: Bool
        package let settledAt: Timestamp
        package let startedAt: Timestamp
        /// Grows with each time that the run settles: a judge that looked at an earlier time changes nothing.
        package let number: Int
    }

    private static let settlementSQL: SQL = """
        SELECT failures, cancel_requested, phase, settled_at, coalesce(started_at, settled_at), seq
        FROM runs
        WHERE id = :id AND settled_at IS NOT NULL AND finished_at IS NULL
        """

    /// `nil`: somebody else was faster.
    package func settlement(of run: RunID) throws -> Settlement? {
        let found = try connection.first(Self.settlementSQL, run) { row in
            (
                row.int(0), row.bool(1), row.text(2) == "handlers", Timestamp(row.int(3)), Timestamp(row.int(4)),
                row.int(5)
            )
        }
        guard let (failures, isCancelled, isAfter, settledAt, startedAt, number) = found else { return nil }
        var ending = try verdict(on: run, failures: failures, isCancelled: isCancelled)
        if let forced = try forcedEnding(of: run) {
            ending = forced
            // What a handler did cannot make a failed run a good one, but the other way round.
            if isAfter, failures > 0, forced.state == .succeeded {
                ending = RunEnding(.failed, error: "a handler failed", result: forced.result)
            }
        }
        return Settlement(
            ending: ending, isAfterHandlers: isAfter, settledAt: settledAt, startedAt: startedAt, number: number)
    }

    private static let startHandlersSQL: SQL = """
        UPDATE runs
        SET phase = 'handlers', settled_at = NULL, outcome = :outcome, outcome_error = :error,
            result = coalesce(:result, result), failures = 0, seq = :seq
        WHERE id = :id AND settled_at IS NOT NULL AND finished_at IS NULL AND phase = 'main'
          AND seq = coalesce(:number, seq)
        """

    /// Starts the steps that belong to the run's end.
    ///
    /// - Parameter settlement: what the ending was made from; `nil`: whatever the run is like now.
    /// - Returns: `false` when somebody else was faster, or the run was run again since.
    /// - Throws: `.invalid` for no steps, too many, or names that the run has.
    @discardableResult
    package func startHandlers(
        _ specs: [JobSpec], of run: RunID, after ending: RunEnding, judging settlement: Settlement? = nil
    ) throws -> Bool {
        guard !specs.isEmpty else { throw JobStoreError.invalid("run \(run) has no handlers to start; close it") }
        let changed = try connection.execute(
            Self.startHandlersSQL, ending.state.rawValue, ending.error, ending.result, try sequence(), run,
            settlement?.number)
        guard changed == 1 else { return false }
        _ = try add(specs, to: run, parent: nil)
        return true
    }

    private static let isSettledSQL: SQL = """
        SELECT 1
        FROM runs
        WHERE id = :id AND settled_at IS NOT NULL AND finished_at IS NULL AND seq = coalesce(:number, seq)
        """

    /// Ends a settled run.
    ///
    /// - Parameter settlement: what the ending was made from; `nil`: whatever the run is like now.
    /// - Returns: `false` when somebody else was faster, or the run was run again since.
    @discardableResult
    package func close(_ run: RunID, as ending: RunEnding, judging settlement: Settlement? = nil) throws -> Bool {
        guard try connection.first(Self.isSettledSQL, run, settlement?.number, read: { $0.int(0) }) != nil else {
            return false
        }
        try end(run, as: ending)
        return true
    }
}
