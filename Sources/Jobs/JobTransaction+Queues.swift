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

    private static let openQueuesSQL: SQL = "SELECT id, name FROM queues WHERE paused_at IS NULL"
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

    private static let pauseSQL: SQL = """
        UPDATE queues
        SET paused_at = CASE WHEN :pauses THEN :now END
        WHERE name = :name AND (paused_at IS NULL) = :pauses
        """

    /// Keeps the queue's jobs from being claimed, or lets them again; what runs goes on. Returns `false` when the queue
    /// was so already.
    ///
    /// - Throws: `.noSuchQueue`
    @discardableResult
    package func setPaused(_ pauses: Bool, queue name: String) throws -> Bool {
        try requireQueues([name])
        guard try connection.execute(Self.pauseSQL, pauses, now, name) == 1 else { return false }
        alertsRunners = true
        return true
    }

    private static let jobsOfPoolSQL: SQL = """
        UPDATE jobs
        SET lane_id = NULL
        WHERE state IN ('blocked', 'scheduled', 'ready')
          AND pools IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(pools) p WHERE p.key = :pool)
        """

    /// Sets the capacity of one of the database's own pools, and makes the pool when it is new. Jobs that named a new
    /// pool before it was there are held to it from now on.
    package func setPool(_ name: String, capacity: Int) throws {
        let isNew = try limit(.pool, scope: "", name: name) == nil
        try setLimit(.pool, scope: "", name: name, capacity: capacity)
        if isNew, try connection.execute(Self.jobsOfPoolSQL, name) > 0 {
            try correctAllHeads()
            alertsRunners = true
        }
    }

    private static let lanesWithHeadSQL: SQL = "SELECT id FROM lanes WHERE head_id IS NOT NULL"

    private func correctAllHeads() throws {
        for lane in try connection.all(Self.lanesWithHeadSQL, read: { $0.int(0) }) { try correctHead(of: lane) }
    }
}
