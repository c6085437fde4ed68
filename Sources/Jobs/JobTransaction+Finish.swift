import SQLite

/// How attempts end. Every statement is guarded by the lease token and must change exactly one row.
extension JobTransaction {
    static let heldSQL: SQL = """
        SELECT lane_id, run_id, attempt, failures, max_attempts, chain_ms, forgiven, stop, runner_id, priority, path, pid,
               kind, phase, started_at, parent_id
        FROM jobs
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    // OR FAIL: as for the claim, nothing has to be kept for undoing this statement alone.
    static let endSQL: SQL = """
        UPDATE OR FAIL jobs
        SET state = :state, seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, 
            started_at = CASE WHEN phase = 0 THEN :started_at ELSE started_at END,
            finished_at = :finished_at, failures = :failures, exit_code = :exit_code, error = :error,
            ended_by = CASE WHEN :state = 'cancelled' THEN ended_by END,
            checkpoint = CASE WHEN :state <> 'succeeded' THEN checkpoint END
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    static let againSQL: SQL = """
        UPDATE jobs
        SET state = :state, seq = :seq, runner_id = NULL, pid = NULL, stop = NULL, unmet = :unmet, failures = :failures,
            run_at = :run_at, ready_at = :ready_at, exit_code = :exit_code, error = :error, awaits = NULL
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    static let insertAttemptSQL: SQL = """
        INSERT INTO attempts(job_id, attempt, seq, lease_token, runner_id, state, started_at, finished_at, pid,
                             exit_code, signal, error, max_rss_kb, cpu_ms, input_tokens, output_tokens)
        VALUES (:job_id, :attempt, :seq, :lease_token, :runner_id, :state, :started_at, :finished_at, :pid,
                :exit_code, :signal, :error, :max_rss_kb, :cpu_ms, :input_tokens, :output_tokens)
        """

    private static let setResultSQL: SQL = """
        INSERT INTO results(job_id, value)
        VALUES (:job_id, :value)
        ON CONFLICT (job_id) DO UPDATE SET value = excluded.value
        """

    struct Held {
        let lane: Int?
        let run: RunID?
        let attempt: Int
        let failures: Int
        let maxAttempts: Int
        let chain: Int
        let forgiven: Bool
        let stop: Bool
        let runner: Int
        let head: LaneHead
        let pid: Int?
        let kind: JobKind
        let phase: Int
        let startedAt: Timestamp
        let parent: JobID?
    }

    /// Records how the attempt ended and decides what comes of the job: its end, another attempt, or its return.
    ///
    /// - Returns: the job's new state.
    /// - Throws: `.leaseLost` when the job was rescued. The caller drops the outcome: the job belongs to another.
    @discardableResult
    package func finish(_ job: JobID, leaseToken: Int, _ outcome: Outcome) throws -> JobState {
        var outcome = outcome
        if let result = outcome.result, result.utf8.count > JobStore.resultLimit {
            outcome.state = .failed
            outcome.error = "the result has \(result.utf8.count) bytes; \(JobStore.resultLimit) is the most"
            outcome.result = nil
        }
        guard let held = try held(job, leaseToken: leaseToken) else { throw JobStoreError.leaseLost(job) }
        var fate = try fate(of: job, held: held, after: outcome)
        switch fate.state {
        case .succeeded, .failed, .cancelled:
            let changed = try connection.execute(
                Self.endSQL, fate.state, try sequence(), outcome.startedAt, outcome.finishedAt, fate.failures,
                outcome.exitCode, outcome.error, job, leaseToken)
            guard changed == 1 else { throw JobStoreError.leaseLost(job) }
        default:
            // Those that it depends on may have been run again while it ran: then it waits for them once more.
            let unmet = try unmetCount(of: job)
            if unmet > 0 { fate.state = .blocked }
            let changed = try connection.execute(
                Self.againSQL, fate.state, try sequence(), unmet, fate.failures, fate.runAt,
                fate.state == .ready ? now : nil, outcome.exitCode, outcome.error, job, leaseToken)
            guard changed == 1 else { throw JobStoreError.leaseLost(job) }
        }
        try connection.execute(
            Self.insertAttemptSQL, job, held.attempt, try sequence(), leaseToken, held.runner, outcome.state,
            outcome.startedAt, outcome.finishedAt, outcome.pid ?? held.pid, outcome.exitCode, outcome.signal,
            outcome.error, outcome.maxRSSKiB, outcome.cpuMilliseconds, outcome.inputTokens, outcome.outputTokens)
        if let result = outcome.result, fate.state == .succeeded {
            try connection.execute(Self.setResultSQL, job, result)
        }
        if fate.state == .failed {
            try noteFailure(of: job)
            if held.kind == .http, let result = outcome.result { try setAnswer(result, ofTaskOf: job) }
        }
        if let extras = outcome.extras { try record(extras, of: job, held: held, fate: fate.state, outcome: outcome) }
        try settle(job, held: held, fate: fate.state, outcome: outcome)
        return fate.state
    }

    /// What the job adds to the chain of durations: the time of work, or the whole of what it waited for. A parent's
    /// children have added theirs.
    private func chainLength(_ held: Held, until end: Timestamp, duration: Int) -> Int {
        switch held.kind {
        case .script, .agent, .http, .worker, .external: duration
        case .workflow, .approval, .wait: max(0, end.rawValue - held.startedAt.rawValue)
        default: 0
        }
    }

    func held(_ job: JobID, leaseToken: Int) throws -> Held? {
        try connection.first(Self.heldSQL, job, leaseToken) { row in
            Held(
                lane: row.optionalInt(0), run: row.optionalInt(1).map { RunID($0) }, attempt: row.int(2),
                failures: row.int(3), maxAttempts: row.int(4), chain: row.int(5), forgiven: row.bool(6),
                stop: !row.isNull(7), runner: row.int(8),
                head: LaneHead(priority: row.int(9), path: row.int(10), id: job.rawValue), pid: row.optionalInt(11),
                kind: JobKind(rawValue: row.text(12)) ?? .script, phase: row.int(13), startedAt: Timestamp(row.int(14)),
                parent: row.optionalInt(15).map { JobID($0) })
        }
    }

    private struct Fate {
        var state: JobState
        let failures: Int
        var runAt: Timestamp?
    }

    private func fate(of job: JobID, held: Held, after outcome: Outcome) throws -> Fate {
        switch outcome.state {
        case .succeeded: return Fate(state: .succeeded, failures: held.failures)
        case .cancelled: return Fate(state: .cancelled, failures: held.failures)
        case .lost:
            let isPoison = try countCrash(of: job)
            return Fate(state: held.stop ? .cancelled : isPoison ? .failed : .ready, failures: held.failures)
        case .interrupted: return Fate(state: held.stop ? .cancelled : .ready, failures: held.failures)
        case .failed, .timedOut:
            let failures = held.failures + 1
            if held.stop { return Fate(state: .cancelled, failures: failures) }
            guard failures < held.maxAttempts, !outcome.isFinal else { return Fate(state: .failed, failures: failures) }
            return Fate(
                state: .scheduled, failures: failures,
                runAt: now.advanced(
                    by: outcome.exactRetry
                        ?? max(outcome.retryAfter ?? 0, backoff(of: job, attempt: held.attempt, failures: failures))))
        }
    }

    private static let countCrashSQL: SQL = "UPDATE jobs SET crashes = crashes + 1 WHERE id = :id"
    private static let isPoisonSQL: SQL = "SELECT crashes >= max_crashes FROM jobs WHERE id = :id"

    /// Who executed the job died with it, though the runner lives. Returns whether that was once too often.
    private func countCrash(of job: JobID) throws -> Bool {
        try connection.execute(Self.countCrashSQL, job)
        return try connection.first(Self.isPoisonSQL, job) { $0.bool(0) } ?? true
    }

    /// Drawn once, from a source that is seeded for the database, the job and the attempt; then it is a stored value.
    private func backoff(of job: JobID, attempt: Int, failures: Int) -> Int {
        let seed = store.seed ^ (UInt64(job.rawValue) &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(attempt) << 48)
        var generator = SplitMix64(seed: seed)
        return store.retryPolicy.delay(failures: failures, using: &generator)
    }

    /// What follows for others: limits that came free, the lane, dependents, the run.
    private func settle(_ job: JobID, held: Held, fate: JobState, outcome: Outcome) throws {
        if let lane = held.lane {
            if fate == .ready {
                freshJobs.insert(job.rawValue)
                try offer(held.head, in: lane)
            }
            for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) }
        }
        if fate == .scheduled { alertsRunners = true }
        guard fate.isFinal else { return }
        let duration = max(0, outcome.finishedAt.rawValue - outcome.startedAt.rawValue)
        let chain = held.chain + chainLength(held, until: outcome.finishedAt, duration: duration)
        if held.phase > 0, fate == .cancelled {
            try cancelParts(of: job, because: "the step that they belong to was cancelled")
        }
        try releaseDependents(of: job, ended: fate, forgiven: held.forgiven, chain: chain, cause: job)
        if let run = held.run {
            if let end = outcome.extras?.runEnd, fate == .succeeded { try force(end, on: run, by: job) }
            try jobEnded(
                job, in: run, state: fate, forgiven: held.forgiven, work: held.kind.isWork ? duration : 0, chain: chain,
                isPart: held.parent != nil)
        }
    }
}
