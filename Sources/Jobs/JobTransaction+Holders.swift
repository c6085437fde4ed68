import SQLite

/// Jobs that hold keys, and what becomes of them when another enqueue comes with their key.
extension JobTransaction {
    static let holderSQL: SQL = """
        SELECT id, state, command, args, shell, env, cwd, stdin, type, data, lane_id, attempt
        FROM jobs
        WHERE key = :key AND key IS NOT NULL AND run_id IS NULL
          AND (key_scope = 'forever'
               OR (key_scope = 'unfinished' AND finished_at IS NULL)
               OR (key_scope = 'pending' AND finished_at IS NULL AND attempt = 0))
        """

    private struct Holder {
        let id: JobID
        let state: JobState
        let type: String?
        let lane: Int
        let hasStarted: Bool
        let asksForTheSame: Bool

        func refusal(of key: UniqueKey, _ conflict: KeyConflict) -> JobStoreError {
            .keyTaken(key.text, by: id, state, conflict)
        }
    }

    enum Holding {
        case free
        /// The job stands for the new one.
        case kept(JobID)
        /// The job takes over what the new one is; it is in the lane.
        case replaced(JobID, lane: Int)
    }

    /// What an enqueue of `spec` with the key comes to.
    ///
    /// - Throws: `.keyTaken`
    func holding(of key: UniqueKey, for spec: JobSpec) throws -> Holding {
        let arguments = JSONText.array(spec.arguments)
        let environment = JSONText.object(spec.environment)
        let found = try connection.first(Self.holderSQL, key.text) { row in
            Holder(
                id: JobID(row.int(0)), state: JobState(rawValue: row.text(1)) ?? .ready, type: row.optionalText(8),
                lane: row.int(10), hasStarted: row.int(11) > 0,
                asksForTheSame: row.text(2) == spec.command && row.optionalText(3) == arguments
                    && row.bool(4) == spec.shell && row.optionalText(5) == environment
                    && row.optionalText(6) == spec.directory && row.optionalBlob(7) == spec.standardInput
                    && row.optionalText(8) == spec.type
                    && row.optionalText(9) == spec.data)
        }
        guard let holder = found else { return .free }
        switch key.conflict {
        case .keep:
            guard holder.asksForTheSame else { throw holder.refusal(of: key, .otherWork) }
            return .kept(holder.id)
        case .reject: throw holder.refusal(of: key, .rejected)
        case .replace:
            guard !holder.hasStarted, [.blocked, .scheduled, .ready].contains(holder.state), holder.type == spec.type
            else { throw holder.refusal(of: key, .notReplaceable) }
            return .replaced(holder.id, lane: holder.lane)
        }
    }

    // MARK: Replacing

    private static let forgetDependenciesSQL: SQL = "DELETE FROM dependencies WHERE job_id = :job_id"

    private static let replaceSQL: SQL = """
        UPDATE jobs
        SET state = :state, queue_id = :queue_id, lane_id = :lane_id, priority = :priority, path = :path,
            unmet = :unmet, max_attempts = :max_attempts, run_at = :run_at, ready_at = :ready_at,
            finished_at = :finished_at, error = :error, ended_by = :ended_by, excused = :excused,
            key_scope = :key_scope, name = :name, command = :command, args = :args, shell = :shell, env = :env,
            cwd = :cwd, stdin = :stdin, pools = :pools, timeout_ms = :timeout_ms, data = :data,
            memory_kb = :memory_kb, seq = :seq
        WHERE id = :id AND attempt = 0 AND state IN ('blocked', 'scheduled', 'ready')
        """

    /// Where a job belongs.
    struct Spot {
        let queue: Int
        let lane: Int
        let path: Int
    }

    /// A stored job that has not started becomes what `spec` says, but for its id and its key. Who waits for it goes on
    /// to do so.
    ///
    /// - Parameter lane: the one that it was in.
    func replace(
        _ job: JobID, with spec: JobSpec, as state: JobState, _ waits: (unmet: Int, broken: Broken?), _ spot: Spot,
        was lane: Int
    ) throws {
        try connection.execute(Self.forgetDependenciesSQL, job)
        try connection.execute(
            Self.replaceSQL, state, spot.queue, spot.lane, spec.priority, spot.path, waits.unmet, spec.attempts,
            spec.runAt, state == .ready ? now : nil, state == .skipped ? now : nil, waits.broken?.error,
            waits.broken?.job, waits.broken?.isExcused ?? false, spec.key?.scope, spec.name, spec.command,
            JSONText.array(spec.arguments), spec.shell, JSONText.object(spec.environment), spec.directory,
            spec.standardInput, JSONText.object(spec.pools), spec.timeout, spec.data, spec.memoryLimit, try sequence(),
            job)
        try withdraw(job, from: lane)
    }

    static let waitsForItselfSQL: SQL = """
        WITH RECURSIVE upstream(id) AS (
            SELECT depends_on FROM dependencies WHERE job_id = :job_id
            UNION
            SELECT d.depends_on
            FROM upstream u
            JOIN jobs j ON j.id = u.id AND j.finished_at IS NULL
            JOIN dependencies d ON d.job_id = u.id
        )
        SELECT 1 FROM upstream WHERE id = :job_id
        """

    /// A job that is replaced may be given an upstream that has waited for it.
    func requireNoCircle(through job: JobID) throws {
        guard try connection.first(Self.waitsForItselfSQL, job, read: { $0.int(0) }) == nil else {
            throw JobStoreError.invalid("job \(job) cannot be replaced: it would wait for itself in the end")
        }
    }
}
