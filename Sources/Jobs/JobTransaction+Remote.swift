import SQLite

/// Jobs that remote workers take, each under a lease of its own.
extension JobTransaction {
    /// A job for remote workers.
    package struct RemoteJob: Sendable {
        package var type: RemoteType
        /// Its name in the run.
        package var reference: String
        /// JSON.
        package var data: String
        package var retries = 3
        /// 0 to 99, higher first.
        package var priority = 0
        /// The earliest moment to hand it out.
        package var runAt: Timestamp?
        /// How many of its type may be out at once; `nil`: no limit.
        package var mostAtOnce: Int?
        /// Its failure is none of the run's.
        package var isOptional = false

        var attempts: Int { min(retries, .max - 1) + 1 }

        package init(type: RemoteType, reference: String, data: String) {
            self.type = type
            self.reference = reference
            self.data = data
        }
    }

    private static let jobOfReferenceSQL: SQL = "SELECT id FROM jobs WHERE run_id = :run_id AND key = :key"
    private static let renewJobSQL: SQL = """
        UPDATE jobs
        SET data = :data, type = :type, max_attempts = :max_attempts, forgiven = :forgiven, pools = :pools
        WHERE id = :id
        """
    private static let delaySQL: SQL = """
        UPDATE jobs
        SET state = 'scheduled', run_at = :run_at, ready_at = NULL
        WHERE id = :id AND state = 'ready' AND lane_id IS NULL
        """

    /// It belongs to the database: its bound holds over all executions.
    private static func pool(of name: String) -> String { "task:\(name)" }

    /// Changes how many tasks of the name may be out at once, for those that have a limit. Those that were made without
    /// one stay without.
    ///
    /// - Parameter most: `nil`: any number.
    package func setMostAtOnce(_ most: Int?, of name: String) throws {
        guard try limit(.pool, scope: "", name: Self.pool(of: name)) != nil else { return }
        try setLimit(.pool, scope: "", name: Self.pool(of: name), capacity: most ?? Int(Int32.max))
    }

    /// Adds the job to the execution's run. A job of that reference that has ended is taken back instead.
    package func add(_ job: RemoteJob, to execution: Execution) throws -> JobID {
        var pools: [String: Int] = [:]
        if let most = job.mostAtOnce {
            let pool = Self.pool(of: job.type.name)
            try setLimit(.pool, scope: "", name: pool, capacity: most)
            pools[pool] = 1
        }
        if let known = try connection.first(Self.jobOfReferenceSQL, execution.run, job.reference, read: { $0.int(0) }) {
            return try addAgain(JobID(known), as: job, pools: pools, in: execution)
        }
        var spec = JobSpec(type: job.type.jobType, data: job.data)
        spec.kind = .external
        spec.command = "external \(job.type.name)"
        spec.name = job.type.name
        spec.retries = job.retries
        spec.priority = job.priority
        spec.runAt = job.runAt
        spec.pools = pools
        spec.path = 0
        spec.step = JobSpec.StepSpec(
            id: job.reference, level: 1, isolate: true, continueOnError: job.isOptional)
        guard let id = try add([spec], to: execution.run, parent: nil).first else {
            throw JobStoreError.invalid("the job could not be stored")
        }
        return id
    }

    private static let renewTemplateSQL: SQL = "UPDATE jobs SET template = :template WHERE id = :id"

    /// Adds a job that runners execute. A job of that name that has ended is taken back instead.
    package func add(_ spec: JobSpec, to execution: Execution) throws -> JobID {
        let key = spec.step?.key ?? spec.step?.id ?? ""
        guard let known = try connection.first(Self.jobOfReferenceSQL, execution.run, key, read: { JobID($0.int(0)) })
        else {
            guard let id = try add([spec], to: execution.run, parent: nil).first else {
                throw JobStoreError.invalid("the job could not be stored")
            }
            return id
        }
        if try state(of: known).isFinal {
            var reopening = Reopening()
            reopening.insert(anew: known)
            _ = try reopen(reopening, in: execution.run)
        }
        try connection.execute(Self.renewTemplateSQL, spec.template, known)
        try placeJobs()
        return known
    }

