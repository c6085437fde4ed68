import Jobs
import SQLite

/// Makes a database that has a past, or many jobs that cannot start.
struct Preparation {
    private let finished: Int
    private let pooled: Int
    private let settings: Settings

    init(_ settings: Settings) throws {
        self.settings = settings
        finished = try settings.int("finished", 0)
        pooled = try settings.int("pooled", 0)
    }

    private static let finishedJobsSQL: SQL = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        INSERT INTO jobs(seq, state, queue_id, priority, attempt, max_attempts, lease_token, created_at, ready_at,
                         started_at, finished_at, exit_code, command, args)
        SELECT 1, 'succeeded', 1, 5, 1, 4, 1, 1700000000000 + i, 1700000000000 + i, 1700000000001 + i,
               1700000000002 + i, 0, '/bin/true', '["--some","argument","/path/of/input"]'
        FROM n
        """

    private static let finishedAttemptsSQL: SQL = """
        INSERT INTO attempts(job_id, attempt, seq, lease_token, runner_id, state, started_at, finished_at, pid,
                             exit_code, max_rss_kb, cpu_ms)
        SELECT id, 1, 2, 1, 1, state, started_at, finished_at, 4711, 0, 1800, 1
        FROM jobs
        """

    func run() throws {
        let store = try settings.openStore()
        if finished > 0 {
            try store.write { transaction in
                try transaction.connection.execute(Self.finishedJobsSQL, finished)
                try transaction.connection.execute(Self.finishedAttemptsSQL)
            }
        }
        if pooled > 0 {
            try store.write { transaction in
                try transaction.setPool("full", capacity: 1)
                let specs = Workload.flat.specs(pooled).map { spec in
                    var spec = spec
                    spec.pools = ["full": 1]
                    spec.priority = 9
                    return spec
                }
                _ = try transaction.enqueue(specs)
                try transaction.setPool("full", capacity: 0)
            }
        }
        store.close()
    }
}
