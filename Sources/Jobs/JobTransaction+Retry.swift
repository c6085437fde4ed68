import SQLite

/// What is to run again: jobs that begin with a first attempt of a new count, and jobs that go on where they were and
/// wait again for their parts.
struct Reopening {
    private(set) var anew: [JobID] = []
    private(set) var goingOn: [JobID] = []
    private var known: Set<JobID> = []

    var all: [JobID] { anew + goingOn }

    mutating func insert(anew job: JobID) { if known.insert(job).inserted { anew.append(job) } }
    mutating func insert(goingOn job: JobID) { if known.insert(job).inserted { goingOn.append(job) } }
    func contains(_ job: JobID) -> Bool { known.contains(job) }
}

extension JobTransaction {
    struct JobFacts {
        let state: JobState
        let run: RunID?
        let parent: JobID?
        let isSuperseded: Bool
        let isHandler: Bool
        let phase: Int
        let awaits: String?
        let lane: Int?
    }

    private static let retryFactsSQL: SQL = """
        SELECT state, run_id, parent_id, superseded, handler, phase, awaits, lane_id
        FROM jobs
        WHERE id = :id
        """

    func retryFacts(of job: JobID) throws -> JobFacts {
        let facts = try connection.first(Self.retryFactsSQL, job) { row in
            JobFacts(
                state: JobState(rawValue: row.text(0)) ?? .ready, run: row.optionalInt(1).map { RunID($0) },
                parent: row.optionalInt(2).map { JobID($0) }, isSuperseded: row.bool(3), isHandler: row.bool(4),
                phase: row.int(5), awaits: row.optionalText(6), lane: row.optionalInt(7))
        }
        guard let facts else { throw JobStoreError.noSuchJob(job) }
        return facts
    }

    /// Makes a job that failed, was cancelled or was skipped ready again, with fresh attempts; what its end skipped or
    /// cancelled comes back with it, and so do the step that it is a part of and its run. Old attempts stay.
    ///
    /// - Returns: every job that was reopened.
    /// - Throws: `.notFinal`, and `.invalid` for a job that succeeded, that is history, or whose step or run is at an
    ///   end that cannot be undone just now.
    @discardableResult
    package func retry(_ job: JobID) throws -> [JobID] {
        let facts = try retryFacts(of: job)
        guard facts.state.isFinal else { throw JobStoreError.notFinal(job, facts.state) }
        guard facts.state != .succeeded else {
            throw JobStoreError.invalid("job \(job) succeeded, and success is final; enqueue the work anew instead")
        }
        guard !facts.isSuperseded else {
            throw JobStoreError.invalid("job \(job) is history: the step that it was a part of was begun anew")
        }
        guard let run = facts.run else {
            var jobs = [job]
            try appendSkipped(below: job, to: &jobs)
            var reopening = Reopening()
            for job in jobs { reopening.insert(anew: job) }
            return try reopen(reopening, in: nil, required: job)
        }
        var reopening = Reopening()
        try insert(job, into: &reopening)
        let isHandler = try insertFamily(of: job, facts, in: run, into: &reopening)
        return try reopen(reopening, in: run, isHandler: isHandler, required: job)
    }

    /// What has to come back with a job of a run: the steps that it is a part of, and what its end and theirs ended.
    ///
    /// - Returns: whether it belongs to the run's handlers.
    func insertFamily(
        of job: JobID, _ facts: JobFacts, in run: RunID, into reopening: inout Reopening
    ) throws -> Bool {
        var isHandler = facts.isHandler
        var causes = [job]
        var parent = facts.parent
        while let next = parent {
            let above = try retryFacts(of: next)
            switch above.state {
            case .running, .reclaiming:
                throw JobStoreError.invalid(
                    "job \(job) is a part of job \(next), which is looking at how its parts ended; try again in a moment"
                )
            case let state where state.isFinal: reopening.insert(goingOn: next)
            default: break
            }
            causes.append(next)
            isHandler = isHandler || above.isHandler
            parent = above.parent
        }
        for cause in causes {
            for ended in try ended(by: cause, in: run) where !reopening.contains(ended) {
                try insert(ended, into: &reopening)
            }
        }
        return isHandler
    }

    // MARK: Parts

    private static let failedPartsSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND superseded = 0
          AND (state = 'failed' OR state = 'cancelled' OR (state = 'skipped' AND excused = 0))
        ORDER BY id
        """

    /// What failed in parts goes on with those; what failed by itself begins anew, and its parts are history.
    func insert(_ job: JobID, into reopening: inout Reopening) throws {
        let failed = try connection.all(Self.failedPartsSQL, job) { JobID($0.int(0)) }
        guard !failed.isEmpty else {
            try supersedeParts(of: job)
            return reopening.insert(anew: job)
        }
        for part in failed { try insert(part, into: &reopening) }
        reopening.insert(goingOn: job)
    }

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

    /// What the job made when it was reached is history: it is reached anew. Bounded by `mostLevels`.
    func supersedeParts(of job: JobID) throws {
        try connection.execute(Self.forgetPartsSQL, job)
        for part in try connection.all(Self.supersedeSQL, try sequence(), job, read: { JobID($0.int(0)) }) {
            try supersedeParts(of: part)
        }
    }

    // MARK: What an end ended

    private static let endedBySQL: SQL = """
        SELECT id, ended_by
        FROM jobs
        WHERE run_id = :run_id AND ended_by IS NOT NULL AND superseded = 0 AND finished_at IS NOT NULL
        ORDER BY id
        """

    private static let skippedBelowSQL: SQL = """
        SELECT j.id
        FROM dependencies d
        JOIN jobs j ON j.id = d.job_id
        WHERE d.depends_on = :depends_on AND j.ended_by = :ended_by AND j.state = 'skipped'
        """

    /// What the job's end, and the ends that followed from it, skipped or cancelled in the run.
    private func ended(by cause: JobID, in run: RunID) throws -> [JobID] {
        let ended = try connection.all(Self.endedBySQL, run) { (job: JobID($0.int(0)), by: JobID($0.int(1))) }
        let byCause = Dictionary(grouping: ended, by: \.by)
        var jobs: [JobID] = []
        var known: Set<JobID> = [cause]
        var causes = [cause]
        while let next = causes.popLast() {
            for (job, _) in byCause[next] ?? [] where known.insert(job).inserted {
                jobs.append(job)
                causes.append(job)
            }
        }
        return jobs
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
}
