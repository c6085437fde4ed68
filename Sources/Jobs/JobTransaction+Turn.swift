import SQLite

/// What a runner's turn does before it claims: everything that may have become ready is offered.
extension JobTransaction {
    /// Jobs that one turn places or promotes at the most; what is left over makes the next turn come at once.
    package static let batch = 1_000

    static let unplacedSQL: SQL = """
        SELECT id, queue_id, run_id, priority, path, pools, coalesce(step, key), exclusive, type
        FROM jobs
        WHERE lane_id IS NULL AND state = 'ready'
        ORDER BY priority DESC, path DESC, id
        LIMIT :count
        """

    static let setLaneSQL: SQL = "UPDATE jobs SET lane_id = :lane_id WHERE id = :id"

    private struct Unplaced {
        let head: LaneHead
        let queue: Int
        let run: RunID?
        let pools: String?
        let key: String?
        let exclusive: Bool
        let type: String?
    }

    /// Gives every ready job without a lane its lane: what other programs inserted into the view `enqueue`, and what
    /// a retry reopened. Returns whether some are left.
    @discardableResult
    package func placeJobs() throws -> Bool {
        let unplaced = try connection.all(Self.unplacedSQL, Self.batch) { row in
            Unplaced(
                head: LaneHead(priority: row.int(3), path: row.int(4), id: row.int(0)), queue: row.int(1),
                run: row.optionalInt(2).map { RunID($0) }, pools: row.optionalText(5), key: row.optionalText(6),
                exclusive: row.bool(7), type: row.optionalText(8))
        }
        var placings: [RunID?: Placing] = [:]
        for job in unplaced {
            let placing = try placings[job.run] ?? Placing(transaction: self, run: job.run.map(runningRun))
            placings[job.run] = placing
            let limits = try placing.limits(
                pools: try JSONText.amounts(job.pools), step: job.run == nil ? nil : job.key, exclusive: job.exclusive)
            let lane = try lane(queue: job.queue, run: placing.run?.root, type: job.type, holding: limits.held)
            try connection.execute(Self.setLaneSQL, lane, job.head.id)
            try offer(job.head, in: lane)
            freshJobs.insert(job.head.id)
        }
        return unplaced.count == Self.batch
    }

    static let dueSQL: SQL = """
        SELECT id, lane_id, priority, path
        FROM jobs
        WHERE state = 'scheduled' AND run_at <= :now
        ORDER BY run_at
        LIMIT :count
        """

    static let promoteSQL: SQL = """
        UPDATE jobs
        SET state = 'ready', ready_at = max(run_at, created_at), seq = :seq, awaits = NULL
        WHERE id = :id AND state = 'scheduled'
        """

    /// Makes ready what is due. Returns whether some are left.
    @discardableResult
    package func promoteDueJobs() throws -> Bool {
        let due = try connection.all(Self.dueSQL, now, Self.batch) { row in
            (LaneHead(priority: row.int(2), path: row.int(3), id: row.int(0)), row.optionalInt(1))
        }
        for (head, lane) in due {
            try connection.execute(Self.promoteSQL, try sequence(), head.id)
            freshJobs.insert(head.id)
            if let lane { try offer(head, in: lane) }
        }
        return due.count == Self.batch
    }

    private static let hasUnplacedSQL: SQL = "SELECT 1 FROM jobs WHERE lane_id IS NULL AND state = 'ready' LIMIT 1"

    /// Whether a turn would find something to claim, but for what is due only later.
    package func hasWork(in scope: ClaimScope, serving: Serving = .plain) throws -> Bool {
        if try connection.first(Self.hasUnplacedSQL, read: { $0.int(0) }) != nil { return true }
        return try hasOpenLane(in: scope, serving: serving)
    }

    static let isPendingSQL: SQL = """
        SELECT 1
        WHERE EXISTS (SELECT 1 FROM jobs WHERE state = 'ready' AND queue_id = :queue_id
                                           AND coalesce(type, '') IN (SELECT value FROM json_each(:types)))
           OR EXISTS (SELECT 1 FROM jobs WHERE state = 'scheduled' AND queue_id = :queue_id
                                           AND coalesce(type, '') IN (SELECT value FROM json_each(:types)))
        """
    static let isAnyHeldSQL: SQL = "SELECT 1 FROM jobs WHERE runner_id IS NOT NULL LIMIT 1"

    /// Whether anything is ready or scheduled in those of the queues that are not paused, or runs anywhere and may yet
    /// let others go. Jobs of types that are not served are none of the caller's.
    package func hasUnfinishedJobs(in queues: Set<String>?, serving: Serving = .plain) throws -> Bool {
        if try connection.first(Self.isAnyHeldSQL, read: { $0.int(0) }) != nil { return true }
        let types = serving.jobTypes
        for queue in try openQueues(queues)
        where try connection.first(Self.isPendingSQL, queue, types, read: { $0.int(0) }) != nil {
            return true
        }
        return false
    }

    static let nextDueSQL: SQL = "SELECT min(run_at) FROM jobs WHERE state = 'scheduled'"
    static let nextDeadlineSQL: SQL = """
        SELECT min(deadline)
        FROM runs
        WHERE deadline IS NOT NULL AND finished_at IS NULL
        """

    /// When the next scheduled job is due; `nil`: none is scheduled.
    package func nextDue() throws -> Timestamp? {
        try connection.first(Self.nextDueSQL) { row in row.optionalInt(0).map { Timestamp($0) } } ?? nil
    }

    /// When the time of the next run, or the next lease of a remote worker, is over; `nil`: none ends by itself.
    package func nextDeadline() throws -> Timestamp? {
        let run = try connection.first(Self.nextDeadlineSQL) { row in row.optionalInt(0).map { Timestamp($0) } } ?? nil
        guard let lapse = try nextLapse() else { return run }
        let lease = now.advanced(by: lapse - boottime)
        return min(run ?? lease, lease)
    }

    private static let schemaSQL: SQL = "PRAGMA user_version"

    /// - Throws: `.schemaChanged` when a newer version upgraded the database under this process.
    package func requireKnownSchema() throws {
        let found = try connection.first(Self.schemaSQL) { $0.int(0) } ?? 0
        guard found == JobStore.schemaVersion else {
            throw JobStoreError.schemaChanged(found: found, known: JobStore.schemaVersion)
        }
    }
}
