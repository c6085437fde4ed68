import Glibc
import Logging
import SQLite
import TestSupport
import Testing

@testable import Engine
@testable import Jobs

@Suite struct `The scheduler` {
    private let minute = 60_000
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func scheduler(_ store: JobStore) -> Scheduler { Scheduler(store: store, log: log) }

    private func add(
        _ cron: String, to store: JobStore, change: (inout Schedule) -> Void = { _ in }
    ) throws {
        var schedule = Schedule(name: "s", cron: cron, work: .job(JobSpec("tick")))
        change(&schedule)
        try scheduler(store).add(schedule)
    }

    private func history(_ store: JobStore) throws -> [String] {
        try store.lines("SELECT substr(fire_at, 6, 11), state, times FROM schedule_history ORDER BY fire_at")
    }

    @Test func `fires at the time and not before`() throws {
        try withJobStore { store, time in
            try add("*/10 * * * *", to: store)
            time.advance(by: 10 * minute - 1)
            try scheduler(store).fireDue()
            #expect(try history(store) == [])
            #expect(try scheduler(store).nextFire() == TestTime.start.advanced(by: 10 * minute))
            time.advance(by: 1)
            try scheduler(store).fireDue()
            try scheduler(store).fireDue()
            #expect(try history(store) == ["01-01T00:10|fired|1"])
        }
    }

    @Test func `makes up for each time within the window, and records older ones as one row`() throws {
        try withJobStore { store, time in
            try add("0 * * * *", to: store) {
                $0.catchUp = 2 * 3_600_000
                $0.overlap = .all
            }
            time.advance(by: 5 * 3_600_000 + minute)
            try scheduler(store).fireDue()
            #expect(
                try history(store) == [
                    "01-01T01:00|missed|3", "01-01T04:00|fired|1", "01-01T05:00|fired|1",
                ])
            #expect(try scheduler(store).nextFire() == TestTime.start.advanced(by: 6 * 3_600_000))
        }
    }

    @Test func `makes up for one time only where the latest counts, or where one runs already`() throws {
        try withJobStore { store, time in
            try add("0 * * * *", to: store) {
                $0.catchUp = 86_400_000
                $0.overlap = .latest
            }
            try add("30 * * * *", to: store) {
                $0.name = "skipping"
                $0.catchUp = 86_400_000
            }
            time.advance(by: 3 * 3_600_000 + minute)
            try scheduler(store).fireDue()
            #expect(
                try history(store) == [
                    "01-01T00:30|fired|1", "01-01T01:00|skipped|1", "01-01T01:30|skipped|1", "01-01T02:00|skipped|1",
                    "01-01T02:30|skipped|1", "01-01T03:00|fired|1",
                ])
        }
    }

    @Test func `is a little late without missing anything, even without a window`() throws {
        try withJobStore { store, time in
            try add("*/10 * * * *", to: store) { $0.catchUp = 0 }
            time.advance(by: 11 * minute)
            try scheduler(store).fireDue()
            time.advance(by: 10 * minute + 1)
            try scheduler(store).fireDue()
            #expect(try history(store) == ["01-01T00:10|fired|1", "01-01T00:20|missed|1"])
        }
    }

    @Test func `gets over an outage of years in bounded time`() throws {
        try withJobStore { store, time in
            try add("* * * * *", to: store)
            time.advance(by: 20 * 365 * 86_400_000)
            try scheduler(store).fireDue()
            let counted = try store.column("SELECT times FROM schedule_history WHERE state = 'missed'")
            #expect(counted == ["\(Scheduler.countLimit)"])
            #expect(try store.column("SELECT count(*) FROM schedule_history WHERE state = 'fired'") == ["1"])
        }
    }

    @Test func `records a workflow that cannot be read, and starts it once it is mended`() throws {
        try withJobStore { store, time in
            let folder = String(store.path.dropLast("/weir.db".count))
            let file = "\(folder)/w.yaml"
            let work = Schedule.Work.workflow(
                .init(file: file, directory: folder, inputs: #"{"month": "May"}"#, searchPath: "/bin"))
            try add("0 * * * *", to: store) { $0.work = work }
            time.advance(by: 3_600_000)
            try scheduler(store).fireDue()
            try write("steps: [{id: a, type: script, config: {comand: [x]}}]", to: file)
            time.advance(by: 3_600_000)
            try scheduler(store).fireDue()
            try write("inputs: {month: x}\nsteps: [{id: a, type: script, config: {command: echo}}]", to: file)
            time.advance(by: 3_600_000)
            try scheduler(store).fireDue()
            let reasons = try store.lines(
                "SELECT state, replace(reason, ?1, '') FROM schedule_history ORDER BY fire_at", .text(folder))
            #expect(reasons.count == 3)
            #expect(reasons.first == "failed|/w.yaml: there is no such file")
            #expect(reasons.dropFirst().first?.hasPrefix("failed|/w.yaml:1:") == true, "\(reasons)")
            #expect(reasons.last == "fired|")
            #expect(
                try store.lines("SELECT workflow, directory = ?1, search_path, state FROM runs", .text(folder)) == [
                    "w|1|/bin|pending"
                ])
        }
    }

    @Test func `records what the store refuses, and undoes nothing else`() throws {
        try withJobStore { store, time in
            try store.write { try $0.setPool("gpu", capacity: 1) }
            try add("0 * * * *", to: store) { $0.work = .job(JobSpec("big") { $0.pools = ["gpu": 2] }) }
            try add("0 * * * *", to: store) { $0.name = "fine" }
            time.advance(by: 3_600_000)
            try scheduler(store).fireDue()
            #expect(
                try store.lines("SELECT schedule, state, coalesce(reason, '') FROM schedule_history ORDER BY 1") == [
                    "fine|fired|", "s|failed|2 of pool 'gpu' were asked for, and it has 1",
                ])
        }
    }

    @Test func `pauses a schedule whose zone is gone`() throws {
        try withJobStore { store, time in
            try add("0 * * * *", to: store)
            try store.write { try $0.connection.script("UPDATE schedules SET zone = 'No/Where'") }
            time.advance(by: 3_600_000)
            try scheduler(store).fireDue()
            #expect(try history(store) == ["01-01T01:00|failed|1"])
            #expect(try store.look { try $0.schedule(named: "s").isPaused })
            #expect(throws: (any Error).self) { try scheduler(store).resume("s") }
        }
    }

    @Test func `resumes with the next time from now`() throws {
        try withJobStore { store, time in
            try add("0 * * * *", to: store)
            _ = try store.write { try $0.pauseSchedule("s") }
            time.advance(by: 10 * 3_600_000 + 1)
            try scheduler(store).fireDue()
            #expect(try scheduler(store).resume("s"))
            #expect(try history(store) == [])
            #expect(try scheduler(store).nextFire() == TestTime.start.advanced(by: 11 * 3_600_000))
        }
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        fputs(text, file)
    }
}
