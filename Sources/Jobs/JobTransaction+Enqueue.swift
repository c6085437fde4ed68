import SQLite

extension JobTransaction {
    static let nextJobSQL: SQL = "SELECT coalesce(max(id), 0) + 1 FROM jobs"

    private static let insertJobSQL: SQL = """
        INSERT INTO jobs(id, seq, state, queue_id, lane_id, run_id, priority, path, unmet, max_attempts, run_at,
                         created_at, ready_at, finished_at, error, ended_by, key, key_scope, name, command, args, shell,
                         env, cwd, stdin, pools, timeout_ms, level, isolate, forgiven,
                         exclusive, kind, template, locals, parent_id, step, excused, handler, type, data, memory_kb)
        VALUES (:id, :seq, :state, :queue_id, :lane_id, :run_id, :priority, :path, :unmet, :max_attempts, :run_at,
                :created_at, :ready_at, :finished_at, :error, :ended_by, :key, :key_scope, :name, :command, :args,
                :shell, :env, :cwd, :stdin, :pools, :timeout_ms, :level, :isolate, :forgiven,
                :exclusive, :kind, :template, :locals, :parent_id, :step, :excused, :handler, :type, :data,
                :memory_kb)
        """

    private static let insertDependencySQL: SQL = """
        INSERT INTO dependencies(job_id, depends_on, condition)
        VALUES (:job_id, :depends_on, :condition)
        ON CONFLICT DO NOTHING
        """

    /// Stores one job. Returns its id, or that of the job which holds its key already.
    package func enqueue(_ spec: JobSpec) throws -> JobID { try enqueue([spec])[0] }

    /// Stores a batch, all or nothing. Dependencies may point forward and backward within it.
    ///
    /// - Returns: the jobs' ids in the order of the batch; where a key was held, the holder's.
    /// - Throws: `.cycle`, `.noSuchJob`, `.keyTaken`, `.overCapacity`, `.invalid`.
    package func enqueue(_ specs: [JobSpec]) throws -> [JobID] { try insert(specs, into: nil) }

    /// Stores the jobs of a run, or jobs of none.
    ///
    /// - Parameters:
    ///   - parent: the job that they are parts of.
    ///   - isHandler: they run at the end of their run.
    func insert(
        _ specs: [JobSpec], into run: RunningRun?, parent: JobID? = nil, isHandler: Bool = false
    ) throws -> [JobID] {
        guard !specs.isEmpty else { return [] }
        for spec in specs { try requireBounded(spec) }
        let order = try BatchOrder(specs)
        let firstID = try connection.first(Self.nextJobSQL) { $0.int(0) } ?? 1
        let placing = Placing(transaction: self, run: run)
        let family = Family(parent: parent, isHandler: isHandler)

        // Ids first, since dependencies may point forward. A job whose key is held takes the holder's id.
        var ids: [JobID] = []
        var isHeld: [Bool] = []
        var replaced: [JobID: Int] = [:]  // with the lanes that they leave
        var nextID = firstID
        var heldInBatch: [String: Int] = [:]
        for (position, spec) in specs.enumerated() {
            if let key = spec.key, run == nil {
                if let earlier = heldInBatch[key.text] {
                    throw JobStoreError.invalid(
                        "jobs \(earlier + 1) and \(position + 1) of the batch have the same key '\(key.text)'")
                }
                heldInBatch[key.text] = position
                switch try holding(of: key, for: spec) {
                case .free: break
                case .kept(let holder):
                    ids.append(holder)
                    isHeld.append(true)
                    continue
                case .replaced(let holder, let lane):
                    ids.append(holder)
                    isHeld.append(false)
                    replaced[holder] = lane
                    continue
                }
            }
            ids.append(JobID(nextID))
            isHeld.append(false)
            nextID += 1
        }

        var heads: [Int: LaneHead] = [:]
        var doomed: [(job: JobID, upstream: Broken)] = []
        for (position, spec) in specs.enumerated() where !isHeld[position] {
            let stored = try insert(
                spec, as: ids[position], in: Batch(ids: ids, firstID: firstID, replaced: replaced),
                path: spec.path ?? order.paths[position], placing: placing, family: family)
            switch stored.state {
            case .ready:
                alertsRunners = true
                let head = LaneHead(
                    priority: spec.priority, path: spec.path ?? order.paths[position], id: ids[position].rawValue)
                if heads[stored.lane].map({ head.goesBefore($0) }) ?? true { heads[stored.lane] = head }
            case .scheduled: alertsRunners = true
            case .skipped: if let broken = stored.broken { doomed.append((ids[position], broken)) }
            default: break
            }
        }
        for (position, spec) in specs.enumerated() where !isHeld[position] {
            for dependency in spec.dependencies {
                try connection.execute(
                    Self.insertDependencySQL, ids[position], dependency.job(in: ids), dependency.condition)
            }
        }
        for job in replaced.keys.sorted(by: { $0.rawValue < $1.rawValue }) { try requireNoCircle(through: job) }
        for (lane, head) in heads.sorted(by: { $0.key < $1.key }) { try offer(head, in: lane) }
        for (job, upstream) in doomed {
            try releaseDependents(of: job, ended: .skipped, forgiven: upstream.isExcused, chain: 0, cause: job)
            guard let run else { continue }
            // Nothing else counts the failure of a job outside the run.
            try jobEnded(
                job, in: run.id, state: .skipped, forgiven: false, work: 0, chain: 0,
                isFault: !upstream.isExcused, isPart: parent != nil)
        }
        return ids
    }

