import SQLite

extension JobTransaction {
    private static let findQueueSQL: SQL = "SELECT id FROM queues WHERE name = :name"
    private static let insertQueueSQL: SQL = """
        INSERT INTO queues(name, created_at)
        VALUES (:name, :created_at)
        RETURNING id
        """

    /// The queue's id; made when it is new.
    func queue(named name: String) throws -> Int {
        if let known = try connection.first(Self.findQueueSQL, name, read: { $0.int(0) }) { return known }
        alertsRunners = true
        return try connection.first(Self.insertQueueSQL, name, now) { $0.int(0) } ?? 0
    }

    static let openQueuesSQL: SQL = "SELECT id, name FROM queues WHERE paused_at IS NULL"
    private static let namesSQL: SQL = "SELECT name FROM queues ORDER BY name"

    /// Queues that are not paused: those of `names`, or all.
    func openQueues(_ names: Set<String>?) throws -> [Int] {
        var ids: [Int] = []
        try connection.forEach(Self.openQueuesSQL) { row in
            if names?.contains(row.text(1)) ?? true { ids.append(row.int(0)) }
        }
        return ids
    }

    /// - Throws: `.noSuchQueue` for the first name that no queue has.
    package func requireQueues(_ names: Set<String>) throws {
        let known = try connection.all(Self.namesSQL) { $0.text(0) }
        for name in names.sorted() where !known.contains(name) {
            throw JobStoreError.noSuchQueue(name, known: known)
        }
    }

    private static let setPausedSQL: SQL = """
        UPDATE queues
        SET paused_at = :paused_at
        WHERE name = :name AND (paused_at IS NULL) <> (:paused_at IS NULL)
        """

    /// A paused queue's jobs are not claimed; those that run go on. Returns `false` when the queue was so already.
    ///
    /// - Throws: `.noSuchQueue`.
    @discardableResult
    package func setPaused(_ isPaused: Bool, queue name: String) throws -> Bool {
        try requireQueues([name])
        guard try connection.execute(Self.setPausedSQL, isPaused ? now : nil, name) == 1 else { return false }
        if isPaused { try wakeBehindWaiters(of: try queue(named: name)) }
        alertsRunners = true
        return true
    }

    private static let limitsOfWaitersSQL: SQL = """
        SELECT DISTINCT waits_for
        FROM lanes
        WHERE queue_id = :queue_id AND waits_for IS NOT NULL AND head_id IS NOT NULL
        """

    /// The queue's waiters have no room reserved any more.
    private func wakeBehindWaiters(of queue: Int) throws {
        for limit in try connection.all(Self.limitsOfWaitersSQL, queue, read: { $0.int(0) }) {
            try wake(limit, atMost: .max)
        }
    }

    // MARK: Pools

    /// Those of `names` that are neither the workflow's pools nor the database's: they bound nobody.
    ///
    /// - Parameter workflow: `nil` for jobs of no run.
    package func unknownPools(_ names: Set<String>, workflow: String?) throws -> [String] {
        try names.sorted().filter { name in
            if let workflow, try limit(.pool, scope: workflow, name: name) != nil { return false }
            return try limit(.pool, scope: "", name: name) == nil
        }
    }

    /// Sets the capacity of one of the database's own pools, and makes the pool when it is new. Jobs that named a new
    /// pool before it was there are held to it from now on; those that run hold it too, even beyond its capacity.
    package func setPool(_ name: String, capacity: Int) throws {
        let isNew = try limit(.pool, scope: "", name: name) == nil
        let pool = try setLimit(.pool, scope: "", name: name, capacity: capacity)
        guard isNew else { return }
        try hold(pool.id, forRunningJobsOf: name)
        if try connection.execute(Self.jobsOfPoolSQL, name) > 0 {
            try correctAllHeads()
            alertsRunners = true
        }
    }

    private static let jobsOfPoolSQL: SQL = """
        UPDATE jobs
        SET lane_id = NULL
        WHERE state IN ('blocked', 'scheduled', 'ready')
          AND pools IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(pools) p WHERE p.key = :pool)
        """

    private static let runningOfPoolSQL: SQL = """
        SELECT id, lane_id, queue_id, run_id, (SELECT p.value FROM json_each(pools) p WHERE p.key = :pool), type
        FROM jobs
        WHERE runner_id IS NOT NULL
          AND pools IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(pools) p WHERE p.key = :pool)
          AND NOT EXISTS (SELECT 1 FROM runs r JOIN limits l ON l.kind = 'pool' AND l.scope = r.workflow
                          WHERE r.id = jobs.run_id AND l.name = :pool)
        """

    private static let useSQL: SQL = "UPDATE limits SET used = used + :amount WHERE id = :id"

    /// Moves the running jobs that name the new pool to lanes that hold it.
    private func hold(_ limit: Int, forRunningJobsOf pool: String) throws {
        let running = try connection.all(Self.runningOfPoolSQL, pool) { row in
            (
                job: row.int(0), lane: row.int(1), queue: row.int(2), run: row.optionalInt(3).map { RunID($0) },
                amount: row.int(4), type: row.optionalText(5)
            )
        }
        for job in running {
            let held = try limits(of: job.lane) + [LaneLimit(limit: limit, amount: job.amount)]
            try connection.execute(
                Self.setLaneSQL, try lane(queue: job.queue, run: job.run, type: job.type, holding: held), job.job)
            try connection.execute(Self.useSQL, job.amount, limit)
        }
    }

    private static let lanesWithHeadSQL: SQL = "SELECT id, head_id FROM lanes WHERE head_id IS NOT NULL"
    private static let isReadySQL: SQL = "SELECT 1 FROM jobs WHERE id = :id AND lane_id = :lane_id AND state = 'ready'"

    private func isReady(_ job: Int, in lane: Int) throws -> Bool {
        try connection.first(Self.isReadySQL, job, lane, read: { $0.int(0) }) != nil
    }

    /// After jobs left their lanes: those who wait behind a head that is gone get their chance.
    private func correctAllHeads() throws {
        for (lane, head) in try connection.all(Self.lanesWithHeadSQL, read: { ($0.int(0), $0.int(1)) }) {
            if try !isReady(head, in: lane) { try withdraw(JobID(head), from: lane) }
        }
    }
}
