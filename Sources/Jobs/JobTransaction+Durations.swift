import SQLite

/// How long the steps of a workflow took.
extension JobTransaction {
    /// Older runs say little about the next one.
    private static let runsLookedAt = 20

    /// Only among the latest runs, so that a long history of other workflows costs a bounded time.
    static let latestRunsSQL: SQL = """
        SELECT id
        FROM runs
        WHERE id > (SELECT coalesce(max(id), 0) FROM runs) - 100000 AND workflow = :workflow AND finished_at IS NOT NULL
        ORDER BY id DESC
        LIMIT :limit
        """

    static let durationsSQL: SQL = """
        SELECT key, finished_at - started_at
        FROM jobs
        WHERE run_id = :run_id AND state = 'succeeded' AND started_at IS NOT NULL AND key IS NOT NULL
        """

    /// For each step that succeeded in one of the workflow's latest 20 runs that ended, the median of its durations
    /// there, in milliseconds.
    package func pastDurations(workflow: String) throws -> [String: Int] {
        let runs = try connection.all(Self.latestRunsSQL, workflow, Self.runsLookedAt) { RunID($0.int(0)) }
        var durations: [String: [Int]] = [:]
        for run in runs {
            let steps = try connection.all(Self.durationsSQL, run) { (key: $0.text(0), duration: $0.int(1)) }
            for step in steps { durations[step.key, default: []].append(max(0, step.duration)) }
        }
        return durations.mapValues { values in
            let sorted = values.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
    }

    private static let ownPoolsSQL: SQL = """
        SELECT name, capacity
        FROM limits
        WHERE kind = 'pool' AND scope = ''
        """

    /// The capacities of the database's own pools, which workflows use that do not declare them.
    package func ownPools() throws -> [String: Int] {
        let pools = try connection.all(Self.ownPoolsSQL) { (name: $0.text(0), capacity: $0.int(1)) }
        return pools.reduce(into: [:]) { $0[$1.name] = $1.capacity }
    }
}
