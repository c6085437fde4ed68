import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `A schedule` {
    private typealias Fire = JobTransaction.Fire

    private static let minute = 60_000

    /// Stores a schedule that fires each minute from the start of the test's time.
    private func add(
        _ store: JobStore, name: String = "tick", overlap: Schedule.Overlap = .skip
    ) throws {
        var schedule = Schedule(name: name, cron: "* * * * *", work: .job(JobSpec("tick")))
        schedule.overlap = overlap
        try store.write { try $0.add(schedule, next: TestTime.start) }
    }

    private func fire(at minute: Int, _ store: JobStore, name: String = "tick") throws -> Fire {
        let stored = try store.look { try $0.schedule(named: name) }
        let at = TestTime.start.advanced(by: minute * Self.minute)
        return Fire(stored, at: at, next: at.advanced(by: Self.minute))
    }

    @discardableResult
    private func enqueue(_ fire: Fire, _ store: JobStore) throws -> FireOutcome {
        try store.write { try $0.fire(fire, .job(JobSpec("tick"))) }
    }

    @Test func `keeps all that its job needs`() throws {
        try withJobStore { store, _ in
            let spec = JobSpec("make") { spec in
                spec.arguments = ["all", "a \"b\""]
                spec.environment = ["A": "1"]
                spec.standardInput = [0, 255]
                spec.pools = ["cpu": 2]
                spec.queue = "builds"
                spec.priority = 9
                spec.retries = 0
                spec.timeout = 5_000
                spec.name = "build"
                spec.directory = "/src"
            }
            try store.write { try $0.add(Schedule(name: "b", cron: "@daily", work: .job(spec)), next: nil) }
            let stored = try store.look { try $0.schedule(named: "b") }
            guard case .job(let kept) = stored.schedule.work else { throw TestFailure("no job") }
            #expect("\(kept)" == "\(spec)")
            #expect(stored.nextAt == nil)
        }
    }

    @Test func `enqueues once for a time, whoever comes second`() throws {
        try withJobStore { store, _ in
            try add(store, overlap: .all)
            let fire = try fire(at: 0, store)
            #expect(try enqueue(fire, store) == .enqueued(JobID(1)))
            #expect(try enqueue(fire, store) == .lost)
            #expect(try store.write { try $0.decline(fire, because: "late", skips: true) } == false)
            #expect(try store.column("SELECT count(*) FROM jobs") == ["1"])
            #expect(
                try store.lines("SELECT fire_at, state, job_id, outcome FROM schedule_history") == [
                    "2026-01-01T00:00:00.000Z|fired|1|ready"
                ])
        }
    }

    @Test func `that came to a time before, by a clock that was set back, does not enqueue again`() throws {
        try withJobStore { store, _ in
            try add(store, overlap: .all)
            let first = try fire(at: 0, store)
            try enqueue(first, store)
            try store.write { try $0.connection.script("UPDATE schedules SET next_at = \(TestTime.start.rawValue)") }
            #expect(try enqueue(try fire(at: 0, store), store) == .lost)
            #expect(try store.column("SELECT count(*) FROM jobs") == ["1"])
            #expect(try store.look { try $0.nextFire() } == first.next)
        }
    }

    @Test func `leaves a time out while the job of an earlier one has not ended`() throws {
        try withJobStore { store, _ in
            try add(store)
            try enqueue(try fire(at: 0, store), store)
            let reason = "job 1 of an earlier time had not ended"
            #expect(try enqueue(try fire(at: 1, store), store) == .skipped(reason: reason))
            let runner = try store.runner()
            try store.finish(try #require(try store.claim(for: runner).first))
            #expect(try enqueue(try fire(at: 2, store), store) == .enqueued(JobID(2)))
            #expect(
                try store.column("SELECT state FROM schedule_history ORDER BY fire_at") == [
                    "fired", "skipped", "fired",
                ])
        }
    }

    @Test func `lets all of its jobs run where that is asked for`() throws {
        try withJobStore { store, _ in
            try add(store, overlap: .all)
            for minute in 0..<3 { try enqueue(try fire(at: minute, store), store) }
            #expect(try store.column("SELECT state FROM jobs") == ["ready", "ready", "ready"])
        }
    }

    @Test func `cancels the earlier job or run where only the latest counts`() throws {
        try withJobStore { store, _ in
            try add(store, overlap: .latest)
            try enqueue(try fire(at: 0, store), store)
            let run = RunSpec(workflow: "w", directory: "/", jobs: [.step("a"), .step("b", level: 2, after: [0])])
            let second = try fire(at: 1, store)
            #expect(try store.write { try $0.fire(second, .run(run)) } == .started(RunID(1)))
            try enqueue(try fire(at: 2, store), store)
            #expect(
                try store.column("SELECT state FROM jobs ORDER BY id") == [
                    "cancelled", "cancelled", "skipped", "ready",
                ])
            #expect(
                try store.column("SELECT outcome FROM schedule_history ORDER BY fire_at") == [
                    "cancelled", "cancelled", "ready",
                ])
        }
    }

    @Test func `that is paused or was removed meanwhile does not fire`() throws {
        try withJobStore { store, _ in
            try add(store)
            let due = try fire(at: 0, store)
            #expect(try store.write { try $0.pauseSchedule("tick") })
            #expect(try !store.write { try $0.pauseSchedule("tick") })
            #expect(try enqueue(due, store) == .lost)
            #expect(try store.look { try $0.nextFire() } == nil)
            #expect(try store.write { try $0.resumeSchedule("tick", next: TestTime.start) })
            try store.write { try $0.removeSchedule("tick") }
            #expect(try enqueue(due, store) == .lost)
            #expect(try store.column("SELECT count(*) FROM jobs") == ["0"])
            #expect(throws: JobStoreError.noSuchSchedule("tick", known: [])) {
                try store.write { try $0.removeSchedule("tick") }
            }
        }
    }

    @Test func `fires by hand although it is paused, and once more in the same millisecond`() throws {
        try withJobStore { store, _ in
            try add(store)
            _ = try store.write { try $0.pauseSchedule("tick") }
            let stored = try store.look { try $0.schedule(named: "tick") }
            for job in 1...2 {
                #expect(
                    try store.write { try $0.fireByHand(stored, .job(JobSpec("tick"))) } == .enqueued(JobID(job)))
            }
            #expect(try store.column("SELECT by_hand FROM schedule_history") == ["1", "1"])
        }
    }

    @Test func `takes the place of another only when it is told to, and keeps its history`() throws {
        try withJobStore { store, _ in
            try add(store)
            try enqueue(try fire(at: 0, store), store)
            #expect(throws: JobStoreError.scheduleExists("tick")) { try add(store) }
            let other = Schedule(
                name: "tick", cron: "@daily", work: .workflow(.init(file: "/w.yaml", directory: "/", inputs: "{}")))
            try store.write { try $0.add(other, next: nil, replaces: true) }
            #expect(
                try store.lines("SELECT name, kind, file, command, cron FROM schedules") == [
                    "tick|workflow|/w.yaml||@daily"
                ])
            #expect(try store.column("SELECT count(*) FROM schedule_history") == ["1"])
        }
    }
}
