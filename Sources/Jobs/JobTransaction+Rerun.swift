import SQLite

/// Running parts of an ended run again. Old attempts stay; jobs that were made while the run went on stay as history,
/// under other keys, when what made them is begun anew.
extension JobTransaction {
    private static let endedSQL: SQL = "SELECT finished_at IS NOT NULL FROM runs WHERE id = :id"

    private static let topLevelSQL: SQL = """
        SELECT id, coalesce(step, key, ''), state, excused, phase
        FROM jobs
        WHERE run_id = :run_id AND parent_id IS NULL AND superseded = 0 AND handler = 0
        ORDER BY id
        """

    private static let failedPartsSQL: SQL = """
        SELECT id, phase
        FROM jobs
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND superseded = 0
          AND (state = 'failed' OR state = 'cancelled' OR (state = 'skipped' AND excused = 0))
        ORDER BY id
        """

    private static let supersedeSQL: SQL = """
        UPDATE jobs
        SET superseded = 1, key = key || '@' || :seq, seq = :seq
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND superseded = 0
        RETURNING id
        """
    private static let forgetPartsSQL: SQL = """
        DELETE FROM dependencies
        WHERE job_id = :job_id
          AND depends_on IN (SELECT id FROM jobs WHERE parent_id = :job_id AND parent_id IS NOT NULL)
        """

    private struct Top {
        let id: JobID
        let step: String
        let state: JobState
        let isExcused: Bool
        let phase: Int
    }

    /// Makes a part of an ended run ready again.
    ///
    /// - Returns: the jobs that were reopened.
    /// - Throws: `.noSuchRun`; `.invalid` for a run that goes on, a step that it does not have, or when there is nothing
    ///   to run again.
    @discardableResult
    package func rerun(_ run: RunID, _ scope: RerunScope) throws -> [JobID] {
        guard let hasEnded = try connection.first(Self.endedSQL, run, read: { $0.bool(0) }) else {
            throw JobStoreError.noSuchRun(run)
        }
        guard hasEnded else {
            throw JobStoreError.invalid(
                "run \(run) goes on; 'weir retry JOB' retries a job of it, 'weir cancel --run \(run)' ends it")
        }
        let tops = try connection.all(Self.topLevelSQL, run) { row in
            Top(
                id: JobID(row.int(0)), step: row.text(1), state: JobState(rawValue: row.text(2)) ?? .ready,
                isExcused: row.bool(3), phase: row.int(4))
        }
        var anew: [JobID] = []
        var goingOn: [JobID] = []
        switch scope {
        case .restart: anew = tops.map(\.id)
        case .from(let step):
            guard let start = tops.first(where: { $0.step == step }) else {
                let known = tops.prefix(20).map(\.step).joined(separator: ", ")
                throw JobStoreError.invalid("run \(run) has no step '\(step)'; it has \(known)")
            }
            anew = try below(start.id, among: Set(tops.map(\.id)))
        case .failed:
            for top in tops {
                let isBad = top.state == .failed || top.state == .cancelled || (top.state == .skipped && !top.isExcused)
                guard isBad else { continue }
                if try appendFailedParts(of: top.id, to: &goingOn) {
                    goingOn.append(top.id)
                } else {
                    anew.append(top.id)
                }
            }
            guard !anew.isEmpty || !goingOn.isEmpty else {
                throw JobStoreError.invalid(
                    "nothing of run \(run) failed, so there is nothing to run again; see --from and --restart")
            }
        }
        for job in anew { try supersedeParts(of: job) }
        return try reopen(anew: anew, goingOn: goingOn, in: run)
    }

    private static let dependentsOfSQL: SQL =
        "SELECT job_id FROM dependencies WHERE depends_on = :depends_on ORDER BY job_id"

    private func below(_ job: JobID, among candidates: Set<JobID>) throws -> [JobID] {
        var found = [job]
        var known: Set<JobID> = [job]
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

    /// The parts that failed, and theirs. Returns whether there are any.
    private func appendFailedParts(of job: JobID, to jobs: inout [JobID]) throws -> Bool {
        let failed = try connection.all(Self.failedPartsSQL, job) { JobID($0.int(0)) }
        for part in failed {
            _ = try appendFailedParts(of: part, to: &jobs)
            jobs.append(part)
        }
        return !failed.isEmpty
    }

    /// What the job made when it was reached is history: it is reached anew.
    func supersedeParts(of job: JobID) throws {
        try connection.execute(Self.forgetPartsSQL, job)
        for part in try connection.all(Self.supersedeSQL, try sequence(), job, read: { JobID($0.int(0)) }) {
            try supersedeParts(of: part)
        }
    }
}
