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
}
