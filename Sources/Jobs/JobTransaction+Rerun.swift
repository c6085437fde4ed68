import SQLite

/// Running parts of an ended run again. Old attempts stay; jobs that were made while the run went on stay as history,
/// under other keys, when what made them is begun anew.
extension JobTransaction {
    private static let endedSQL: SQL = "SELECT finished_at IS NOT NULL FROM runs WHERE id = :id"

    private static let topLevelSQL: SQL = """
        SELECT id, coalesce(step, key, ''), state, excused, handler
        FROM jobs
        WHERE run_id = :run_id AND parent_id IS NULL AND superseded = 0
        ORDER BY id
        """

    private static let forgetVariablesSQL: SQL = "DELETE FROM variables WHERE run_id = :run_id"

    private struct Top {
        let id: JobID
        let step: String
        let isBad: Bool
        let isHandler: Bool
    }

    /// Makes a part of an ended run ready again.
    ///
    /// - Returns: the jobs that were reopened.
    /// - Throws: `.noSuchRun`; `.decidedElsewhere` for a run of Conductor's, unless it is what failed of its execution
    ///   that is to be run again; `.invalid` for a run that goes on or is history, a step that it does not have, or when
    ///   there is nothing to run again.
    @discardableResult
    package func rerun(_ run: RunID, _ scope: RerunScope) throws -> [JobID] {
        guard let hasEnded = try connection.first(Self.endedSQL, run, read: { $0.bool(0) }) else {
            throw JobStoreError.noSuchRun(run)
        }
        try requireOwnRules(of: run, scope)
        guard hasEnded else {
            throw JobStoreError.invalid(
                "run \(run) goes on; 'weir retry JOB' retries a job of it, 'weir cancel --run \(run)' ends it")
        }
        let all = try connection.all(Self.topLevelSQL, run) { row in
            let state = JobState(rawValue: row.text(2)) ?? .ready
            let isBad = state == .failed || state == .cancelled || (state == .skipped && !row.bool(3))
            return Top(id: JobID(row.int(0)), step: row.text(1), isBad: isBad, isHandler: row.bool(4))
        }
        let tops = all.filter { !$0.isHandler }
        var reopening = Reopening()
        var isHandler = false
        switch scope {
        case .restart:
            try connection.execute(Self.forgetVariablesSQL, run)
            try begin(tops.map(\.id), anewIn: &reopening)
        case .from(let step):
            let copies = tops.filter { $0.step == step }.map(\.id)
            guard !copies.isEmpty else {
                let known = tops.prefix(20).map(\.step).joined(separator: ", ")
                throw JobStoreError.invalid("run \(run) has no step '\(step)'; it has \(known)")
            }
            try begin(below(copies, among: Set(tops.map(\.id))), anewIn: &reopening)
        case .failed:
            var bad = tops.filter(\.isBad)
            if bad.isEmpty {
                bad = all.filter { $0.isBad && $0.isHandler }
                isHandler = true
            }
            guard !bad.isEmpty else {
                throw JobStoreError.invalid(
                    "nothing of run \(run) failed, so there is nothing to retry; rerun all of it, or from a step on")
            }
            for top in bad { try insert(top.id, into: &reopening) }
        }
        return try reopen(reopening, in: run, isHandler: isHandler)
    }

    static let executionOfRunSQL: SQL = """
        SELECT e.id
        FROM runs r
        LEFT JOIN executions e ON e.run_id = r.id
        WHERE r.id = :id AND r.judged = 3
        """

    /// Of an execution only what failed comes back by itself: what succeeded is at an end that others were decided by.
    private func requireOwnRules(of run: RunID, _ scope: RerunScope) throws {
        let found = try connection.first(Self.executionOfRunSQL, run) { $0.optionalText(0) }
        guard let execution = found, execution == nil || scope != .failed else { return }
        throw JobStoreError.decidedElsewhere(run, execution: execution)
    }

    private func begin(_ jobs: [JobID], anewIn reopening: inout Reopening) throws {
        for job in jobs {
            try supersedeParts(of: job)
            // What it had saved may come of inputs that are made anew too.
            try clearCheckpoint(of: job)
            reopening.insert(anew: job)
        }
    }

    private static let dependentsOfSQL: SQL =
        "SELECT job_id FROM dependencies WHERE depends_on = :depends_on ORDER BY job_id"

    /// The jobs themselves and all that depends on them.
    private func below(_ jobs: [JobID], among candidates: Set<JobID>) throws -> [JobID] {
        var found = jobs
        var known = Set(jobs)
        var next = 0
        while next < found.count {
            for dependent in try connection.all(Self.dependentsOfSQL, found[next], read: { JobID($0.int(0)) })
            where candidates.contains(dependent) && known.insert(dependent).inserted {
                found.append(dependent)
            }
            next += 1
        }
        return found
    }
}
