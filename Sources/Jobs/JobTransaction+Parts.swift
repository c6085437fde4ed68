import SQLite

/// Jobs that join a run, and what jobs of a run know of one another.
extension JobTransaction {
    private static let growSQL: SQL = """
        UPDATE runs
        SET jobs = jobs + :jobs, unfinished = unfinished + :jobs
        WHERE id = :id AND finished_at IS NULL AND settled_at IS NULL
          -- what is being ended grows no more, but for what cleans up after it
          AND (phase = 'handlers' OR (cancel_requested = 0 AND outcome IS NULL))
        """

    /// Jobs that one job or one command may add to a run.
    package static let mostParts = 10_000

    private static let isAtItsEndSQL: SQL = "SELECT phase = 'handlers' FROM runs WHERE id = :id"

    /// What joins a run at its end is one of its handlers.
    func add(_ specs: [JobSpec], to run: RunID, parent: JobID?) throws -> [JobID] {
        guard !specs.isEmpty else { return [] }
        guard specs.count <= Self.mostParts else {
            throw JobStoreError.invalid("\(specs.count) jobs at once; \(Self.mostParts) is the most")
        }
        if let parent { try requireShallow(parent) }
        guard try connection.execute(Self.growSQL, specs.count, run) == 1 else {
            throw JobStoreError.invalid("run \(run) has ended or is being ended, so nothing can join it")
        }
        do {
            let isHandler = try parent == nil && connection.first(Self.isAtItsEndSQL, run, read: { $0.bool(0) }) == true
            let jobs = try insert(specs, into: try runningRun(run), parent: parent, isHandler: isHandler)
            if let parent { try connection.execute(Self.inheritChainSQL, parent) }
            return jobs
        } catch let error as SQLiteError where error.isConstraint {
            throw JobStoreError.invalid("run \(run) has a step of one of these names already")
        }
    }

    /// Parts come after whatever the job that they are parts of came after.
    private static let inheritChainSQL: SQL = """
        UPDATE jobs
        SET chain_ms = max(chain_ms, (SELECT p.chain_ms FROM jobs p WHERE p.id = :parent_id))
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND finished_at IS NULL
        """

    /// Levels of parts and of runs within one another.
    package static let mostLevels = 100

    private static let aboveSQL: SQL = """
        SELECT coalesce(j.parent_id, r.parent_job_id)
        FROM jobs j
        LEFT JOIN runs r ON r.id = j.run_id
        WHERE j.id = :id
        """

    /// - Throws: `.invalid` when nothing may be within the job any more.
    func requireShallow(_ job: JobID) throws {
        var levels = 1
        var next = job
        while let above = try connection.first(Self.aboveSQL, next, read: { $0.optionalInt(0) }) ?? nil {
            next = JobID(above)
            levels += 1
            guard levels < Self.mostLevels else {
                throw JobStoreError.invalid(
                    "job \(job) is \(Self.mostLevels) levels deep, which is the most; does a step start itself?")
            }
        }
    }

    private static let parentSQL: SQL = "SELECT parent_id FROM jobs WHERE id = :id"
    private static let waitForMoreSQL: SQL = """
        UPDATE jobs
        SET unmet = unmet + 1
        WHERE id = :id AND state = 'blocked'
        """
    private static let waitForSQL: SQL = """
        INSERT INTO dependencies(job_id, depends_on, condition)
        VALUES (:job_id, :depends_on, 'finished')
        """

    /// Adds jobs to a run that goes on, beside `sibling`: what is a part of a step grows with it.
    ///
    /// - Parameter sibling: the job that adds them; `nil`: beside the workflow's steps.
    /// - Throws: `.invalid` when the run has ended, a name is taken, or there are too many; `.noSuchRun`.
    @discardableResult
    package func addJobs(_ specs: [JobSpec], to run: RunID, beside sibling: JobID? = nil) throws -> [JobID] {
        _ = try state(of: run)
        let parent = try sibling.flatMap { sibling in
            try connection.first(Self.parentSQL, sibling) { $0.optionalInt(0).map { JobID($0) } } ?? nil
        }
        let jobs = try add(specs, to: run, parent: parent)
        guard let parent else { return jobs }
        for job in jobs where try !state(of: job).isFinal {
            guard try connection.execute(Self.waitForMoreSQL, parent) == 1 else {
                throw JobStoreError.invalid("job \(parent), which the new jobs would belong to, goes on already")
            }
            try connection.execute(Self.waitForSQL, parent, job)
        }
        return jobs
    }

