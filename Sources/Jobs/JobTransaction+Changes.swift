import SQLite

/// How far somebody has followed what happens: the number of a transaction, and the last of the jobs that it ended which
/// was told. It is durable: jobs that end later come after it, whatever the clock does and whoever restarts.
package struct ChangeCursor: Sendable, Hashable, Comparable {
    package var sequence: Int
    package var job: Int

    package init(sequence: Int, job: Int) {
        self.sequence = sequence
        self.job = job
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.sequence, left.job) < (right.sequence, right.job)
    }
}

/// What changed since a cursor.
package struct ChangeSet: Sendable {
    package struct Job: Sendable, Hashable {
        package let id: JobID
        package let run: RunID?
        package let state: JobState
        package let attempt: Int
    }

    package var cursor: ChangeCursor
    /// In the order of their ends, then what runs, then the latest that are new.
    package var jobs: [Job] = []
    /// Runs that ended, or whose jobs changed, or that were paused or resumed.
    package var runs: [RunID] = []
    /// Queues that were paused or resumed, by name.
    package var queues: [String] = []
    /// More has changed than this tells: read what you show anew.
    package var isTruncated = false
    /// The newest job.
    package var lastJob = 0
    /// Whether there are more at once, after `cursor`.
    package var hasMore = false

    package init(cursor: ChangeCursor) { self.cursor = cursor }
}

extension JobTransaction {
    static let presentSequenceSQL: SQL = "SELECT value FROM sequence WHERE id = 1"

    static let lastJobSQL: SQL = "SELECT max(id) FROM jobs"

    static let endedJobsSQL: SQL = """
        SELECT id, run_id, state, attempt, seq
        FROM jobs
        WHERE finished_at IS NOT NULL AND seq >= :seq AND (seq > :seq OR id > :id)
        ORDER BY seq, id
        LIMIT :limit
        """

    static let heldJobsSQL: SQL = """
        SELECT id, run_id, state, attempt
        FROM jobs
        WHERE runner_id IS NOT NULL AND seq > :seq
        LIMIT :limit
        """

    static let newJobsSQL: SQL = """
        SELECT id, run_id, state, attempt
        FROM jobs
        WHERE id > :id
        ORDER BY id DESC
        LIMIT :limit
        """

    static let endedRunsSQL: SQL = """
        SELECT id
        FROM runs
        WHERE finished_at IS NOT NULL AND seq > :seq
        ORDER BY seq, id
        LIMIT :limit
        """

    /// Where one begins who only wants what is to come.
    package func presentCursor() throws -> (cursor: ChangeCursor, lastJob: Int) {
        let sequence = try connection.first(Self.presentSequenceSQL) { $0.int(0) } ?? 0
        let job = try connection.first(Self.lastJobSQL) { $0.int(0) } ?? 0
        return (ChangeCursor(sequence: sequence, job: .max), job)
    }

    /// What changed since `cursor`, as far as `limit` jobs of each sort.
    ///
    /// - Parameters:
    ///   - lastJob: the newest job that is known; `nil`: new ones are not asked for.
    ///   - isComplete: give every job that ended, if need be in several calls; else skip to the present when there are
    ///     more than `limit`.
    package func changes(
        since cursor: ChangeCursor, lastJob: Int?, limit: Int, isComplete: Bool
    ) throws -> ChangeSet {
        let present = try presentCursor()
        var set = ChangeSet(cursor: present.cursor)
        set.lastJob = present.lastJob
        var end = cursor
        try connection.forEach(Self.endedJobsSQL, cursor.sequence, cursor.job, limit + 1) { row in
            guard set.jobs.count < limit else {
                set.hasMore = true
                return
            }
            set.jobs.append(Self.changedJob(row))
            end = ChangeCursor(sequence: row.int(4), job: row.int(0))
        }
        if set.hasMore {
            if isComplete { set.cursor = end } else { (set.isTruncated, set.hasMore) = (true, false) }
        }
        if !set.hasMore { try addOpen(to: &set, since: cursor, lastJob: lastJob, limit: limit) }
        let runs = try connection.all(Self.endedRunsSQL, cursor.sequence, limit) { RunID($0.int(0)) }
        var seen: Set<RunID> = []
        set.runs = (set.jobs.compactMap(\.run) + runs).filter { seen.insert($0).inserted }
        return set
    }

    private func addOpen(to set: inout ChangeSet, since cursor: ChangeCursor, lastJob: Int?, limit: Int) throws {
        set.jobs += try connection.all(Self.heldJobsSQL, cursor.sequence, limit, read: Self.changedJob)
        guard let lastJob else { return }
        let known = Set(set.jobs.map(\.id))
        let new = try connection.all(Self.newJobsSQL, lastJob, limit, read: Self.changedJob)
        set.jobs += new.reversed().filter { !known.contains($0.id) }
        if new.count == limit { set.isTruncated = true }
    }

    private static func changedJob(_ row: Row) -> ChangeSet.Job {
        ChangeSet.Job(
            id: JobID(row.int(0)), run: row.optionalInt(1).map { RunID($0) },
            state: JobState(rawValue: row.text(2)) ?? .ready, attempt: row.int(3))
    }
}