    private func addAgain(
        _ id: JobID, as job: RemoteJob, pools: [String: Int], in execution: Execution
    ) throws -> JobID {
        var reopening = Reopening()
        reopening.insert(anew: id)
        _ = try reopen(reopening, in: execution.run)
        try connection.execute(
            Self.renewJobSQL, job.data, job.type.jobType, job.attempts, job.isOptional, JSONText.object(pools), id)
        if let runAt = job.runAt, runAt > now { try connection.execute(Self.delaySQL, runAt, id) }
        try placeJobs()
        return id
    }

    private static let setDataSQL: SQL = "UPDATE jobs SET data = :data WHERE id = :id"

    /// What the next attempt at the job is given.
    package func setData(_ data: String, of job: JobID) throws { try connection.execute(Self.setDataSQL, data, job) }

    // MARK: Handing out

    /// Whether a worker that asks for the type would get something.
    package func hasRemoteWork(_ type: RemoteType) throws -> Bool {
        try hasWork(in: .queues(nil), serving: Serving(isPlain: false, types: [type.jobType]))
    }

    /// Hands out the best ready jobs of the type, each to be held for as long as its task says.
    ///
    /// - Parameters:
    ///   - bootID: changes with every boot of the host, which ends all leases.
    ///   - rate: how many of the type's name may be handed out within some time; `nil`: any number.
    package func claimRemote(
        _ type: RemoteType, count: Int, worker: String?, bootID: String, rate: RemoteRate? = nil
    ) throws -> [ExecutionTask] {
        try promoteDueJobs()
        try placeJobs()
        let count = try rate.map { min(count, try room(within: $0, of: type.name)) } ?? count
        guard count > 0 else { return [] }
        let serving = Serving(isPlain: false, types: [type.jobType])
        var tasks: [ExecutionTask] = []
        for claim in try claim(count, for: .remote, from: .queues(nil), serving: serving).claims {
            guard var task = try openTask(of: claim.job) else {
                // It belongs to no execution that is there any more.
                try finish(
                    claim.job, leaseToken: claim.leaseToken, Outcome(.cancelled, startedAt: now, finishedAt: now))
                continue
            }
            task.status = .inProgress
            task.startedAt = task.startedAt ?? now
            task.worker = worker
            task.pollCount += 1
            task.callbackAfter = 0
            task.updatedAt = now
            task.leaseToken = claim.leaseToken
            task.bootID = bootID
            task.leaseUntil = leaseEnd(of: task)
            try save(task)
            tasks.append(task)
        }
        if rate != nil, !tasks.isEmpty { try note(tasks.count, handedOutOf: type.name) }
        return tasks
    }

    private func leaseEnd(of task: ExecutionTask) -> Int? {
        task.responseTimeout > 0 ? store.timekeeper.boottime() + task.responseTimeout * 1_000 : nil
    }

    /// The worker goes on with the task.
    package func renewRemote(_ task: inout ExecutionTask) throws {
        task.updatedAt = now
        task.leaseUntil = leaseEnd(of: task)
        try save(task)
    }

    static let dueTimeSQL: SQL = "SELECT run_at FROM jobs WHERE id = :id AND state = 'scheduled'"

    /// When the job may be handed out; `nil`: at once, or it is under way or has ended.
    package func dueTime(of job: JobID) throws -> Timestamp? {
        try connection.first(Self.dueTimeSQL, job) { $0.optionalInt(0).map { Timestamp($0) } } ?? nil
    }

    static let takeReadySQL: SQL = "SELECT lane_id FROM jobs WHERE id = :id AND state IN ('ready', 'scheduled')"

