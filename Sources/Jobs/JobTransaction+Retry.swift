import SQLite

extension JobTransaction {
    private static let retryFactsSQL: SQL = "SELECT state, run_id, parent_id, superseded FROM jobs WHERE id = :id"

    private static let unmetSQL: SQL = """
        SELECT count(*)
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NULL
        """

    /// Blocked at first, by itself as it were: what it waits for is known when all that comes back is unfinished.
    private static let reopenSQL: SQL = """
        UPDATE jobs
        SET epoch = epoch + (state = 'succeeded'), state = 'blocked', unmet = 1, seq = :seq, ready_at = NULL, finished_at = NULL, started_at = NULL,
            failures = 0, crashes = 0, run_at = NULL, lane_id = NULL, error = NULL, exit_code = NULL, ended_by = NULL,
            stop = NULL, chain_ms = 0, excused = 0, cached = 0, awaits = NULL, signal = NULL, progress = NULL,
            progress_message = NULL, phase = 0, memo = NULL
        WHERE id = :id AND finished_at IS NOT NULL
        """

    /// Of a job whose parts come back: it goes on where it was.
    private static let reopenParentSQL: SQL = """
        UPDATE jobs
        SET epoch = epoch + (state = 'succeeded'), state = 'blocked', unmet = 1, seq = :seq, ready_at = NULL, finished_at = NULL, run_at = NULL, lane_id = NULL,
            failures = 0, error = NULL, ended_by = NULL, stop = NULL, excused = 0, awaits = NULL
        WHERE id = :id AND finished_at IS NOT NULL
        """

    private static let setUnmetSQL: SQL = "UPDATE jobs SET unmet = :unmet WHERE id = :id AND state = 'blocked'"

    private static let unblockSQL: SQL = """
        UPDATE jobs
        SET state = 'ready', unmet = 0, ready_at = :now
        WHERE id = :id AND state = 'blocked'
        """

    /// Of those that still wait: they were let come closer to their start by the end that is undone.
    private static let waitingBelowSQL: SQL = """
        SELECT j.id, j.lane_id, j.state
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :depends_on AND j.state IN ('blocked', 'scheduled', 'ready')
        """

    private static let blockAgainSQL: SQL = """
        UPDATE jobs
        SET state = 'blocked', unmet = unmet + 1, ready_at = NULL, seq = :seq
        WHERE id = :id
        """

    private static let deleteResultSQL: SQL = "DELETE FROM results WHERE job_id = :job_id"

    private static let endedBySQL: SQL = """
        SELECT id, ended_by
        FROM jobs
        WHERE run_id = :run_id AND ended_by IS NOT NULL AND superseded = 0
        ORDER BY id
        """

    private static let skippedBelowSQL: SQL = """
        SELECT j.id
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :depends_on AND j.ended_by = :ended_by AND j.state = 'skipped'
        """

    private static let reopenRunSQL: SQL = """
        UPDATE runs
        SET state = 'running', finished_at = NULL, error = NULL, result = NULL, cancel_requested = 0, seq = :seq,
            settled_at = NULL, phase = 'main', outcome = NULL, outcome_error = NULL, deadline = :now + timeout_ms,
            unfinished = (SELECT count(*) FROM jobs WHERE run_id = :id AND finished_at IS NULL),
            failures = (SELECT count(*) FROM jobs j
                        WHERE run_id = :id AND forgiven = 0 AND parent_id IS NULL AND superseded = 0
                          AND (state IN ('failed', 'cancelled')
                               -- or skipped at birth, by a job of another run
                               OR (state = 'skipped'
                                   AND EXISTS (SELECT 1 FROM jobs u
                                               WHERE u.id = j.ended_by AND u.run_id IS NOT :id
                                                 AND u.state <> 'succeeded')))),
            work_ms = (SELECT coalesce(sum(finished_at - started_at), 0) FROM jobs
                       WHERE run_id = :id AND finished_at IS NOT NULL AND started_at IS NOT NULL AND superseded = 0
                         AND kind IN ('script', 'agent', 'http')),
            critical_ms = (SELECT coalesce(max(chain_ms + finished_at - started_at), 0) FROM jobs
                           WHERE run_id = :id AND finished_at IS NOT NULL AND started_at IS NOT NULL AND superseded = 0
                             AND kind IN ('script', 'agent', 'http'))
        WHERE id = :id
        """

    /// Handlers run anew when the run settles anew.
    private static let supersedeHandlersSQL: SQL = """
        UPDATE jobs
        SET superseded = 1, key = key || '@' || :seq
        WHERE run_id = :run_id AND handler = 1 AND superseded = 0
        """

