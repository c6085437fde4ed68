import Testing

@testable import Schedules

@Suite struct `Fire times` {
    /// The table was computed by `fire-times.py`, minute by minute and with Python's zones.
    @Test func `are those of an independent computation`() throws {
        var compared = 0
        for line in Fixture.lines("fire-times.tsv") where !line.hasPrefix("#") {
            let fields = line.split(separator: "\t").map(String.init)
            let times = try FireTimes(fields[0], fields[1])
            var moment = try #require(Int(fields[2])) * 1_000
            for expected in fields[3].split(separator: " ") {
                moment = try #require(times.next(after: moment), "\(line)")
                #expect(moment / 1_000 == Int(expected), "\(line)")
                compared += 1
            }
        }
        #expect(compared > 2_000)
    }

    @Test func `that do not exist come once, at the end of the gap`() throws {
        #expect(
            try FireTimes("15,45 2 * * *", "Europe/Berlin").next(4, after: "2026-03-28 12:00") == [
                "2026-03-29 03:00 +02:00", "2026-03-30 02:15 +02:00", "2026-03-30 02:45 +02:00",
                "2026-03-31 02:15 +02:00",
            ])
        // A day that a whole country left out.
        #expect(
            try FireTimes("0 12 * * *", "Pacific/Apia").next(3, after: "2011-12-29 10:00") == [
                "2011-12-29 12:00 -10:00", "2011-12-31 00:00 +14:00", "2011-12-31 12:00 +14:00",
            ])
    }

    @Test func `that come twice on the clock are taken the first time`() throws {
        #expect(
            try FireTimes("30 2 * * *", "Europe/Berlin").next(2, after: "2026-10-24 12:00") == [
                "2026-10-25 02:30 +02:00", "2026-10-26 02:30 +01:00",
            ])
        #expect(
            try FireTimes("45 1 * * *", "Australia/Lord_Howe").next(2, after: "2026-04-04 12:00") == [
                "2026-04-05 01:45 +11:00", "2026-04-06 01:45 +10:30",
            ])
    }

    @Test func `within the day keep their distance when the clock changes`() throws {
        #expect(
            try FireTimes("*/30 * * * *", "Europe/Berlin").next(5, after: "2026-10-25 01:50") == [
                "2026-10-25 02:00 +02:00", "2026-10-25 02:30 +02:00", "2026-10-25 02:00 +01:00",
                "2026-10-25 02:30 +01:00", "2026-10-25 03:00 +01:00",
            ])
        #expect(
            try FireTimes("20 * * * *", "America/New_York").next(2, after: "2026-03-08 00:30") == [
                "2026-03-08 01:20 -05:00", "2026-03-08 03:20 -04:00",
            ])
    }

    @Test func `of an hour that the clock always leaves out are none, found out in bounded time`() throws {
        // The second Sunday of March.
        #expect(try FireTimes("* 2 8-14 3 */7", "America/New_York").next(1, after: "2026-01-01 00:00") == [])
    }

    @Test func `are strictly later than what they follow`() throws {
        let times = try FireTimes("0 0 1 1 *")
        let newYear = 1_767_225_600_000
        #expect(times.next(after: newYear - 1) == newYear)
        #expect(times.next(after: newYear) == newYear + 365 * 86_400_000)
        #expect(times.next(after: .max) == nil)
        #expect(times.next(after: .min) == nil)
    }
}
