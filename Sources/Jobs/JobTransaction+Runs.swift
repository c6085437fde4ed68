import SQLite

extension JobTransaction {
    private static let insertRunSQL: SQL = """
        INSERT INTO runs(seq, workflow, version, state, source, definition, directory, search_path, max_concurrency,
                         jobs, unfinished, created_at)
        VALUES (:seq, :workflow, :version, 'pending', :source, :definition, :directory, :search_path,
                :max_concurrency, :jobs, :jobs, :created_at)
        RETURNING id
        """

    /// Stores a run and its jobs, all or nothing.
    package func start(_ spec: RunSpec) throws -> (run: RunID, jobs: [JobID]) {
        guard !spec.jobs.isEmpty else { throw JobStoreError.invalid("the workflow has no steps to run") }
        // A step that runs alone takes the whole of the run's limit, so there has to be one.
        let needsLimit = spec.jobs.contains { $0.step?.exclusive ?? false }
        let capacity = spec.maxConcurrency ?? (needsLimit ? spec.jobs.count : nil)
        let id = try connection.first(
            Self.insertRunSQL, try sequence(), spec.workflow, spec.version, spec.source, spec.definition,
            spec.directory, spec.searchPath, capacity, spec.jobs.count, now
        ) { RunID($0.int(0)) }
        guard let run = id else { throw JobStoreError.invalid("the run could not be stored") }
        for (pool, capacity) in spec.pools.sorted(by: { $0.key < $1.key }) {
            try setLimit(.pool, scope: spec.workflow, name: pool, capacity: capacity)
        }
        return (run, try insert(spec.jobs, into: try runningRun(run)))
    }

    private static let findRunSQL: SQL = "SELECT workflow, max_concurrency FROM runs WHERE id = :id"

    /// The run as its jobs' lanes see it. Its limit is made anew when the run had ended.
    func runningRun(_ id: RunID) throws -> RunningRun {
        let found = try connection.first(Self.findRunSQL, id) { ($0.text(0), $0.optionalInt(1)) }
        guard let (workflow, capacity) = found else { throw JobStoreError.noSuchRun(id) }
        let limit = try capacity.map { try setLimit(.run, scope: "\(id)", name: "concurrency", capacity: $0) }
        return RunningRun(id: id, workflow: workflow, limit: limit)
    }

    private static let startRunSQL: SQL = """
        UPDATE runs
        SET state = 'running', started_at = :now, seq = :seq
        WHERE id = :id AND state = 'pending'
        """

    /// The run's first job was claimed.
    func runStarted(_ run: RunID) throws {
        try connection.execute(Self.startRunSQL, now, try sequence(), run)
    }

    static let countEndSQL: SQL = """
        UPDATE runs
        SET unfinished = unfinished - 1,
            failures = failures + :failures,
            work_ms = work_ms + :work_ms,
            critical_ms = max(critical_ms, :critical_ms),
            seq = :seq
        WHERE id = :id
        RETURNING unfinished, failures, cancel_requested
        """

    private static let endRunSQL: SQL = """
        UPDATE runs
        SET state = :state, finished_at = :now, started_at = coalesce(started_at, :now), error = :error
        WHERE id = :id
        """

    private static let succeededSQL: SQL = """
        SELECT count(*) FILTER (WHERE state = 'succeeded'), count(*)
        FROM jobs
        WHERE run_id = :run_id
        """

    /// Counts a job of the run as ended, and ends the run with its last job.
    ///
    /// - Parameter isFault: a skipped job makes the run fail: what skipped it is no job of the run.
    func jobEnded(
        _ job: JobID, in run: RunID, state: JobState, forgiven: Bool, work: Int, chain: Int, isFault: Bool = false
    ) throws {
        if state == .failed { try spreadFailure(of: job, in: run) }
        let counts = state == .failed || state == .cancelled || isFault
        let ended = try connection.first(
            Self.countEndSQL, counts && !forgiven ? 1 : 0, work, chain, try sequence(), run
        ) { (unfinished: $0.int(0), failures: $0.int(1), isCancelled: $0.bool(2)) }
        guard let ended, ended.unfinished == 0 else { return }
        var outcome = "succeeded"
        var error: String?
        if ended.isCancelled || ended.failures > 0 {
            outcome = ended.isCancelled ? "cancelled" : "failed"
            let counts = try connection.first(Self.succeededSQL, run) { ($0.int(0), $0.int(1)) }
            if let (succeeded, all) = counts, succeeded > 0 { error = "partial results: \(succeeded) of \(all)" }
        }
        try connection.execute(Self.endRunSQL, outcome, now, error, run)
        try removeLanes(of: run)
        alertsRunners = true  // whoever waits for the run
    }

    // MARK: Failure

    private static let policySQL: SQL = "SELECT forgiven, isolate, level, key FROM jobs WHERE id = :id"

    private static let pendingOfRunSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND state IN ('blocked', 'scheduled', 'ready') AND isolate IS NOT 1 AND id <> :id
          -- who asks for an end or a failure is there to clean up after one
          AND NOT EXISTS (SELECT 1 FROM dependencies d WHERE d.job_id = jobs.id AND d.condition <> 'succeeded')
        ORDER BY id
        """

    private static let stopGroupSQL: SQL = """
        UPDATE jobs
        SET stop = 'cancel', ended_by = :id
        WHERE run_id = :run_id AND level = :level AND runner_id IS NOT NULL AND isolate IS NOT 1 AND id <> :id
          AND stop IS NULL
        """

    /// What a step that failed for good does to others of its run (its dependents are settled already):
    ///
    /// | the failing step                                | running steps of its group   | other pending steps |
    /// | ----------------------------------------------- | ---------------------------- | ------------------- |
    /// | continueOnError                                 | go on                        | go on               |
    /// | continueOnError, explicit isolateErrors: false  | cancelled, but isolated ones | go on               |
    /// | neither                                         | finish                       | cancelled, but isolated ones |
    /// | explicit isolateErrors: true                    | go on                        | go on               |
    /// | explicit isolateErrors: false                   | cancelled, but isolated ones | cancelled, but isolated ones |
    private func spreadFailure(of job: JobID, in run: RunID) throws {
        let policy = try connection.first(Self.policySQL, job) { row in
            (forgiven: row.bool(0), isolate: row.optionalInt(1), level: row.optionalInt(2), key: row.optionalText(3))
        }
        guard let policy else { return }
        if policy.isolate == 0 {
            if try connection.execute(Self.stopGroupSQL, job, run, policy.level) > 0 { alertsRunners = true }
        }
        guard !policy.forgiven, policy.isolate != 1 else { return }
        let reason = "step '\(policy.key ?? "\(job)")' failed"
        for pending in try connection.all(Self.pendingOfRunSQL, run, job, read: { JobID($0.int(0)) }) {
            guard try end(pending, as: .cancelled, because: reason, by: job) else { continue }
            try releaseDependents(of: pending, ended: .cancelled, forgiven: false, chain: 0, cause: job)
        }
    }
}
