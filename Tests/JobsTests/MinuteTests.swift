import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `Minutes of runners` {
    private func minute(_ number: Int, succeeded: Int, durations: [Int] = []) -> RunnerMinute {
        var minute = RunnerMinute(number)
        minute.succeeded = succeeded
        minute.slots = 2
        for duration in durations {
            minute.run += duration
            minute.durations.add(duration)
        }
        return minute
    }

    @Test func `replace what was written of them before`() throws {
        try withJobStore { store, time in
            let runner = try store.runner(slots: 2)
            let now = time.now.minute
            try store.write { try $0.store(minute(now, succeeded: 1), of: runner) }
            try store.write { try $0.store(minute(now, succeeded: 7), of: runner) }
            #expect(try store.lines("SELECT succeeded FROM runner_minutes") == ["7"])
        }
    }

    @Test func `are shown with averages, the 95th percentile and the share of busy slots`() throws {
        try withJobStore { store, time in
            let runner = try store.runner(slots: 2)
            time.advance(by: 60_000)
            var worked = minute(
                time.now.minute, succeeded: 100,
                durations: Array(repeating: 10, count: 94) + Array(repeating: 3_000, count: 6))
            (worked.waits, worked.wait) = (100, 5_000)
            (worked.busy, worked.slotTime) = (30_000, 80_000)
            (worked.queued, worked.samples) = (30, 4)
            worked.memory = 2_048
            time.advance(by: 40_000)
            try store.write { try $0.store(worked, of: runner) }
            // The rest of the minute went by in silence: its slots were free.
            let stats = try store.lines(
                """
                SELECT runner_id, minute, completed, failed, average_ms, p95_ms, average_wait_ms, throughput,
                       utilisation, queue_length, memory_kb
                FROM runner_stats
                """)
            #expect(stats == ["\(runner)|2026-01-01T00:01:00Z|100|0|189.4|3072|50.0|100.0|0.25|7.5|2048"])
        }
    }

    @Test func `sum up over runners`() throws {
        try withJobStore { store, time in
            let now = time.now.minute
            let runners = [try store.runner(), try store.runner()]
            for runner in runners {
                for back in 0..<3 {
                    try store.write {
                        try $0.store(minute(now - back, succeeded: 1 + back, durations: [7]), of: runner)
                    }
                }
            }
            let byMinute = try store.look { try $0.totalsByMinute(from: now - 1) }
            #expect(byMinute.mapValues(\.succeeded) == [now: 2, now - 1: 4])
            #expect(try store.look { try $0.totals(from: now - 2, before: now) }.succeeded == 10)
            let histogram = try store.look { try $0.runLengths(from: now, before: .max) }
            #expect(histogram.total == 2)
            #expect(histogram.quantile(0.95) == 7)
        }
    }

    @Test func `say how long jobs waited and ran, by length`() throws {
        try withJobStore { store, time in
            let now = time.now.minute
            for (runner, back) in [(try store.runner(), 0), (try store.runner(), 1), (try store.runner(), 2)] {
                var worked = minute(now - back, succeeded: 2, durations: [7, 5_000])
                for wait in [0, 7, 100] { worked.waitLengths.add(wait) }
                try store.write { [worked] in try $0.store(worked, of: runner) }
            }
            let waits = try store.look { try $0.waitLengths(from: now - 1, before: now + 1) }
            #expect(waits.counts == [0: 2, 7: 2, 104: 2])
            let runs = try store.look { try $0.runLengths(from: now - 2, before: now) }
            #expect(runs.counts == [7: 2, 5_120: 2])
        }
    }

    @Test func `give figures over all runners, oldest first`() throws {
        try withJobStore { store, time in
            let now = time.now.minute
            let runners = [try store.runner(), try store.runner()]
            for (runner, length) in zip(runners, [7, 1_000]) {
                try store.write {
                    try $0.store(minute(now - 1, succeeded: 1, durations: [length]), of: runner)
                    try $0.store(minute(now - 70, succeeded: 1, durations: [1]), of: runner)
                }
            }
            try store.write { try $0.store(minute(now, succeeded: 3, durations: [1, 1, 4]), of: runners[0]) }
            let figures = try store.look { try $0.figuresByMinute(from: now - 59) }
            #expect(figures.map(\.minute) == [now - 1, now])
            #expect(figures.map(\.succeeded) == [2, 3])
            #expect(figures.map(\.p95) == [1_024, 4])
        }
    }

    @Test func `are pruned after a week, little by little`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let now = time.now.minute
            let old = now - JobTransaction.minutesKept
            for number in [old - 500, old - 400, old - 1, old, now] {
                try store.write { try $0.store(minute(number, succeeded: 1), of: runner) }
            }
            try store.write { try $0.pruneMinutes() }
            #expect(try store.lines("SELECT count(*) FROM runner_minutes") == ["3"])
            try store.write { try $0.pruneMinutes() }
            #expect(try store.column("SELECT minute FROM runner_minutes") == ["\(old)", "\(now)"])
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 18, 100, 999, 1_000, 59_999, 3_600_000, 86_400_000])
    func `count durations in steps that are a tenth too long at most`(milliseconds: Int) {
        let step = DurationHistogram.step(for: milliseconds)
        #expect(step >= milliseconds)
        #expect(Double(step) <= Double(milliseconds) * 1.125 + 1)
    }
}
