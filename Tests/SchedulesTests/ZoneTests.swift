import Testing

@testable import Schedules

@Suite struct `A time zone` {
    @Test(arguments: [
        "", "/etc/passwd", "../../../etc/passwd", "Europe/../UTC", "Europe//Berlin", "./UTC", "Europe/Berlin\0", "a b",
        "Ärmel", "Europe/",
    ])
    func `has no name that could lead out of its folder`(name: String) {
        #expect(throws: ZoneError.badName(name)) { try TimeZone.named(name, in: Fixture.folder + "/zoneinfo") }
    }

    @Test func `that is not there is told from a host without zones`() {
        let folder = Fixture.folder + "/zoneinfo"
        #expect(throws: ZoneError.unknown("Europe/Berlyn")) { try TimeZone.named("Europe/Berlyn", in: folder) }
        #expect(throws: ZoneError.unknown("Europe")) { try TimeZone.named("Europe", in: folder) }
        let error = #expect(throws: ZoneError.self) { try TimeZone.named("Europe/Berlin", in: "/no/such/folder") }
        #expect(error?.description.contains("apt-get install tzdata") == true)
    }

    @Test func `named UTC needs no file`() throws {
        #expect(try TimeZone.named("UTC", in: "/no/such/folder").offset(at: 0) == 0)
    }

    @Test func `goes on by the rule at its file's end`() throws {
        let berlin = try Fixture.zone("Europe/Berlin")
        // 2500-01-01 and 2500-07-01.
        #expect(berlin.offset(at: 16_725_225_600) == 3_600)
        #expect(berlin.offset(at: 16_740_864_000) == 7_200)
        // Summer is the standard time there, and winter the exception.
        let dublin = try Fixture.zone("Europe/Dublin")
        #expect(dublin.offset(at: 16_725_225_600) == 0)
        #expect(dublin.offset(at: 16_740_864_000) == 3_600)
    }

    @Test(arguments: [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 3_600, 7_200), ("EST5EDT,M3.2.0,M11.1.0", -18_000, -14_400),
        ("<+0530>-5:30", 19_800, 19_800), ("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", -10_800, -7_200),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 39_600, 36_000), ("XXX3EDT4,0/0,J365/23", -14_400, -14_400),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3_600),
    ])
    func `takes rules as POSIX writes them`(text: String, january: Int, july: Int) throws {
        let rule = try #require(ZoneRuleParser.parse(text.utf8))
        let zone = TimeZone(name: "test", changes: [], offsets: [rule.offset], rule: rule)
        #expect(zone.offset(at: 1_768_435_200) == january)
        #expect(zone.offset(at: 1_784_073_600) == july)
    }

    @Test(arguments: ["", "X", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-99", "UTC0 "])
    func `takes no rule that means nothing`(text: String) {
        #expect(ZoneRuleParser.parse(text.utf8) == nil)
    }

    @Test func `from a file that is cut or changed anywhere is refused or read, and never more than that`() throws {
        let bytes = try #require(Fixture.bytes("zoneinfo/Europe/Berlin"))
        for count in 0..<bytes.count {
            #expect(throws: ZoneError.self) { try ZoneReader.read(Array(bytes[..<count]), name: "cut") }
        }
        var refused = 0
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0xFF
            do {
                let times = FireTimes(
                    try CronExpression("30 2 * * *"), in: try ZoneReader.read(changed, name: "changed"))
                _ = times.next(after: 1_767_225_600_000)
            } catch is ZoneError {
                refused += 1
            }
        }
        #expect(refused > 100)
    }
}
