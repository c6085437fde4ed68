package import SQLite

/// All that is known of one job, as tables.
extension JobTransaction {
    private static let jobSQL = """
        SELECT h.id, h.state, h.name, h.run_id, h.workflow, h.key, h.queue, h.kind, h.command, h.priority,
               j.pools, h.attempts, j.max_attempts - 1 AS retries, j.failures, j.crashes, j.timeout_ms, j.cwd,
               strftime('%Y-%m-%dT%H:%M:%fZ', j.run_at / 1000.0, 'unixepoch') AS run_at,
               h.created_at, h.ready_at, h.started_at, h.finished_at, h.queue_ms, h.duration_ms, h.exit_code, h.error,
               h.result, h.step, h.parent_id, h.cached, h.progress, h.progress_message, h.type, h.data, h.memory_kb,
               h.checkpoint,
               CASE WHEN j.state IN ('blocked', 'scheduled') THEN j.awaits END AS awaits
        FROM job_history h
        JOIN jobs j ON j.id = h.id
        WHERE h.id = :id
        """

    /// One row. `pools`, `result`, `data` and `checkpoint` are JSON.
    ///
    /// - Throws: `.noSuchJob`
    package func detail(of job: JobID) throws -> Table {
        let table = try connection.dynamic(Self.jobSQL, [.integer(Int64(job.rawValue))])
        guard table.rows.count == 1 else { throw JobStoreError.noSuchJob(job) }
        return table
    }

    private static let upstreamsSQL = """
        SELECT d.depends_on, coalesce(u.key, u.name) AS name, u.state, d.condition, d.satisfied
        FROM dependency_history d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :id
        ORDER BY d.depends_on
        """

    package func dependencies(of job: JobID) throws -> Table {
        try connection.dynamic(Self.upstreamsSQL, [.integer(Int64(job.rawValue))])
    }

    private static let downstreamsSQL = """
        SELECT d.job_id, coalesce(j.key, j.name) AS name, j.state, d.condition
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :id
        ORDER BY d.job_id
        LIMIT 1000
        """

    /// The first 1,000 jobs that depend on it.
    package func dependents(of job: JobID) throws -> Table {
        try connection.dynamic(Self.downstreamsSQL, [.integer(Int64(job.rawValue))])
    }

    private static let attemptsSQL = """
        SELECT attempt, state, runner_id, pid, started_at, finished_at, duration_ms, exit_code, signal, max_rss_kb, cpu_ms,
               error
        FROM attempt_history
        WHERE job_id = :id
        ORDER BY attempt
        """

    package func attempts(of job: JobID) throws -> Table {
        try connection.dynamic(Self.attemptsSQL, [.integer(Int64(job.rawValue))])
    }

    // MARK: The shape of a run

    // As `finish` counts it: parents take the time of their parts.
    private static let lastOfChainSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND finished_at IS NOT NULL AND started_at IS NOT NULL AND superseded = 0
          AND kind IN ('script', 'agent', 'http', 'worker', 'external', 'workflow', 'approval', 'wait')
        ORDER BY chain_ms + finished_at - started_at DESC, id
        LIMIT 1
        """

    // What a part comes after is what it depends on, or what its parent came after: those that it depends on, and its
    // parts of before.
    private static let beforeInChainSQL: SQL = """
        WITH RECURSIVE family(id, parent_id, chain_ms, started_at) AS (
            SELECT id, parent_id, chain_ms, started_at FROM jobs WHERE id = :id
            UNION
            SELECT p.id, p.parent_id, f.chain_ms, f.started_at FROM family f JOIN jobs p ON p.id = f.parent_id)
        SELECT u.id, u.kind IN ('script', 'agent', 'http', 'worker', 'external', 'workflow', 'approval', 'wait') AND u.started_at IS NOT NULL
        FROM (SELECT d.depends_on, f.chain_ms, f.started_at, f.id <> :id AS is_inherited
              FROM family f JOIN dependencies d ON d.job_id = f.id) before
        JOIN jobs u ON u.id = before.depends_on
        WHERE u.finished_at IS NOT NULL
          AND u.chain_ms + CASE WHEN u.kind IN ('script', 'agent', 'http', 'worker', 'external', 'workflow', 'approval', 'wait')
                                THEN coalesce(u.finished_at - u.started_at, 0) ELSE 0 END = before.chain_ms
          AND (NOT is_inherited OR (before.chain_ms > 0 AND u.finished_at <= before.started_at))
        ORDER BY is_inherited, u.id
        """

    /// The chain of jobs whose durations add up to the most, in their order: what bounds how fast the run can be.
    /// Parents are not in it, but their parts are.
    package func criticalPath(of run: RunID) throws -> [JobID] {
        var path: [JobID] = []
        var known: Set<JobID> = []
        var next = try connection.first(Self.lastOfChainSQL, run) { (job: JobID($0.int(0)), isWork: true) }
        while let (job, isWork) = next {
            known.insert(job)
            if isWork { path.append(job) }
            let before = try connection.all(Self.beforeInChainSQL, job) { (job: JobID($0.int(0)), isWork: $0.bool(1)) }
            next = before.first { !known.contains($0.job) }
        }
        return path.reversed()
    }
}

extension JobTransaction {
    /// What no door shows, as `table.column`.
    package static let secretColumns: Set<String> = [
        "jobs.env", "jobs.stdin", "jobs.lease_token", "attempts.lease_token", "schedules.env", "schedules.stdin",
        "execution_tasks.lease_token", "runs.definition", "jobs.template",
    ]
}