    // MARK: Facts

    /// What a step's end left.
    package struct Facts: Sendable {
        package let job: JobID
        package let key: String
        package let state: JobState
        package let exitCode: Int?
        package let error: String?
        /// JSON.
        package let result: String?
        package let isExcused: Bool
        package let isForgiven: Bool
    }

    static let factsSQL: SQL = """
        SELECT j.id, j.key, j.state, j.exit_code, j.error, r.value, j.excused, j.forgiven
        FROM jobs j
        LEFT JOIN results r ON r.job_id = j.id
        WHERE j.run_id = :run_id AND j.key = :key
        """

    static let latestPartSQL: SQL = """
        SELECT j.id, j.key, j.state, j.exit_code, j.error, r.value, j.excused, j.forgiven
        FROM jobs j
        LEFT JOIN results r ON r.job_id = j.id
        WHERE j.run_id = :run_id AND j.step = :step AND j.parent_id IS NOT NULL AND j.superseded = 0
        ORDER BY j.id DESC
        LIMIT 1
        """

    static let partsFactsSQL: SQL = """
        SELECT j.id, j.key, j.state, j.exit_code, j.error, r.value, j.excused, j.forgiven
        FROM jobs j
        LEFT JOIN results r ON r.job_id = j.id
        WHERE j.parent_id = :parent_id AND j.parent_id IS NOT NULL AND j.superseded = 0
        ORDER BY j.id
        """

    private static let upstreamFactsSQL: SQL = """
        SELECT u.id, coalesce(u.key, ''), u.state, u.exit_code, u.error, NULL, u.excused, u.forgiven
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.parent_id IS NOT :job_id
        """

    private static func facts(_ row: Row) -> Facts {
        Facts(
            job: JobID(row.int(0)), key: row.text(1), state: JobState(rawValue: row.text(2)) ?? .ready,
            exitCode: row.optionalInt(3), error: row.optionalText(4), result: row.optionalText(5),
            isExcused: row.bool(6), isForgiven: row.bool(7))
    }

    /// Of the job that has this key in the run.
    package func facts(of key: String, in run: RunID) throws -> Facts? {
        try connection.first(Self.factsSQL, run, key, read: Self.facts)
    }

    /// Of the youngest job of a step that is within another step.
    package func factsOfLatestPart(_ step: String, in run: RunID) throws -> Facts? {
        try connection.first(Self.latestPartSQL, run, step, read: Self.facts)
    }

    /// Of the jobs that are parts of this one, in their order.
    package func factsOfParts(of job: JobID) throws -> [Facts] {
        try connection.all(Self.partsFactsSQL, job, read: Self.facts)
    }

    /// Of the jobs that this one depends on, without their results.
    package func factsOfUpstreams(of job: JobID) throws -> [Facts] {
        try connection.all(Self.upstreamFactsSQL, job, read: Self.facts)
    }

    private static let localsSQL: SQL = "SELECT locals FROM jobs WHERE id = :id"

    /// As they were stored with the job (`JobSpec.locals`).
    package func locals(of job: JobID) throws -> String? {
        try connection.first(Self.localsSQL, job) { $0.optionalText(0) } ?? nil
    }

    // MARK: Runs

    /// What a run was given and what it has set.
    package struct RunFacts: Sendable {
        package let workflow: String
        package let version: String
        package let state: RunState
        package let directory: String
        package let source: String?
        package let definition: String?
        package let searchPath: String?
        package let startedAt: Timestamp?
        /// JSON objects.
        package let inputs: String?
        package let variables: String?
        package let parent: JobID?
        package let result: String?
        package let error: String?
    }

    private static let runFactsSQL: SQL = """
        SELECT workflow, version, state, directory, source, definition, search_path, started_at, inputs,
               (SELECT json_group_object(v.name, json(v.value)) FROM variables v WHERE v.run_id = runs.id HAVING count(*) > 0),
               parent_job_id, result, error
        FROM runs
        WHERE id = :id
        """

