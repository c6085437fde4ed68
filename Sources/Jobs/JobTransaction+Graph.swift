package import SQLite

extension JobTransaction {
    /// What a picture of a run shows of a job beside its place.
    package struct GraphFacts: Sendable {
        /// Milliseconds of Unix time.
        package let startedAt: Int?
        package let finishedAt: Int?
        /// Percent.
        package let progress: Double?
        /// What it waits for beside jobs: `run`, `signal`.
        package let awaits: String?
        /// What is asked of who decides.
        package let message: String?
    }

    static let graphFactsSQL: SQL = """
        SELECT id, started_at, finished_at, progress,
               CASE WHEN state = 'blocked' OR state = 'scheduled' THEN awaits END,
               CASE WHEN awaits = 'signal' AND json_valid(memo) THEN json_extract(memo, '$.message') END
        FROM jobs
        WHERE run_id = :run_id
        """

    package func graphFacts(of run: RunID) throws -> [JobID: GraphFacts] {
        var facts: [JobID: GraphFacts] = [:]
        try connection.forEach(Self.graphFactsSQL, run) { row in
            facts[JobID(row.int(0))] = GraphFacts(
                startedAt: row.optionalInt(1), finishedAt: row.optionalInt(2), progress: row.optionalDouble(3),
                awaits: row.optionalText(4), message: row.optionalText(5))
        }
        return facts
    }

    private static let poolPageSQL = """
        SELECT l.name AS pool, nullif(l.scope, '') AS workflow, l.capacity, l.used, l.indexed, l.origin,
               (SELECT count(*)
                FROM (SELECT 1
                      FROM lane_limits ll
                      CROSS JOIN jobs j ON j.lane_id = ll.lane_id AND j.state = 'ready'
                      WHERE ll.limit_id = l.id
                      LIMIT 10000)) AS waiting
        FROM limits l
        WHERE l.kind = 'pool'
        ORDER BY l.scope, l.name
        LIMIT 500
        """

    /// The first 500 pools; who waits is counted as far as 10,000.
    package func poolPage() throws -> Table { try connection.dynamic(Self.poolPageSQL) }
}