    /// Takes one job that nobody has, whatever its turn, for who ends it without having asked for it.
    ///
    /// - Returns: the lease token.
    /// - Throws: `.leaseLost` when it is not there to be taken.
    package func takeRemote(_ job: JobID) throws -> Int {
        let found = try connection.first(Self.takeReadySQL, job) { $0.optionalInt(0) }
        guard let lane = found else { throw JobStoreError.leaseLost(job) }
        if try state(of: job) == .scheduled { try connection.execute(Self.promoteSQL, try sequence(), job) }
        let token = try take(job, for: .remote).leaseToken
        freshJobs.remove(job.rawValue)
        if let lane { try withdraw(job, from: lane) }
        return token
    }

    // MARK: Ends

    /// Ends the attempt that the task stands for. The row of the task is the caller's to save.
    ///
    /// - Returns: the job's state.
    /// - Throws: `.leaseLost` when no worker has the task.
    package func finishRemote(
        _ task: inout ExecutionTask, as state: AttemptState, result: String? = nil, error: String? = nil,
        isFinal: Bool = false, retryIn: Int
    ) throws -> JobState {
        guard let job = task.job, let token = task.leaseToken else {
            throw JobStoreError.leaseLost(task.job ?? JobID(0))
        }
        var outcome = Outcome(state, startedAt: min(task.startedAt ?? now, now), finishedAt: now)
        outcome.result = result
        // What failed says why.
        outcome.error = error ?? (state == .failed ? "the worker gave no reason" : nil)
        outcome.isFinal = isFinal
        outcome.exactRetry = retryIn
        let jobState = try finish(job, leaseToken: token, outcome)
        endLease(of: &task)
        return jobState
    }

    func endLease(of task: inout ExecutionTask) {
        task.leaseToken = nil
        task.leaseUntil = nil
        task.bootID = nil
    }

    private static let callBackSQL: SQL = """
        UPDATE jobs
        SET state = CASE WHEN :run_at > :now THEN 'scheduled' ELSE 'ready' END, seq = :seq, runner_id = NULL,
            pid = NULL, attempt = attempt - 1, run_at = :run_at,
            ready_at = CASE WHEN :run_at > :now THEN NULL ELSE :now END
        WHERE id = :id AND lease_token = :lease_token AND state = 'running' AND stop IS NULL
        """

    /// The worker hands the task back, to be handed out again after `delay` milliseconds: the attempt goes on then.
    package func callBackRemote(_ task: inout ExecutionTask, after delay: Int) throws {
        guard let job = task.job, let token = task.leaseToken, let held = try held(job, leaseToken: token) else {
            throw JobStoreError.leaseLost(task.job ?? JobID(0))
        }
        let runAt = now.advanced(by: delay)
        guard try connection.execute(Self.callBackSQL, runAt, now, try sequence(), job, token) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
        alertsRunners = true
        if let lane = held.lane {
            if delay <= 0 {
                freshJobs.insert(job.rawValue)
                try offer(held.head, in: lane)
            }
            for limit in try limits(of: lane) { try wake(limit.limit, atMost: limit.amount) }
        }
        endLease(of: &task)
    }

    private static let remoteTokenSQL: SQL = """
        SELECT lease_token, started_at
        FROM jobs
        WHERE id = :id AND runner_id = 0 AND state = 'running'
        """

    /// Returns `false` when no remote worker has the job. One that has is told when it comes back.
    func cancelRemote(_ job: JobID, because reason: String) throws -> Bool {
        guard let held = try connection.first(Self.remoteTokenSQL, job, read: { ($0.int(0), $0.int(1)) }) else {
            return false
        }
        var outcome = Outcome(.cancelled, startedAt: min(Timestamp(held.1), now), finishedAt: now)
        outcome.error = reason
        try finish(job, leaseToken: held.0, outcome)
        alertsRunners = true
        return true
    }
}
