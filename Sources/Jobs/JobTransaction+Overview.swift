import SQLite

/// What is in the database at the moment, at a cost that no history and no backlog raises: everything comes from the
/// indexes of what may still move, and counting has bounds.
extension JobTransaction {
    /// Where counting stops. By index alone, a million takes some 50 ms.
    package static let countBound = 1_000_000
    /// Where counting stops that must look at each job.
    static let costlyCountBound = 100_000
    private static let lanesBound = 10_000
    private static let oldestBound = 2_000

    static let allQueuesSQL: SQL = "SELECT id, name, paused_at IS NOT NULL FROM queues ORDER BY name"

    static let lanesWithWorkSQL: SQL = """
        SELECT id, queue_id
        FROM lanes
        WHERE head_id IS NOT NULL AND waits_for IS NULL
        UNION ALL
        SELECT id, queue_id
        FROM lanes
        WHERE waits_for IS NOT NULL AND head_id IS NOT NULL
        LIMIT :limit
        """

    static let countReadySQL: SQL = """
        SELECT count(*), min(id)
        FROM (SELECT id FROM jobs WHERE lane_id = :lane_id AND state = 'ready' LIMIT :limit)
        """

    static let countUnplacedSQL: SQL = """
        SELECT queue_id, count(*), min(ready_at)
        FROM (SELECT queue_id, ready_at FROM jobs WHERE lane_id IS NULL AND state = 'ready' LIMIT :limit)
        GROUP BY queue_id
        """

    static let countScheduledSQL: SQL = """
        SELECT queue_id, count(*)
        FROM (SELECT queue_id FROM jobs WHERE state = 'scheduled' LIMIT :limit)
        GROUP BY queue_id
        """

    static let countBlockedSQL: SQL = """
        SELECT queue_id, count(*)
        FROM (SELECT queue_id FROM jobs WHERE state = 'blocked' LIMIT :limit)
        GROUP BY queue_id
        """

    static let countRunningSQL: SQL = """
        SELECT queue_id, count(*)
        FROM jobs
        WHERE runner_id IS NOT NULL
        GROUP BY queue_id
        """

    static let oldestReadySQL: SQL = """
        SELECT queue_id, min(ready_at), count(*)
        FROM (SELECT queue_id, ready_at FROM jobs WHERE state = 'ready' LIMIT :limit)
        GROUP BY queue_id
        """

    static let readyAtSQL: SQL = "SELECT ready_at FROM jobs WHERE id = :id"

    /// Every queue, by name.
    package func queueOverviews() throws -> [QueueOverview] {
        var queues: [Int: QueueOverview] = [:]
        let order = try connection.all(Self.allQueuesSQL) { row in
            queues[row.int(0)] = QueueOverview(id: row.int(0), name: row.text(1), isPaused: row.bool(2))
            return row.int(0)
        }
        try countReady(into: &queues)
        try count(Self.countScheduledSQL, atMost: Self.costlyCountBound, into: &queues, \.scheduled)
        try count(Self.countBlockedSQL, atMost: Self.countBound, into: &queues, \.blocked)
        try connection.forEach(Self.countRunningSQL) { queues[$0.int(0)]?.running = $0.int(1) }
        return order.compactMap { queues[$0] }
    }

    /// Counts by queue, all of them together up to a bound.
    private func count(
        _ sql: SQL, atMost bound: Int, into queues: inout [Int: QueueOverview],
        _ path: WritableKeyPath<QueueOverview, BoundedCount>
    ) throws {
        var sum = 0
        try connection.forEach(sql, bound) { row in
            queues[row.int(0)]?[keyPath: path].value = row.int(1)
            sum += row.int(1)
        }
        guard sum >= bound else { return }
        for id in queues.keys { queues[id]?[keyPath: path].isExact = false }
    }

    private func countReady(into queues: inout [Int: QueueOverview]) throws {
        var left = Self.countBound
        let lanes = try connection.all(Self.lanesWithWorkSQL, Self.lanesBound) { (id: $0.int(0), queue: $0.int(1)) }
        func add(_ count: Int, readyAt: Int?, to queue: Int) {
            queues[queue]?.ready.value += count
            guard let readyAt else { return }
            let oldest = queues[queue]?.oldestReadyAt ?? Timestamp(.max)
            queues[queue]?.oldestReadyAt = min(oldest, Timestamp(readyAt))
        }
        for lane in lanes where left > 0 {
            let found = try connection.first(Self.countReadySQL, lane.id, left) { ($0.int(0), $0.optionalInt(1)) }
            guard let (count, first) = found, let first else { continue }
            left -= count
            let readyAt = try connection.first(Self.readyAtSQL, first) { $0.optionalInt(0) } ?? nil
            add(count, readyAt: readyAt, to: lane.queue)
        }
        var unplaced = 0
        try connection.forEach(Self.countUnplacedSQL, Self.costlyCountBound) { row in
            add(row.int(1), readyAt: row.optionalInt(2), to: row.int(0))
            unplaced += row.int(1)
        }
        let isExact = left > 0 && lanes.count < Self.lanesBound && unplaced < Self.costlyCountBound
        for id in queues.keys where !isExact { queues[id]?.ready.isExact = false }
        try findOldest(in: &queues)
    }