    private func insert(
        _ spec: JobSpec, as id: JobID, in batch: Batch, path: Int, placing: Placing, family: Family
    ) throws -> (state: JobState, lane: Int, broken: Broken?) {
        let waits = try upstreamStates(of: spec, as: id, in: batch)
        let isDue = (spec.runAt ?? now) <= now
        let state: JobState =
            if waits.broken != nil { .skipped } else if waits.unmet > 0 { .blocked } else if isDue { .ready } else {
                .scheduled
            }
        let place = try placing.place(of: spec)
        if let lane = batch.replaced[id] {
            try replace(
                id, with: spec, as: state, waits, Spot(queue: place.queue, lane: place.lane, path: path), was: lane)
            return (state, place.lane, waits.broken)
        }
        let step = spec.step
        try connection.execute(
            Self.insertJobSQL, id, try sequence(), state, place.queue, place.lane, placing.run?.id, spec.priority, path,
            waits.unmet, spec.attempts, spec.runAt, now, state == .ready ? now : nil, state == .skipped ? now : nil,
            waits.broken?.error, waits.broken?.job,
            step?.key ?? step?.id ?? spec.key?.text,
            spec.key?.scope, spec.name, spec.command, JSONText.array(spec.arguments), spec.shell,
            JSONText.object(spec.environment), spec.directory, spec.standardInput, JSONText.object(spec.pools),
            spec.timeout, step?.level, step?.isolate, step?.continueOnError ?? false,
            step?.exclusive ?? false, spec.kind, spec.template, spec.locals, family.parent, step?.id,
            waits.broken?.isExcused ?? false, family.isHandler, spec.type, spec.data, spec.memoryLimit)
        return (state, place.lane, waits.broken)
    }

    /// Bytes of a job's template and of its locals, each.
    package static let templateLimit = 1 << 20

    private func requireBounded(_ spec: JobSpec) throws {
        let bytes = max(spec.template?.utf8.count ?? 0, spec.locals?.utf8.count ?? 0)
        guard spec.data?.utf8.count ?? 0 <= Self.templateLimit else {
            throw JobStoreError.invalid(
                "the data of job '\(spec.step?.key ?? spec.step?.id ?? spec.name ?? spec.type ?? "?")' have "
                    + "\(spec.data?.utf8.count ?? 0) bytes; \(Self.templateLimit) is the most")
        }
        guard bytes <= Self.templateLimit else {
            throw JobStoreError.invalid(
                "step '\(spec.step?.key ?? spec.step?.id ?? spec.name ?? "?")' has \(bytes) bytes to be decided when it "
                    + "is reached; \(Self.templateLimit) is the most")
        }
    }

    /// The jobs of one enqueue.
    private struct Batch {
        let ids: [JobID]
        /// The first of those that are not stored yet.
        let firstID: Int
        /// Stored jobs that take over new work, with the lanes that they were in.
        let replaced: [JobID: Int]

        /// Whether how it ended is no business of the batch: it begins with it.
        func begins(_ upstream: JobSpec.Dependency.Upstream, _ job: JobID) -> Bool {
            if case .batch = upstream, job.rawValue >= firstID { return true }
            return replaced[job] != nil
        }
    }

    private struct Family {
        let parent: JobID?
        let isHandler: Bool
    }

    /// A stored job whose end breaks a condition.
    struct Broken {
        let job: JobID
        let isExcused: Bool

        var error: String { "job \(job) did not end as it must" }
    }

    private static let upstreamSQL: SQL = """
        SELECT state, CASE state WHEN 'skipped' THEN excused ELSE forgiven END
        FROM jobs
        WHERE id = :id
        """

    /// How many upstreams are unfinished, and the first whose condition can no longer hold.
    private func upstreamStates(
        of spec: JobSpec, as id: JobID, in batch: Batch
    ) throws -> (unmet: Int, broken: Broken?) {
        guard !spec.dependencies.isEmpty else { return (0, nil) }
        var unmet: Set<JobID> = []
        var broken: Broken?
        for dependency in spec.dependencies {
            let upstream = dependency.job(in: batch.ids)
            guard upstream != id else { throw JobStoreError.invalid("job \(id) depends on itself") }
            if batch.begins(dependency.upstream, upstream) {
                // Even if it is skipped at once: its dependents learn of that when all are stored.
                unmet.insert(upstream)
                continue
            }
            let stored = try connection.first(Self.upstreamSQL, upstream) { ($0.text(0), $0.bool(1)) }
            guard let (name, forgiven) = stored, let state = JobState(rawValue: name) else {
                throw JobStoreError.noSuchJob(upstream)
            }
            if !state.isFinal {
                unmet.insert(upstream)
            } else if !dependency.condition.holds(for: state, forgiven: forgiven) {
                let isExcused = state == .succeeded || (state == .skipped && forgiven)
                broken = broken ?? Broken(job: upstream, isExcused: isExcused)
            }
        }
        return (unmet.count, broken)
    }
}

extension JobSpec.Dependency {
    /// The upstream's id, once the batch has ids.
    func job(in ids: [JobID]) -> JobID {
        switch upstream {
        case .stored(let job): job
        case .batch(let position): ids[position]
        }
    }
}
