import SQLite

/// What the end of a job means for those that wait for it. Costs O(dependents), never a look at the whole run.
extension JobTransaction {
    static let dependentsSQL: SQL = """
        SELECT job_id, condition
        FROM dependencies
        WHERE depends_on = :depends_on
        ORDER BY job_id
        """

    static let meetSQL: SQL = """
        UPDATE jobs
        SET unmet = unmet - 1,
            chain_ms = max(chain_ms, :chain_ms),
            seq = :seq,
            state = CASE WHEN unmet > 1 THEN 'blocked' WHEN run_at > :now THEN 'scheduled' ELSE 'ready' END,
            ready_at = CASE WHEN unmet > 1 OR run_at > :now THEN NULL ELSE :now END
        WHERE id = :id AND state = 'blocked'
        RETURNING state, lane_id, priority, path
        """

    static let skipSQL: SQL = """
        UPDATE jobs
        SET state = :state, seq = :seq, finished_at = :now, error = :error, ended_by = :ended_by, excused = :excused,
            awaits = NULL
        WHERE id = :id AND state IN ('blocked', 'scheduled', 'ready')
        RETURNING run_id, lane_id, ready_at, parent_id, phase
        """

    /// A job ended: its dependents come closer to their start, or are skipped, and theirs in turn.
    ///
    /// - Parameters:
    ///   - forgiven: a failure that counts as none, or a skip that is nobody's fault.
    ///   - chain: the longest chain of durations that ends with the job, in milliseconds.
    ///   - cause: the job to name as the reason.
    func releaseDependents(
        of job: JobID, ended state: JobState, forgiven: Bool, chain: Int, cause: JobID
    ) throws {
        var ended = [(job: job, state: state, forgiven: forgiven, chain: chain)]
        while let next = ended.popLast() {
            let dependents = try connection.all(Self.dependentsSQL, next.job) { row in
                (JobID(row.int(0)), Condition(rawValue: row.text(1)) ?? .succeeded)
            }
            for (dependent, condition) in dependents {
                if condition.holds(for: next.state, forgiven: next.forgiven) {
                    try meet(dependent, chain: next.chain)
                    continue
                }
                // Skipped through nobody's fault, when nobody failed.
                let excused = next.state == .succeeded || (next.state == .skipped && next.forgiven)
                let reason = try reason(for: next.job, next.state)
                if try end(dependent, as: .skipped, because: reason, by: cause, excused: excused) {
                    ended.append((dependent, .skipped, excused, 0))
                }
            }
        }
    }

    static let unmetSQL: SQL = """
        SELECT count(*)
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NULL
        """

    /// How many of the jobs that this one depends on have not ended, or were run again since it began.
    func unmetCount(of job: JobID) throws -> Int { try connection.first(Self.unmetSQL, job) { $0.int(0) } ?? 0 }

    func meet(_ job: JobID, chain: Int) throws {
        let met = try connection.first(Self.meetSQL, chain, try sequence(), now, job) { row in
            (JobState(rawValue: row.text(0)), row.optionalInt(1), row.int(2), row.int(3))
        }
        guard let (state, lane, priority, path) = met else { return }
        switch state {
        case .ready:
            freshJobs.insert(job.rawValue)
            if let lane { try offer(LaneHead(priority: priority, path: path, id: job.rawValue), in: lane) }
        case .scheduled: alertsRunners = true
        default: break
        }
    }

    /// Ends a job that never ran. Returns whether it did: `false` when it had started or ended already.
    func end(
        _ job: JobID, as state: JobState, because reason: String, by cause: JobID?, excused: Bool = false
    ) throws -> Bool {
        let ended = try connection.first(Self.skipSQL, state, try sequence(), now, reason, cause, excused, job) { row in
            (
                row.optionalInt(0).map { RunID($0) }, row.optionalInt(1), row.isNull(2), isPart: !row.isNull(3),
                row.int(4)
            )
        }
        guard let (run, lane, neverReady, isPart, phase) = ended else { return false }
        if let lane, !neverReady { try withdraw(job, from: lane) }
        if phase > 0 { try cancelParts(of: job, because: reason) }
        if let run { try jobEnded(job, in: run, state: state, forgiven: false, work: 0, chain: 0, isPart: isPart) }
        return true
    }

    private static let nameSQL: SQL = "SELECT coalesce(key, name), run_id FROM jobs WHERE id = :id"

    private func reason(for job: JobID, _ state: JobState) throws -> String {
        let name = try connection.first(Self.nameSQL, job) { row in row.isNull(1) ? nil : row.optionalText(0) } ?? nil
        let subject = name.map { "step '\($0)'" } ?? "job \(job)"
        switch state {
        case .succeeded: return "\(subject) succeeded"
        case .skipped: return "\(subject) was skipped"
        case .cancelled: return "\(subject) was cancelled"
        default: return "\(subject) failed"
        }
    }
}
