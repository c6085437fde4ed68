import Jobs
import Testing

@testable import Engine

@Suite struct `A runner's meter` {
    /// The beginning of a minute.
    private let start = Timestamp(1_767_225_600_000)

    private func wall(_ milliseconds: Int) -> Timestamp { start.advanced(by: milliseconds) }

    @Test func `writes nothing while nothing happens`() {
        var meter = RunnerMeter(slots: 4, wall: start, now: 0)
        for minute in 1...5 { meter.pass(to: wall(minute * 60_000), now: minute * 60_000, running: 0) }
        #expect(meter.nextWrite == nil)
        #expect(meter.due(at: 400_000, isLast: true) == [])
    }

    @Test func `writes once a second at most, and what came last once more`() throws {
        var meter = RunnerMeter(slots: 4, wall: start, now: 0)
        meter.ended(.succeeded, job: .succeeded, duration: 5, isScript: true)
        let first = meter.due(at: 0)
        #expect(first.map(\.succeeded) == [1])
        meter.wrote(first, at: 0)
        #expect(meter.nextWrite == nil)
        meter.ended(.succeeded, job: .succeeded, duration: 5, isScript: true)
        #expect(meter.due(at: 999) == [])
        #expect(meter.nextWrite == 1_000)
        let second = meter.due(at: 1_000)
        #expect(second.map(\.succeeded) == [2])
        meter.wrote(second, at: 1_000)
        #expect(meter.nextWrite == nil)
    }

    @Test func `gives each minute its part of the slots' time`() {
        var meter = RunnerMeter(slots: 2, wall: wall(50_000), now: 1_000)
        meter.pass(to: wall(75_000), now: 26_000, running: 1)
        let minutes = meter.due(at: 26_000)
        #expect(minutes.map(\.busy) == [10_000, 15_000])
        #expect(minutes.map(\.slotTime) == [20_000, 30_000])
        #expect(minutes.map(\.minute) == [start.minute, start.minute + 1])
        #expect(meter.beginMinute(minutes))
        meter.wrote(minutes, at: 26_000)
        #expect(!meter.beginMinute(minutes))
    }

    @Test func `takes claims made ahead for no more than its slots`() {
        var meter = RunnerMeter(slots: 2, wall: start, now: 0)
        meter.pass(to: wall(1_000), now: 1_000, running: 50)
        #expect(meter.due(at: 1_000).map(\.busy) == [2_000])
    }

    @Test func `tells jobs that failed from attempts that are followed by another`() throws {
        var meter = RunnerMeter(slots: 1, wall: start, now: 0)
        meter.ended(.failed, job: .scheduled, duration: 10, isScript: true)
        meter.ended(.timedOut, job: .failed, duration: 2_000, isScript: true)
        meter.ended(.failed, job: .cancelled, duration: 1, isScript: true)
        meter.ended(.interrupted, job: .ready, duration: 1, isScript: true)
        meter.ended(.succeeded, job: .succeeded, duration: 30, isScript: false)
        let minute = try #require(meter.due(at: 0).first)
        #expect([minute.succeeded, minute.failed, minute.retried, minute.stopped] == [1, 1, 1, 2])
        #expect(minute.run == 2_040)
        #expect(minute.durations.total == 3)
        #expect(minute.shortScripts == 1)
    }

    @Test func `keeps what could not be stored, up to a bound`() {
        var meter = RunnerMeter(slots: 1, wall: start, now: 0)
        for minute in 1...200 { meter.pass(to: wall(minute * 60_000), now: minute * 60_000, running: 1) }
        let due = meter.due(at: 12_000_000)
        #expect(due.count <= 61)
        #expect(due.last?.minute == start.minute + 200)
    }
}
