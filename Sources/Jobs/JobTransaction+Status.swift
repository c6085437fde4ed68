package import SQLite

/// The state of the whole database, as tables.
extension JobTransaction {
    private static let queuesSQL = """
        SELECT s.queue, CASE WHEN q.paused_at IS NULL THEN 'open' ELSE 'paused' END AS state,
               s.ready, s.scheduled, s.blocked, s.running, s.oldest_ready_ms
        FROM queue_stats s
        JOIN queues q ON q.name = s.queue
        ORDER BY s.queue
        """

    package func queueTable() throws -> Table { try connection.dynamic(Self.queuesSQL) }

    private static let poolsSQL = """
        SELECT pool, nullif(workflow, '') AS workflow, capacity, used, waiting, indexed, origin
        FROM pool_usage
        ORDER BY workflow, pool
        """

    /// Pools without a workflow are the database's own.
    package func poolTable() throws -> Table { try connection.dynamic(Self.poolsSQL) }

    // No index has the ends of jobs, so that a look at all of a long history would cost seconds.
    private static let recentSQL = """
        SELECT state, count(*) AS jobs, CAST(avg(finished_at - started_at) AS INTEGER) AS mean_duration_ms
        FROM (SELECT state, started_at, finished_at FROM jobs ORDER BY id DESC LIMIT 100000)
        WHERE finished_at >= :since
        GROUP BY state
        ORDER BY state
        """

    /// How many of the newest 100,000 jobs have ended since `moment`, by state.
    package func ended(since moment: Timestamp) throws -> Table {
        try connection.dynamic(Self.recentSQL, [.integer(Int64(moment.rawValue))])
    }
}
