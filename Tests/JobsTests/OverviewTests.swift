import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `An overview` {
    @Test func `counts what is in each queue`() throws {
        try withJobStore { store, time in
            try store.write { try $0.setPool("gpu", capacity: 1) }
            let first = try store.enqueue()
            for _ in 0..<3 { try store.enqueue { $0.queue = "mail" } }
            for _ in 0..<4 { try store.enqueue { $0.pools = ["gpu": 1] } }
            try store.enqueue {
                $0.queue = "mail"
                $0.runAt = time.now.advanced(by: 60_000)
            }
            try store.enqueue { $0.dependencies = [.init(.stored(first), .succeeded)] }
            // By another program, so that no runner has given it a lane yet.
            try store.asStranger("INSERT INTO enqueue(command, queue) VALUES ('true', 'mail')")
            try store.write { try $0.setPaused(true, queue: "mail") }
            let runner = try store.runner()
            _ = try store.claim(2, for: runner)
            let found = try store.look { try $0.queueOverviews() }.map { queue in
                "\(queue.name) \(queue.isPaused) \(queue.ready.value) \(queue.scheduled.value) \(queue.blocked.value) \(queue.running)"
            }
            let told = try store.lines(
                """
                SELECT s.queue || ' ' || CASE WHEN q.paused_at IS NULL THEN 'false' ELSE 'true' END || ' ' || s.ready
                       || ' ' || s.scheduled || ' ' || s.blocked || ' ' || s.running
                FROM queue_stats s JOIN queues q ON q.name = s.queue ORDER BY s.queue
                """)
            #expect(found == told)
            #expect(found == ["default false 3 0 1 2", "mail true 4 1 0 0"])
        }
    }

    @Test func `says since when the oldest job waits, whatever its place in the order`() throws {
        try withJobStore { store, time in
            try store.enqueue { $0.priority = 0 }
            time.advance(by: 5_000)
            try store.enqueue { $0.priority = 9 }
            let queue = try #require(try store.look { try $0.queueOverviews() }.first)
            #expect(queue.oldestReadyAt == TestTime.start)
            #expect(queue.isOldestExact)
        }
    }

    @Test func `stops counting at a bound, and says so`() throws {
        try withFilledStore(scheduled: JobTransaction.costlyCountBound + 50, finished: 0) { store in
            let queue = try #require(try store.look { try $0.queueOverviews() }.first)
            #expect(queue.scheduled == BoundedCount(JobTransaction.costlyCountBound, isExact: false))
        }
    }

    @Test func `of a long history is that of none`() throws {
        try withFilledStore(scheduled: 3, finished: 100_000) { store in
            try store.enqueue()
            let queue = try #require(try store.look { try $0.queueOverviews() }.first)
            #expect(queue.scheduled.value == 3)
            #expect(queue.ready.value == 1)
            #expect(try store.look { try $0.recentFailures(limit: 10) }.isEmpty)
        }
    }

    /// Rows made by SQL alone: what their states were before does not matter here.
    private func withFilledStore(scheduled: Int, finished: Int, _ body: (JobStore) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let store = try openJobStore("\(folder)/weir.db", TestTime())
            defer { store.close() }
            try fill(store, scheduled: scheduled, finished: finished)
            try body(store)
        }
    }

    private func fill(_ store: JobStore, scheduled: Int, finished: Int) throws {
        try store.write { transaction in
            _ = try transaction.connection.dynamic(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(scheduled + finished))
                INSERT INTO jobs(seq, state, queue_id, priority, max_attempts, created_at, run_at, started_at,
                                 finished_at, command)
                SELECT 1, CASE WHEN i <= \(scheduled) THEN 'scheduled' ELSE 'succeeded' END, 1, 5, 1, 1,
                       CASE WHEN i <= \(scheduled) THEN 9000000000000 END,
                       CASE WHEN i > \(scheduled) THEN 1 END, CASE WHEN i > \(scheduled) THEN 2 END, 'true'
                FROM n
                """)
        }
    }

    @Test func `lists running jobs with what they say of themselves`() throws {
        try withJobStore { store, time in
            try store.enqueue("convert") { $0.arguments = ["a.mov", "b.mp4"] }
            try store.enqueue { $0.name = "named" }
            let runner = try store.runner()
            _ = try store.claim(2, for: runner)
            time.advance(by: 1_000)
            let jobs = try store.look { try $0.runningJobs(limit: 10) }
            #expect(jobs.map(\.label) == ["convert a.mov b.mp4", "named"])
            #expect(jobs.map(\.runner) == [runner, runner])
            #expect(try store.look { try $0.runningJobs(limit: 1) }.count == 1)
        }
    }

    @Test func `lists failures until they are retried`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            var failed: [JobID] = []
            for name in ["one", "two"] {
                failed.append(
                    try store.enqueue {
                        $0.name = name
                        $0.retries = 0
                    })
                let claim = try #require(try store.claim(for: runner).first)
                try store.finish(claim, .failed) { $0.error = "broke" }
            }
            #expect(try store.look { try $0.recentFailures(limit: 10) }.map(\.label) == ["two", "one"])
            try store.write { _ = try $0.retry(failed[1]) }
            #expect(try store.look { try $0.recentFailures(limit: 10) }.map(\.id) == [failed[0]])
            let claim = try #require(try store.claim(for: runner).first)
            try store.finish(claim, .failed) { $0.isFinal = true }
            #expect(try store.look { try $0.recentFailures(limit: 10) }.map(\.id) == [failed[1], failed[0]])
        }
    }
}
