import Jobs
import Migrations
import SQLite
import TestSupport
import Testing

@Suite struct `A database of the first version` {
    /// Jobs of run 1: 1 succeeded, 2 runs, 3 waits for both, 4 waits out its backoff, 5 is ready. Run 2 failed: 6
    /// failed, 7 was skipped by it, 8 was cancelled. Of no run: 9 is being reclaimed, 10 holds a pool, 11 waits for 12,
    /// which is due later. Runner 1 holds 2 and 10 and its lease is over; runner 2 died with 9.
    private static let rows = """
        UPDATE sequence SET value = 100;
        INSERT INTO runners(id, kind, state, slots, host, pid, pid_start, pid_namespace, boot_id, version, lease_ms,
                            lease_until, heartbeat_at, started_at)
        VALUES (1, 'runner', 'live', 4, 'h', 1, 0, 0, 'b', '0.1', 15000, 1, 1, 1),
               (2, 'runner', 'dead', 4, 'h', 1, 0, 0, 'b', '0.1', 15000, 1, 1, 1);
        INSERT INTO runs(id, seq, workflow, version, state, directory, max_concurrency, jobs, unfinished, failures,
                         work_ms, critical_ms, created_at, started_at, finished_at)
        VALUES (1, 1, 'w', '1.0.0', 'running', '/', 3, 5, 4, 0, 10, 10, 1, 2, NULL),
               (2, 2, 'w', '1.0.0', 'failed', '/', NULL, 3, 0, 2, 10, 10, 1, 2, 12),
               (3, 3, 'v', '1.0.0', 'succeeded', '/', NULL, 0, 0, 0, 0, 0, 1, 2, 3);
        INSERT INTO limits(id, kind, scope, name, capacity) VALUES (1, 'pool', '', 'p', 2), (2, 'run', '1', 'concurrency', 3);
        INSERT INTO lanes(id, key, queue_id, run_id, head_priority, head_path, head_id)
        VALUES (1, 'q1|r1|2=1', 1, 1, 5, 0, 5), (2, 'q1', 1, NULL, NULL, NULL, NULL), (3, 'q1|1=1', 1, NULL, NULL, NULL, NULL);
        INSERT INTO lane_limits VALUES (1, 2, 1), (3, 1, 1);
        INSERT INTO jobs(id, seq, state, queue_id, lane_id, run_id, priority, unmet, attempt, failures, max_attempts,
                         lease_token, run_at, created_at, started_at, finished_at, error, ended_by, key, command,
                         pools, level, isolate)
        VALUES (1, 5, 'succeeded', 1, 1, 1, 5, 0, 1, 0, 1, 4, NULL, 1, 2, 12, NULL, NULL, 'a', 'true', NULL, 1, NULL),
               (2, 6, 'ready', 1, 1, 1, 5, 0, 0, 0, 2, 0, NULL, 1, NULL, NULL, NULL, NULL, 'b', 'true', NULL, 1, 1),
               (3, 1, 'blocked', 1, 1, 1, 5, 1, 0, 0, 1, 0, NULL, 1, NULL, NULL, NULL, NULL, 'c', 'true', NULL, 2, NULL),
               (4, 9, 'scheduled', 1, 1, 1, 5, 0, 1, 1, 2, 7, 20, 1, 2, NULL, 'exit 1', NULL, 'd', 'true', NULL, 1, NULL),
               (5, 1, 'ready', 1, 1, 1, 5, 0, 0, 0, 1, 0, NULL, 1, NULL, NULL, NULL, NULL, 'e', 'true', NULL, 1, NULL),
               (6, 12, 'failed', 1, 9, 2, 5, 0, 1, 1, 1, 11, NULL, 1, 2, 12, 'exit 1', NULL, 'a', 'true', NULL, 1, NULL),
               (7, 12, 'skipped', 1, 9, 2, 5, 0, 0, 0, 1, 0, NULL, 1, NULL, 12, 'step ''a'' failed', 6, 'b', 'true', NULL, 2, NULL),
               (8, 12, 'cancelled', 1, 9, 2, 5, 0, 0, 0, 1, 0, NULL, 1, NULL, 12, 'step ''a'' failed', 6, 'c', 'true', NULL, 1, NULL),
               (9, 14, 'ready', 1, 2, NULL, 5, 0, 0, 0, 1, 0, NULL, 1, NULL, NULL, NULL, NULL, 'k', 'true', NULL, NULL, NULL),
               (10, 15, 'ready', 1, 3, NULL, 5, 0, 0, 0, 1, 0, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'true', '{"p":1}', NULL, NULL),
               (11, 1, 'blocked', 1, 2, NULL, 5, 1, 0, 0, 1, 0, NULL, 1, NULL, NULL, NULL, NULL, NULL, 'true', NULL, NULL, NULL),
               (12, 1, 'scheduled', 1, 2, NULL, 5, 0, 0, 0, 1, 0, 30, 1, NULL, NULL, NULL, NULL, NULL, 'true', NULL, NULL, NULL);
        UPDATE jobs SET key_scope = 'unfinished' WHERE id = 9;
        UPDATE jobs SET state = 'running', runner_id = 1, attempt = 1, lease_token = 13, started_at = 3 WHERE id IN (2, 10);
        UPDATE jobs SET state = 'reclaiming', runner_id = 2, attempt = 1, lease_token = 13, started_at = 3 WHERE id = 9;
        INSERT INTO dependencies VALUES (3, 1, 'succeeded'), (3, 2, 'finished'), (7, 6, 'succeeded'), (11, 12, 'failed');
        INSERT INTO attempts(job_id, attempt, seq, lease_token, runner_id, state, started_at, finished_at, exit_code)
        VALUES (1, 1, 5, 4, 1, 'succeeded', 2, 12, 0), (4, 1, 9, 7, 1, 'failed', 2, 12, 1),
               (6, 1, 12, 11, 1, 'failed', 2, 12, 1);
        INSERT INTO results VALUES (1, '{"n":1}');
        INSERT INTO outputs VALUES (1, 1, 0, 1, x'61');
        """