    /// Corrects the oldest where the ready jobs are few enough to look at each.
    private func findOldest(in queues: inout [Int: QueueOverview]) throws {
        let all = queues.values.reduce(0) { $0 + $1.ready.value }
        guard all > 0 else { return }
        guard all <= Self.oldestBound else {
            for id in queues.keys { queues[id]?.isOldestExact = false }
            return
        }
        try connection.forEach(Self.oldestReadySQL, Self.oldestBound + 1) { row in
            queues[row.int(0)]?.oldestReadyAt = Timestamp(row.int(1))
        }
    }

    /// Ready jobs of the queues that are not paused, as far as a bound.
    ///
    /// - Parameter names: `nil`: of all.
    package func queueLength(in names: Set<String>?, atMost bound: Int) throws -> Int {
        let open = Set(try openQueues(names))
        var count = 0
        for lane in try connection.all(Self.lanesWithWorkSQL, 1_000, read: { (id: $0.int(0), queue: $0.int(1)) })
        where open.contains(lane.queue) && count < bound {
            count += try connection.first(Self.countReadySQL, lane.id, bound - count) { $0.int(0) } ?? 0
        }
        return count
    }

    // MARK: Jobs

    static let runningJobsSQL: SQL = """
        SELECT j.id, j.run_id, substr(coalesce(j.name, j.key, CASE WHEN j.args IS NULL THEN j.command ELSE
                   j.command || ' ' || (SELECT group_concat(a.value, ' ')
                                        FROM (SELECT value FROM json_each(j.args) LIMIT 20) a) END), 1, 200),
               q.name, j.runner_id, j.attempt, j.started_at, j.progress, substr(j.progress_message, 1, 200),
               j.stop IS NOT NULL, j.state = 'reclaiming'
        FROM jobs j
        JOIN queues q ON q.id = j.queue_id
        WHERE j.runner_id IS NOT NULL
        ORDER BY j.started_at, j.id
        LIMIT :limit
        """

    /// Jobs that runners hold, the longest running first.
    package func runningJobs(limit: Int) throws -> [RunningJob] {
        try connection.all(Self.runningJobsSQL, limit) { row in
            RunningJob(
                id: JobID(row.int(0)), run: row.optionalInt(1).map { RunID($0) }, label: row.text(2),
                queue: row.text(3), runner: RunnerID(row.int(4)), attempt: row.int(5), startedAt: Timestamp(row.int(6)),
                progress: row.optionalDouble(7), message: row.optionalText(8), isStopping: row.bool(9),
                isReclaiming: row.bool(10))
        }
    }

    // CROSS JOIN: the few latest come first, whatever the planner believes of their number.
    static let recentFailuresSQL: SQL = """
        SELECT j.id, j.run_id, substr(coalesce(j.name, j.key, CASE WHEN j.args IS NULL THEN j.command ELSE
                   j.command || ' ' || (SELECT group_concat(a.value, ' ')
                                        FROM (SELECT value FROM json_each(j.args) LIMIT 20) a) END), 1, 200),
               q.name, j.attempt, j.finished_at, j.finished_at - j.started_at, j.exit_code, substr(j.error, 1, 300)
        FROM (SELECT id, job_id FROM recent_failures ORDER BY id DESC LIMIT :looked_at) f
        CROSS JOIN jobs j ON j.id = f.job_id
        CROSS JOIN queues q ON q.id = j.queue_id
        WHERE j.state = 'failed'
        ORDER BY f.id DESC
        LIMIT :limit
        """

    /// Jobs that failed for good lately and have not been retried since, the latest first.
    package func recentFailures(limit: Int) throws -> [FailedJob] {
        var seen: Set<Int> = []
        return try connection.all(Self.recentFailuresSQL, limit * 4, limit) { row in
            FailedJob(
                id: JobID(row.int(0)), run: row.optionalInt(1).map { RunID($0) }, label: row.text(2),
                queue: row.text(3), attempts: row.int(4), finishedAt: Timestamp(row.int(5)),
                duration: row.optionalInt(6), exitCode: row.optionalInt(7), error: row.optionalText(8))
        }.filter { seen.insert($0.id.rawValue).inserted }
    }

    static let openRunsSQL: SQL = """
        SELECT count(*)
        FROM (SELECT 1 FROM runs WHERE finished_at IS NULL LIMIT :limit)
        """

    /// Runs that have not ended.
    package func openRuns() throws -> BoundedCount {
        let bound = Self.costlyCountBound
        let count = try connection.first(Self.openRunsSQL, bound) { $0.int(0) } ?? 0
        return BoundedCount(count, isExact: count < bound)
    }
}
