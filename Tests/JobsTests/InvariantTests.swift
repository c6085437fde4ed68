import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Invariants` {
    private struct Undo: Error {}

    /// What breaks each rule, and only what a fault of ours or a stranger's hand could do.
    ///
    /// Jobs: 1 succeeded with a result, 2 runs, 3 waits for 2, 4 failed, 5 waits out its backoff after a failure and a
    /// crash, 6 runs in pool p, 7 and 8 are ready there, 9 is the step of a run, 10 succeeded after 1.
    private static let violations: [(name: String, sql: String)] = [
        ("lease", "UPDATE jobs SET runner_id = NULL WHERE id = 2"),
        ("lease", "UPDATE jobs SET runner_id = 2 WHERE id = 7"),
        ("holder", "UPDATE runners SET state = 'stopped' WHERE id = 2"),
        ("holder", "UPDATE jobs SET runner_id = 99 WHERE id = 2"),
        ("fence", "UPDATE jobs SET state = 'reclaiming' WHERE id = 2"),
        ("attempts-dense", "DELETE FROM attempts WHERE job_id = 5 AND attempt = 1"),
        ("attempts-dense", "UPDATE attempts SET attempt = 3 WHERE job_id = 5 AND attempt = 2"),
        ("tokens-grow", "UPDATE attempts SET lease_token = 0 WHERE job_id = 5 AND attempt = 2"),
        ("tokens-grow", "UPDATE jobs SET lease_token = 0 WHERE id = 1"),
        ("attempt-limit", "UPDATE jobs SET failures = 9 WHERE id = 5"),
        ("failures-counted", "UPDATE jobs SET failures = 2 WHERE id = 5"),
        ("failures-counted", "UPDATE jobs SET crashes = 2 WHERE id = 5"),
        ("success", "UPDATE attempts SET state = 'failed' WHERE job_id = 1"),
        ("success", "UPDATE jobs SET state = 'failed' WHERE id = 1"),
        ("one-success", "UPDATE attempts SET state = 'succeeded' WHERE job_id = 5"),
        ("result", "INSERT INTO results(job_id, value) VALUES (4, '1')"),
        ("result", "UPDATE results SET value = 'not JSON' WHERE job_id = 1"),
        ("failed", "UPDATE jobs SET max_attempts = 9, error = NULL WHERE id = 4"),
        ("end-time", "UPDATE jobs SET finished_at = NULL WHERE id = 1"),
        ("end-time", "UPDATE jobs SET finished_at = 1 WHERE id = 7"),
        ("attempt-times", "UPDATE attempts SET finished_at = started_at - 1 WHERE job_id = 1"),
        ("attempt-order", "UPDATE attempts SET seq = 1 WHERE job_id = 5 AND attempt = 2"),
        ("unmet", "UPDATE jobs SET unmet = 2 WHERE id = 3"),
        ("unmet", "INSERT INTO dependencies(job_id, depends_on) VALUES (7, 2)"),
        ("blocked", "UPDATE jobs SET unmet = 0 WHERE id = 3"),
        ("blocked", "UPDATE jobs SET unmet = 1 WHERE id = 7"),
        ("claimed-early", "UPDATE attempts SET lease_token = 0 WHERE job_id = 10"),
        ("conditions", "UPDATE dependencies SET condition = 'failed' WHERE job_id = 10"),
        ("conditions", "INSERT INTO dependencies(job_id, depends_on) VALUES (7, 4)"),
        ("run-counts", "UPDATE runs SET unfinished = 0"),
        ("run-counts", "UPDATE runs SET state = 'succeeded', finished_at = 1"),
        ("usage", "UPDATE limits SET used = 0 WHERE name = 'p'"),
        ("usage", "UPDATE lane_limits SET amount = 2"),
        ("units", "INSERT INTO limit_units(limit_id, unit, job_id) SELECT id, 0, 6 FROM limits WHERE name = 'p'"),
        ("units", "INSERT INTO limit_units(limit_id, unit, job_id) VALUES (99, 0, 1)"),
        ("units", "UPDATE jobs SET pool_indexes = '{\"p\":[0]}' WHERE id = 6"),
        ("heads", "UPDATE lanes SET head_id = NULL WHERE head_id = 7"),
        ("heads", "UPDATE jobs SET priority = 99 WHERE id = 8"),
        ("sleepers", "UPDATE limits SET capacity = 5 WHERE name = 'p'"),
        ("keys", "DROP INDEX jobs_key; UPDATE jobs SET key = 'k', key_scope = 'forever' WHERE id IN (1, 2)"),
        ("parts", "UPDATE jobs SET parent_id = 1 WHERE id = 3"),
        ("awaited-run", "UPDATE jobs SET awaits = 'run' WHERE state = 'blocked'"),
        ("awaited-run", "UPDATE runs SET parent_job_id = 3"),
        ("families", "UPDATE jobs SET parent_id = 2 WHERE id = 9"),
        ("families", "UPDATE jobs SET parent_id = 99 WHERE id = 9"),
        ("roots", "UPDATE jobs SET lane_id = (SELECT lane_id FROM jobs WHERE id = 7) WHERE id = 9"),
        ("roots", "DELETE FROM lanes WHERE run_id IS NOT NULL"),
        ("checkpoint", "UPDATE jobs SET checkpoint = '1' WHERE id = 1"),
        ("checkpoint", "UPDATE jobs SET checkpoint = '{' WHERE id = 2"),
        ("memory", "INSERT INTO memory VALUES (99, 'a', '1', 1, 1)"),
        ("memory", "INSERT INTO memory VALUES (0, 'a', 'no', 1, 1)"),
        ("sequence", "INSERT INTO memory VALUES (0, 'a', '1', 1000000, 1)"),
        ("settled", "UPDATE runs SET settled_at = 1"),
        ("settled", "UPDATE jobs SET handler = 1 WHERE id = 9"),
        ("settled", "UPDATE runs SET phase = 'handlers'"),
        ("gates", "INSERT INTO gates VALUES (1, 9, 0, 'm', 'M', '1', NULL, 'missing')"),
        ("sequence", "UPDATE sequence SET value = 1"),
        ("executions", "\(execution) VALUES ('e', 1, 'w', 1, 'RUNNING', 0, 0, '{}', '{}', 0, 1, 1, 2)"),
        ("executions", "\(execution) VALUES ('e', 1, 'w', 1, 'COMPLETED', 0, 0, '{}', '{}', 0, 1, 1, NULL)"),
        ("remote-leases", "UPDATE jobs SET runner_id = 0 WHERE id = 2"),
        (
            "remote-leases",
            """
            \(execution) VALUES ('e', 1, 'w', 1, 'RUNNING', 0, 0, '{}', '{}', 0, 1, 1, NULL);
            INSERT INTO execution_tasks(id, execution, position, reference, type, name, status, input, scheduled_at,
                                        updated_at, ended_at, lease_until)
            VALUES ('t', (SELECT number FROM executions), 1, 'r', 'SIMPLE', 'n', 'COMPLETED', '{}', 1, 1, 2, 3)
            """
        ),
    ]

    private static let execution = """
        INSERT INTO executions(id, run_id, workflow, version, status, is_parallel, is_flat, definition, input, priority,
                               created_at, updated_at, ended_at)
        """

    @Test func `each notices what breaks it`() throws {
        try withJobStore { store, _ in
            try fill(store)
            try store.checkInvariants()
            try store.database.connection.script("PRAGMA ignore_check_constraints = ON")
            for (name, sql) in Self.violations {
                let invariant = try #require(Invariant.all.first { $0.name == name })
                do {
                    try store.write { transaction in
                        try transaction.connection.script(sql)
                        let places = try invariant.violations(in: transaction.connection)
                        #expect(!places.isEmpty, "\(name): \(sql)")
                        throw Undo()
                    }
                } catch is Undo {}
            }
            #expect(Set(Self.violations.map(\.name)) == Set(Invariant.all.map(\.name)))
        }
    }

    private func fill(_ store: JobStore) throws {
        let (dead, runner) = (try store.runner(), try store.runner())
        func enqueue(_ change: (inout JobSpec) -> Void) throws -> JobID { try store.enqueue("true", change: change) }
        func claim(by runner: RunnerID) throws -> Claim { try #require(try store.claim(for: runner).first) }
        let first = try enqueue { _ in }
        try store.finish(try claim(by: runner)) { $0.result = "{}" }
        let running = try enqueue { _ in }
        _ = try claim(by: runner)
        _ = try enqueue { $0.dependencies = [.init(.stored(running))] }
        _ = try enqueue { ($0.retries, $0.queue) = (0, "four") }
        try store.finish(try claim(by: runner), .failed)
        _ = try enqueue { $0.queue = "five" }
        _ = try claim(by: dead)
        _ = try store.write { try $0.fence(dead) }
        _ = try store.write { try $0.requeueJobs(of: dead) }
        try store.finish(try claim(by: runner), .failed)
        try store.write { try $0.setPool("p", capacity: 1) }
        for _ in 0..<3 { _ = try enqueue { $0.pools = ["p": 1] } }
        _ = try claim(by: runner)
        _ = try store.claim(for: runner)
        let step = JobSpec.step("s") { $0.runAt = store.timekeeper.now().advanced(by: 60_000) }
        _ = try store.write { try $0.start(RunSpec(workflow: "w", directory: "/", jobs: [step])) }
        _ = try enqueue { $0.dependencies = [.init(.stored(first))] }
        try store.finish(try claim(by: runner))
    }
}