    /// - Throws: `.noSuchRun`.
    package func facts(of run: RunID) throws -> RunFacts {
        let facts = try connection.first(Self.runFactsSQL, run) { row in
            RunFacts(
                workflow: row.text(0), version: row.text(1), state: RunState(rawValue: row.text(2)) ?? .running,
                directory: row.text(3), source: row.optionalText(4), definition: row.optionalText(5),
                searchPath: row.optionalText(6), startedAt: row.optionalInt(7).map { Timestamp($0) },
                inputs: row.optionalText(8), variables: row.optionalText(9),
                parent: row.optionalInt(10).map { JobID($0) }, result: row.optionalText(11),
                error: row.optionalText(12))
        }
        guard let facts else { throw JobStoreError.noSuchRun(run) }
        return facts
    }

    private static let childRunSQL: SQL = """
        SELECT id
        FROM runs
        WHERE parent_job_id = :parent_job_id AND parent_job_id IS NOT NULL
        ORDER BY id DESC
        LIMIT 1
        """

    /// The last run that the job started.
    package func childRun(of job: JobID) throws -> RunID? {
        try connection.first(Self.childRunSQL, job) { RunID($0.int(0)) }
    }

    private static let parentRunSQL: SQL = """
        SELECT j.run_id
        FROM runs r
        JOIN jobs j ON j.id = r.parent_job_id
        WHERE r.id = :id
        """

    /// How many runs this one is within.
    package func depth(of run: RunID) throws -> Int {
        var depth = 0
        var next: RunID? = run
        while let current = next, depth < 100 {
            next = try connection.first(Self.parentRunSQL, current) { RunID($0.int(0)) }
            if next != nil { depth += 1 }
        }
        return depth
    }

    // MARK: The cache

    private static let cachedSQL: SQL = """
        SELECT coalesce(result, 'null')
        FROM cache
        WHERE workflow = :workflow AND step = :step AND key = :key
        """

    /// The result (JSON) that was kept under the key.
    package func cached(workflow: String, step: String, key: String) throws -> String? {
        try connection.first(Self.cachedSQL, workflow, step, key) { $0.text(0) }
    }

    private static let keepSQL: SQL = """
        INSERT INTO cache(workflow, step, key, result, job_id, created_at)
        SELECT r.workflow, coalesce(j.step, j.key, ''), :key, :result, j.id, :now
        FROM jobs j
        JOIN runs r ON r.id = j.run_id
        WHERE j.id = :job_id
        ON CONFLICT DO UPDATE SET result = excluded.result, job_id = excluded.job_id, created_at = excluded.created_at
        """
    private static let markCachedSQL: SQL = "UPDATE jobs SET cached = 1 WHERE id = :id"
    private static let insertGateSQL: SQL = """
        INSERT INTO gates(job_id, attempt, position, metric, label, threshold, actual, status)
        VALUES (:job_id, :attempt, :position, :metric, :label, :threshold, :actual, :status)
        """
    private static let setVariableSQL: SQL = """
        INSERT INTO variables(run_id, name, value)
        VALUES (:run_id, :name, json(:value))
        ON CONFLICT DO UPDATE SET value = excluded.value
        """

    /// What the end of an attempt brings besides its result.
    func record(
        _ extras: OutcomeExtras, of job: JobID, held: Held, fate: JobState, outcome: Outcome
    ) throws {
        for (position, gate) in extras.gates.enumerated() {
            try connection.execute(
                Self.insertGateSQL, job, held.attempt, position, gate.metric, gate.label, gate.threshold, gate.actual,
                gate.status.rawValue)
        }
        guard fate == .succeeded else { return }
        if let key = extras.cacheKey { try connection.execute(Self.keepSQL, key, outcome.result, now, job) }
        if extras.isCached { try connection.execute(Self.markCachedSQL, job) }
        if let run = held.run {
            for (name, value) in extras.variables.sorted(by: { $0.key < $1.key }) {
                try connection.execute(Self.setVariableSQL, run, name, value)
            }
        }
    }
}
