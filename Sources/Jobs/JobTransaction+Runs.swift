import SQLite

extension JobTransaction {
    private static let insertRunSQL: SQL = """
        INSERT INTO runs(seq, workflow, version, state, source, definition, directory, search_path, max_concurrency,
                         jobs, unfinished, created_at, inputs, judged, parent_job_id, root_id, timeout_ms)
        VALUES (:seq, :workflow, :version, 'pending', :source, :definition, :directory, :search_path,
                :max_concurrency, :jobs, :jobs, :created_at, :inputs, :judged, :parent_job_id, :root_id, :timeout_ms)
        RETURNING id
        """

    /// Stores a run and its jobs, all or nothing.
    package func start(_ spec: RunSpec) throws -> (run: RunID, jobs: [JobID]) { try start(spec, root: nil) }

    /// - Parameter root: the run that this one is a part of, for whose process its jobs are to be claimed.
    func start(_ spec: RunSpec, root: RunID?) throws -> (run: RunID, jobs: [JobID]) {
        guard !spec.jobs.isEmpty || spec.isDecided else {
            throw JobStoreError.invalid("the workflow has no steps to run")
        }
        // A step that runs alone takes the whole of the run's limit, so there has to be one.
        let needsLimit = spec.jobs.contains { $0.step?.exclusive ?? false }
        let mayGrow = spec.jobs.contains { $0.template != nil }
        let capacity = spec.maxConcurrency ?? (needsLimit ? (mayGrow ? Self.mostParts : spec.jobs.count) : nil)
        let id = try connection.first(
            Self.insertRunSQL, try sequence(), spec.workflow, spec.version, spec.source, spec.definition,
            spec.directory, spec.searchPath, capacity, spec.jobs.count, now, spec.inputs,
            spec.isDecided ? 3 : spec.hasHandlers ? 2 : spec.isJudged ? 1 : 0, spec.parent, root, spec.timeout
        ) { RunID($0.int(0)) }
        guard let run = id else { throw JobStoreError.invalid("the run could not be stored") }
        for (pool, capacity) in spec.pools.sorted(by: { $0.key < $1.key }) {
            let limit = try setLimit(.pool, scope: spec.workflow, name: pool, capacity: capacity)
            try setIndexed(spec.indexedPools.contains(pool), limit.id)
        }
        return (run, try insert(spec.jobs, into: try runningRun(run)))
    }

    private static let findRunSQL: SQL = "SELECT workflow, max_concurrency, root_id FROM runs WHERE id = :id"

    /// The run as its jobs' lanes see it. Its limit is made anew when the run had ended.
    func runningRun(_ id: RunID) throws -> RunningRun {
        let found = try connection.first(Self.findRunSQL, id) { row in
            (row.text(0), row.optionalInt(1), row.optionalInt(2).map { RunID($0) })
        }
        guard let (workflow, capacity, root) = found else { throw JobStoreError.noSuchRun(id) }
        let limit = try capacity.map { try setLimit(.run, scope: "\(id)", name: "concurrency", capacity: $0) }
        return RunningRun(id: id, root: root ?? id, workflow: workflow, limit: limit)
    }

    private static let startRunSQL: SQL = """
        UPDATE runs
        SET state = 'running', started_at = :now, seq = :seq, deadline = :now + timeout_ms
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
        RETURNING unfinished, failures, cancel_requested, judged, outcome, phase
        """

    private static let settleRunSQL: SQL = """
        UPDATE runs
        SET settled_at = :now, started_at = coalesce(started_at, :now), deadline = NULL
        WHERE id = :id
        """

    /// Counts a job of the run as ended, and ends the run with its last job.
    ///
    /// - Parameter isFault: a skipped job makes the run fail: what skipped it is no job of the run.
    func jobEnded(
        _ job: JobID, in run: RunID, state: JobState, forgiven: Bool, work: Int, chain: Int, isFault: Bool = false,
        isPart: Bool = false
    ) throws {
        if state == .failed { try spreadFailure(of: job, in: run) }
        // The parts of a step count with it: it fails when they make it.
        let counts = !isPart && (state == .failed || state == .cancelled || isFault)
        let ended = try connection.first(
            Self.countEndSQL, counts && !forgiven ? 1 : 0, work, chain, try sequence(), run
        ) { row in
            (
                unfinished: row.int(0), failures: row.int(1), isCancelled: row.bool(2), judged: row.int(3),
                outcome: row.optionalText(4), isInHandlers: row.text(5) == "handlers"
            )
        }
        if ended?.judged == 3 { return try setExecutionDue(of: run) }
        guard let ended, ended.unfinished == 0 else { return }
        // Who cancels a run that nobody has to clean up after wants its end now.
        if ended.judged == 2 || (ended.judged == 1 && !ended.isCancelled) {
            try connection.execute(Self.settleRunSQL, now, run)
            alertsRunners = true
            return
        }
        var ending = try verdict(on: run, failures: ended.failures, isCancelled: ended.isCancelled)
        if ended.outcome != nil, let forced = try forcedEnding(of: run) { ending = forced }
        try end(run, as: ending)
    }

    // MARK: Failure

    private static let policySQL: SQL = """
        SELECT forgiven, isolate, level, key, parent_id
        FROM jobs
        WHERE id = :id
        """

    // A job that was parked is under way, whatever its state.
    private static let pendingOfRunSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND state IN ('blocked', 'scheduled', 'ready') AND isolate IS NOT 1 AND id <> :id
          AND phase = 0 AND parent_id IS :parent_id
          -- who asks for an end or a failure is there to clean up after one
          AND NOT EXISTS (SELECT 1 FROM dependencies d WHERE d.job_id = jobs.id AND d.condition IN ('finished', 'failed'))
        ORDER BY id
        """

    private static let stopGroupSQL: SQL = """
        UPDATE jobs
        SET stop = 'cancel', ended_by = :id
        WHERE run_id = :run_id AND level = :level AND runner_id IS NOT NULL AND isolate IS NOT 1 AND id <> :id
          AND stop IS NULL AND parent_id IS :parent_id
        """

    private static let parkedOfGroupSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND level = :level AND state IN ('blocked', 'scheduled', 'ready') AND phase > 0
          AND isolate IS NOT 1 AND id <> :id AND parent_id IS :parent_id
        ORDER BY id
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
            (
                forgiven: row.bool(0), isolate: row.optionalInt(1), level: row.optionalInt(2), key: row.optionalText(3),
                parent: row.optionalInt(4)
            )
        }
        guard let policy else { return }
        if policy.isolate == 0 {
            if try connection.execute(Self.stopGroupSQL, job, run, policy.level, policy.parent) > 0 {
                alertsRunners = true
            }
            for parked in try connection.all(
                Self.parkedOfGroupSQL, run, policy.level, job, policy.parent, read: { JobID($0.int(0)) })
            where try end(parked, as: .cancelled, because: "step '\(policy.key ?? "\(job)")' failed", by: job) {
                try releaseDependents(of: parked, ended: .cancelled, forgiven: false, chain: 0, cause: job)
            }
        }
        guard !policy.forgiven, policy.isolate != 1 else { return }
        let reason = "step '\(policy.key ?? "\(job)")' failed"
        for pending in try connection.all(Self.pendingOfRunSQL, run, job, policy.parent, read: { JobID($0.int(0)) }) {
            guard try end(pending, as: .cancelled, because: reason, by: job) else { continue }
            try releaseDependents(of: pending, ended: .cancelled, forgiven: false, chain: 0, cause: job)
        }
    }
}
