import SQLite

/// Taking jobs back from a runner that died, in the only order that is right: fence (this transaction), kill what is
/// left of the attempts, then requeue (another transaction).
extension JobTransaction {
    private static let declareDeadSQL: SQL = """
        UPDATE runners
        SET state = 'dead', stopped_at = :now
        WHERE id = :id AND state NOT IN ('stopped', 'rescued')
        """

    static let fenceSQL: SQL = """
        UPDATE jobs
        SET state = 'reclaiming', seq = :seq
        WHERE runner_id = :runner_id AND runner_id IS NOT NULL AND state = 'running'
        """

    private static let reclaimingSQL: SQL = """
        SELECT id, lease_token, attempt, pid
        FROM jobs
        WHERE runner_id = :runner_id AND runner_id IS NOT NULL AND state = 'reclaiming'
        """

    /// An attempt that lost its runner.
    package struct LostAttempt: Sendable, Hashable {
        package let job: JobID
        package let leaseToken: Int
        package let attempt: Int
        /// Where it was known.
        package let pid: Int32?
    }

    /// Transaction 1. From here on nothing that the runner writes about its jobs changes a row.
    ///
    /// - Returns: what was running, and what an earlier rescuer had fenced before it died itself.
    package func fence(_ runner: RunnerID) throws -> [LostAttempt] {
        guard try connection.execute(Self.declareDeadSQL, now, runner) == 1 else { return [] }
        try connection.execute(Self.fenceSQL, try sequence(), runner)
        return try connection.all(Self.reclaimingSQL, runner) { row in
            LostAttempt(
                job: JobID(row.int(0)), leaseToken: row.int(1), attempt: row.int(2),
                pid: row.optionalInt(3).map { Int32(truncatingIfNeeded: $0) })
        }
    }

    static let lostJobsSQL: SQL = """
        SELECT id, lease_token, attempt, run_id, lane_id, crashes, max_crashes, forgiven, stop, started_at, pid,
               priority, path, chain_ms, kind, parent_id, phase
        FROM jobs
        WHERE runner_id = :runner_id AND runner_id IS NOT NULL AND state = 'reclaiming'
        """

    private static let requeueSQL: SQL = """
        UPDATE jobs
        SET state = :state, seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, unmet = :unmet,
            crashes = crashes + 1,
            ready_at = CASE WHEN :state = 'ready' THEN :now ELSE ready_at END,
            finished_at = CASE WHEN :state = 'ready' OR :state = 'blocked' THEN NULL ELSE :now END,
            error = :error
        WHERE id = :id AND lease_token = :lease_token AND state = 'reclaiming'
        """

    private static let setRescuedSQL: SQL = "UPDATE runners SET state = 'rescued' WHERE id = :id AND state = 'dead'"

    private struct LostJob {
        let id: JobID
        let token: Int
        let attempt: Int
        let run: RunID?
        let lane: Int?
        let crashes: Int
        let maxCrashes: Int
        let forgiven: Bool
        let stop: Bool
        let startedAt: Timestamp
        let pid: Int?
        let head: LaneHead
        let chain: Int
        let kind: JobKind
        let isPart: Bool
        let phase: Int
    }

    /// Transaction 2, once nothing of the attempts is left. Each job is ready again at the cost of one crash, or failed
    /// when it has cost too many runners, or cancelled when that was asked.
    ///
    /// - Returns: how many jobs were ready again.
    @discardableResult
    package func requeueJobs(of runner: RunnerID) throws -> Int {
        let lost = try connection.all(Self.lostJobsSQL, runner) { row in
            LostJob(
                id: JobID(row.int(0)), token: row.int(1), attempt: row.int(2),
                run: row.optionalInt(3).map { RunID($0) },
                lane: row.optionalInt(4), crashes: row.int(5), maxCrashes: row.int(6), forgiven: row.bool(7),
                stop: !row.isNull(8), startedAt: Timestamp(row.int(9)), pid: row.optionalInt(10),
                head: LaneHead(priority: row.int(11), path: row.int(12), id: row.int(0)), chain: row.int(13),
                kind: JobKind(rawValue: row.text(14)) ?? .script, isPart: !row.isNull(15), phase: row.int(16))
        }
        var requeued = 0
        for job in lost where try requeue(job, of: runner) == .ready { requeued += 1 }
        try connection.execute(Self.setRescuedSQL, runner)
        return requeued
    }

    private func requeue(_ job: LostJob, of runner: RunnerID) throws -> JobState {
        let isPoison = job.crashes + 1 >= job.maxCrashes
        var state: JobState = job.stop ? .cancelled : isPoison ? .failed : .ready
        // Those that it depends on may have been run again while it ran.
        let unmet = state == .ready ? try unmetCount(of: job.id) : 0
        if unmet > 0 { state = .blocked }
        let error: String? =
            switch state {
            case .failed: "its runner died during \(job.crashes + 1) attempts (max_crashes); last: runner \(runner)"
            case .cancelled: "cancelled while its runner died"
            default: nil
            }
        let changed = try connection.execute(
            Self.requeueSQL, state, try sequence(), unmet, now, error, job.id, job.token)
        guard changed == 1 else { throw JobStoreError.leaseLost(job.id) }
        try connection.execute(
            Self.insertAttemptSQL, job.id, job.attempt, try sequence(), job.token, runner, AttemptState.lost,
            job.startedAt, max(now, job.startedAt), job.pid, Int?.none, Int?.none, "runner \(runner) died", Int?.none,
            Int?.none, Int?.none, Int?.none)
        if state == .failed { try noteFailure(of: job.id) }
        if let lane = job.lane {
            if state == .ready { try offer(job.head, in: lane) }
            for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) }
        }
        if state == .blocked { return state }
        if state == .ready {
            freshJobs.insert(job.id.rawValue)
        } else {
            let duration = job.kind.isWork ? max(0, now.rawValue - job.startedAt.rawValue) : 0
            if job.phase > 0 { try cancelParts(of: job.id, because: "the step that they belong to ended") }
            try releaseDependents(
                of: job.id, ended: state, forgiven: job.forgiven, chain: job.chain + duration, cause: job.id)
            if let run = job.run {
                try jobEnded(
                    job.id, in: run, state: state, forgiven: job.forgiven, work: duration, chain: job.chain + duration,
                    isPart: job.isPart)
            }
        }
        return state
    }
}