    private static let partsOfSQL: SQL = """
        SELECT EXISTS (SELECT 1 FROM jobs
                       WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND superseded = 0
                         AND state IN ('failed', 'cancelled', 'skipped') AND excused = 0)
        """

    /// Makes a job that failed, was cancelled or was skipped ready again, with fresh attempts; what its end skipped or
    /// cancelled comes back with it, and so do the step that it is a part of and its run. Old attempts stay.
    ///
    /// - Returns: every job that was reopened, the named one first.
    /// - Throws: `.notFinal`, and `.invalid` for a job that succeeded.
    @discardableResult
    package func retry(_ job: JobID) throws -> [JobID] {
        let facts = try facts(of: job)
        guard facts.state.isFinal else { throw JobStoreError.notFinal(job, facts.state) }
        guard facts.state != .succeeded else {
            throw JobStoreError.invalid("job \(job) succeeded, and success is final; enqueue the work anew instead")
        }
        guard !facts.isSuperseded else {
            throw JobStoreError.invalid("job \(job) is history: the step that it was a part of was begun anew")
        }
        var reopened = [job]
        var parents: [JobID] = []
        if let run = facts.run {
            var causes = [job]
            var parent = facts.parent
            while let next = parent {
                causes.append(next)
                let above = try self.facts(of: next)
                if above.state.isFinal { parents.append(next) }
                parent = above.parent
            }
            for cause in causes { try appendEnded(by: cause, in: run, to: &reopened) }
            // What failed in parts goes on with those, what failed by itself begins anew.
            if try connection.first(Self.partsOfSQL, job, read: { $0.bool(0) }) ?? false {
                return try rerunParts(of: job, facts: facts, with: reopened, parents: parents)
            }
            try supersedeParts(of: job)
        } else {
            try appendSkipped(below: job, to: &reopened)
        }
        return try reopen(anew: reopened, goingOn: parents, in: facts.run, required: job)
    }

    private func rerunParts(of job: JobID, facts: JobFacts, with others: [JobID], parents: [JobID]) throws -> [JobID] {
        var anew: [JobID] = []
        var next = [job]
        var goingOn = [job] + parents
        while let parent = next.popLast() {
            for part in try connection.all(Self.failedPartsOfSQL, parent, read: { JobID($0.int(0)) }) {
                if try connection.first(Self.partsOfSQL, part, read: { $0.bool(0) }) ?? false {
                    goingOn.append(part)
                    next.append(part)
                } else {
                    anew.append(part)
                }
            }
        }
        for other in others where other != job && !anew.contains(other) { anew.append(other) }
        return try reopen(anew: anew, goingOn: goingOn, in: facts.run)
    }