    private static let tables = [
        "settings", "sequence", "queues", "runners", "runs", "limits", "lanes", "lane_limits", "jobs", "dependencies",
        "attempts", "results", "outputs",
    ]

    /// Every row of every table, by the columns that the first version had.
    private func dump(_ connection: Connection, _ columns: [String: String]) throws -> [String] {
        try Self.tables.flatMap { table in
            try connection.dynamic("SELECT \(columns[table] ?? "*") FROM \(table)").rows.map { row in
                "\(table): \(row.map(\.plainText).joined(separator: "|"))"
            }
        }
    }

    private func integer(_ sql: String, _ connection: Connection) throws -> Int? {
        guard case .integer(let value)? = try connection.dynamic(sql).rows.first?.first else { return nil }
        return Int(value)
    }

    private func columns(_ connection: Connection) throws -> [String: String] {
        var columns: [String: String] = [:]
        for table in Self.tables {
            columns[table] = try connection.dynamic("SELECT group_concat(name) FROM pragma_table_info('\(table)')")
                .rows.first?.first?.plainText
        }
        return columns
    }

    private func withFirstVersion(_ body: (String, [String], [String: String]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/weir.db"
            let options = Database.Options(
                path: path, durability: .normal, identity: .current(kind: "test", mayBeKilled: false),
                createIfMissing: true, applicationID: JobStore.applicationID)
            let first = try #require(EmbeddedMigration.all.first)
            let database = try Database(options)
            _ = try Migrator([Migration(version: 1, name: first.name, sql: first.sql)]).migrate(database)
            try database.write { try $0.script(Self.rows) }
            let columns = try columns(database.connection)
            let before = try dump(database.connection, columns)
            database.close()
            try body(path, before, columns)
        }
    }

    @Test func `is upgraded with every row as it was, and checks what it stores`() throws {
        try withFirstVersion { path, before, columns in
            let reader = try Connection(path: path, kind: .reader)
            defer { reader.close() }
            #expect(try integer("SELECT count(*) FROM job_history", reader) == 12)
            let store = try openJobStore(path, TestTime())
            defer { store.close() }
            #expect(try store.read { try dump($0, columns) } == before)
            #expect(try store.column("PRAGMA integrity_check") == ["ok"])
            #expect(try store.column("PRAGMA foreign_key_check") == [])
            try store.checkInvariants()
            // A program that had the database open sees the new columns.
            #expect(try integer("SELECT count(*) FROM job_history WHERE step = 'a' AND cached = 0", reader) == 2)
            #expect(try store.column("SELECT kind FROM jobs WHERE kind <> 'script'") == [])
            for allowed in [
                "UPDATE dependencies SET condition = 'passed' WHERE job_id = 11", "UPDATE jobs SET kind = 'approval'",
            ] {
                try store.write { try $0.connection.script(allowed) }
            }
            for refused in [
                "UPDATE dependencies SET condition = 'never'", "UPDATE jobs SET state = 'odd'",
                "UPDATE jobs SET kind = ''", "UPDATE jobs SET unmet = 1 WHERE id = 5",
            ] {
                #expect(throws: SQLiteError.self, "\(refused)") {
                    try store.write { try $0.connection.script(refused) }
                }
            }
        }
    }

    @Test func `goes on where it was`() throws {
        try withFirstVersion { path, _, _ in
            let time = TestTime()
            let store = try openJobStore(path, time)
            defer { store.close() }
            for runner in [RunnerID(1), RunnerID(2)] {
                _ = try store.write { try $0.fence(runner) }
                _ = try store.write { try $0.requeueJobs(of: runner) }
            }
            _ = try store.write { try $0.rerun(RunID(2), .failed) }
            try store.checkInvariants()
            let runner = try store.runner()
            for _ in 0..<9 {
                for claim in try store.claim(99, for: runner) { try store.finish(claim) }
            }
            try store.checkInvariants()
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["succeeded", "succeeded", "succeeded"])
            #expect(
                try store.lines("SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state") == [
                    "skipped|1", "succeeded|11",
                ])
            #expect(try store.column("SELECT used FROM limits WHERE name = 'p'") == ["0"])
            #expect(
                try store.column("SELECT state FROM attempts WHERE job_id = 9 ORDER BY attempt") == [
                    "lost", "succeeded",
                ])
        }
    }

    @Test func `is left as it is when the upgrade fails in the middle`() throws {
        try withFirstVersion { path, before, columns in
            let options = Database.Options(
                path: path, durability: .normal, identity: .current(kind: "test", mayBeKilled: false),
                createIfMissing: false, applicationID: JobStore.applicationID)
            let database = try Database(options)
            let texts = EmbeddedMigration.all.prefix(2).map { migration in
                let end = migration.version == 2 ? "INSERT INTO nowhere VALUES (1);" : ""
                return Migration(version: migration.version, name: migration.name, sql: migration.sql + end)
            }
            // The first is applied already, with the text that it has here.
            #expect(throws: SQLiteError.self) { try Migrator(texts).migrate(database) }
            #expect(try dump(database.connection, columns) == before)
            #expect(try self.columns(database.connection) == columns)
            #expect(try integer("PRAGMA user_version", database.connection) == 1)
            database.close()
            let store = try openJobStore(path, TestTime())
            defer { store.close() }
            try store.checkInvariants()
        }
    }
}
