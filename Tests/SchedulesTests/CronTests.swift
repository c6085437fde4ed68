import Testing

@testable import Schedules

@Suite struct `A cron` {
    @Test(arguments: [
        ("", 1, "the minute is missing"),
        ("* * * *", 8, "the day of the week is missing"),
        ("* * * * * *", 11, "there is more after the five fields"),
        ("60 * * * *", 1, "the minute must be 0 to 59"),
        ("0 24 * * *", 3, "the hour must be 0 to 23"),
        ("0 0 0 * *", 5, "the day of the month must be 1 to 31"),
        ("0 0 * 13 *", 7, "the month must be 1 to 12 or JAN to DEC"),
        ("0 0 * * 8", 9, "the day of the week must be 0 to 7 or SUN to SAT"),
        ("0 0 * * mom", 9, "'mom' is no day of the week"),
        ("0 0 * jam *", 7, "'jam' is no month"),
        ("0 9-5 * * *", 3, "the range runs backwards"),
        ("*/0 * * * *", 3, "a step of the minute lies between 1 and 60"),
        ("*/90 * * * *", 3, "a step of the minute lies between 1 and 60"),
        ("5/15 * * * *", 2, "a step needs a range or '*' before it: 5-59/"),
        ("1,,2 * * * *", 3, "the minute must be '*' or 0 to 59"),
        ("0 0 L * *", 5, "'L' is no day of the month"),
        ("0 0 ? * *", 5, "the day of the month must be '*' or 1 to 31"),
        ("0 0 1x * *", 6, "'x' has no place in the day of the month"),
        ("0 0 ½ * *", 5, "this character has no meaning"),
        ("99999999999999999999 * * * *", 1, "the minute must be 0 to 59"),
        ("0 0 31 2 *", 5, "it never fires"),
        ("0 0 31 4,6,9,11 *", 5, "it never fires"),
        ("@reboot", 1, "there is no '@reboot'"),
    ])
    func `that cannot be is refused with the column of the fault`(text: String, column: Int, reason: String) throws {
        let error = #expect(throws: CronError.self) { try CronExpression(text) }
        #expect(error?.column == column)
        #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func `of great length is refused without being read`() throws {
        let text = String(repeating: "0,", count: 5_000_000) + "0 * * * *"
        let error = #expect(throws: CronError.self) { try CronExpression(text) }
        #expect(error?.reason == "it has 10000009 bytes, and 1024 are the most")
        #expect((error?.description.utf8.count ?? 0) < 300)
    }

    @Test(arguments: [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * sun"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 jan *"), ("@annually", "0 0 1 1 *"), (" @Daily ", "0 0 * * *"),
        ("0 0 * * fri-sun", "0 0 * * 0,5,6"), ("0 0 * * 7", "0 0 * * 0"), ("\t0  0 1-31/30 * * ", "0 0 1,31 * *"),
    ])
    func `has other ways to write the same`(one: String, other: String) throws {
        let times = try FireTimes(one), others = try FireTimes(other)
        #expect(try times.next(12, after: "2026-01-01 00:00") == others.next(12, after: "2026-01-01 00:00"))
    }

    @Test func `fires when either day fits, and only when both do if one begins with a star`() throws {
        #expect(
            try FireTimes("0 0 13 * fri").next(4, after: "2026-02-01 00:00") == [
                "2026-02-06 00:00 +00:00", "2026-02-13 00:00 +00:00", "2026-02-20 00:00 +00:00",
                "2026-02-27 00:00 +00:00",
            ])
        #expect(
            try FireTimes("0 0 13 * */5").next(3, after: "2026-02-01 00:00") == [
                "2026-02-13 00:00 +00:00", "2026-03-13 00:00 +00:00", "2026-09-13 00:00 +00:00",
            ])
    }

    @Test func `that fires on leap days only is found over the century that has none`() throws {
        #expect(
            try FireTimes("0 0 29 2 *").next(2, after: "2096-02-29 00:00") == [
                "2104-02-29 00:00 +00:00", "2108-02-29 00:00 +00:00",
            ])
    }
}