    private static let failedPartsOfSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND superseded = 0
          AND state IN ('failed', 'cancelled', 'skipped') AND excused = 0
        ORDER BY id
        """

    private struct JobFacts {
        let state: JobState
        let run: RunID?
        let parent: JobID?
        let isSuperseded: Bool
    }

    private func facts(of job: JobID) throws -> JobFacts {
        let facts = try connection.first(Self.retryFactsSQL, job) { row in
            JobFacts(
                state: JobState(rawValue: row.text(0)) ?? .ready, run: row.optionalInt(1).map { RunID($0) },
                parent: row.optionalInt(2).map { JobID($0) }, isSuperseded: row.bool(3))
        }
        guard let facts else { throw JobStoreError.noSuchJob(job) }
        return facts
    }

    /// Takes final jobs back.
    ///
    /// - Parameters:
    ///   - anew: begin with a first attempt of a new count.
    ///   - goingOn: wait again for their parts, some of which are in `anew`.
    ///   - required: must be able to run.
    func reopen(anew: [JobID], goingOn: [JobID], in run: RunID?, required: JobID? = nil) throws -> [JobID] {
        let all = anew + goingOn
        for job in all { try blockDependents(of: job) }
        for job in anew { try reopen(job, by: Self.reopenSQL) }
        for job in goingOn { try reopen(job, by: Self.reopenParentSQL) }
        if let run {
            try connection.execute(Self.supersedeHandlersSQL, try sequence(), run)
            try connection.execute(Self.reopenRunSQL, try sequence(), now, run)
            try reopenParent(of: run)
        }
        if let required { try requireConditions(of: required) }
        var free: [JobID] = []
        for job in all {
            let unmet = try connection.first(Self.unmetSQL, job) { $0.int(0) } ?? 0
            if unmet > 0 { try connection.execute(Self.setUnmetSQL, unmet, job) } else { free.append(job) }
        }
        for job in all where job != required { try endBroken(job) }
        for job in free { try connection.execute(Self.unblockSQL, now, job) }
        alertsRunners = true
        return try all.filter { try !state(of: $0).isFinal }
    }

    private static let parentOfRunSQL: SQL = "SELECT parent_job_id FROM runs WHERE id = :id"
    private static let awaitAgainSQL: SQL =
        "UPDATE jobs SET awaits = 'run', unmet = 1 WHERE id = :id AND state = 'blocked'"

    /// The job that waited for the run waits again.
    private func reopenParent(of run: RunID) throws {
        guard let parent = try connection.first(Self.parentOfRunSQL, run, read: { $0.optionalInt(0) }) ?? nil else {
            return
        }
        let job = JobID(parent)
        let facts = try facts(of: job)
        guard facts.state.isFinal, !facts.isSuperseded else { return }
        var reopened: [JobID] = [job]
        if let outer = facts.run { try appendEnded(by: job, in: outer, to: &reopened) }
        _ = try reopen(anew: Array(reopened.dropFirst()), goingOn: [job], in: facts.run)
        // It was let go of, since none of its parts is unfinished: it has a run for that.
        try connection.execute(Self.blockParentSQL, job)
        try connection.execute(Self.awaitAgainSQL, job)
    }

    private static let blockParentSQL: SQL = """
        UPDATE jobs
        SET state = 'blocked', unmet = 1, ready_at = NULL
        WHERE id = :id AND state = 'ready'
        """

    /// What the job's end, and the ends that followed from it, skipped or cancelled in the run.
    private func appendEnded(by cause: JobID, in run: RunID, to jobs: inout [JobID]) throws {
        let ended = try connection.all(Self.endedBySQL, run) { (job: JobID($0.int(0)), by: JobID($0.int(1))) }
        let byCause = Dictionary(grouping: ended, by: \.by)
        var known: Set<JobID> = Set(jobs)
        known.insert(cause)
        var causes = [cause]
        while let next = causes.popLast() {
            for (job, _) in byCause[next] ?? [] where known.insert(job).inserted {
                jobs.append(job)
                causes.append(job)
            }
        }
    }

    private func appendSkipped(below cause: JobID, to jobs: inout [JobID]) throws {
        var known: Set<JobID> = [cause]
        var next = 0
        while next < jobs.count {
            for job in try connection.all(Self.skippedBelowSQL, jobs[next], cause, read: { JobID($0.int(0)) })
            where known.insert(job).inserted {
                jobs.append(job)
            }
            next += 1
        }
    }

    /// The job's end is undone, so that those that it let go on wait for it again, but those that run already.
    private func blockDependents(of job: JobID) throws {
        let waiting = try connection.all(Self.waitingBelowSQL, job) { row in
            (job: JobID(row.int(0)), lane: row.optionalInt(1), isReady: row.text(2) == JobState.ready.rawValue)
        }
        for dependent in waiting {
            try connection.execute(Self.blockAgainSQL, try sequence(), dependent.job)
            if dependent.isReady, let lane = dependent.lane { try withdraw(dependent.job, from: lane) }
        }
    }

    private func reopen(_ job: JobID, by sql: SQL) throws {
        try connection.execute(Self.deleteResultSQL, job)
        do {
            try connection.execute(sql, try sequence(), job)
        } catch let error as SQLiteError where error.isConstraint {
            throw JobStoreError.invalid("job \(job) cannot return: another job holds its key by now")
        }
    }

    private static let brokenSQL: SQL = """
        SELECT d.depends_on
        FROM dependencies d
        JOIN jobs u ON u.id = d.depends_on
        WHERE d.job_id = :job_id AND u.finished_at IS NOT NULL
          AND NOT CASE d.condition WHEN 'finished' THEN 1
                                   WHEN 'failed' THEN u.state = 'failed'
                                   ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1)
                                        OR (d.condition = 'passed' AND u.state = 'skipped' AND u.excused = 1) END
        LIMIT 1
        """

    /// The job that is retried may not run while a dependency of it can no longer hold.
    private func requireConditions(of job: JobID) throws {
        guard let broken = try connection.first(Self.brokenSQL, job, read: { JobID($0.int(0)) }) else { return }
        throw JobStoreError.invalid(
            "job \(job) cannot run: job \(broken), which it depends on, did not end as it must; retry that one")
    }

    /// A job that came back with another's retry, and that a third one's end keeps from running, ends again; that
    /// one's retry brings it back.
    private func endBroken(_ job: JobID) throws {
        guard let broken = try connection.first(Self.brokenSQL, job, read: { JobID($0.int(0)) }) else { return }
        let reason = "job \(broken) did not end as it must"
        guard try end(job, as: .skipped, because: reason, by: broken) else { return }
        try releaseDependents(of: job, ended: .skipped, forgiven: false, chain: 0, cause: broken)
    }
}
