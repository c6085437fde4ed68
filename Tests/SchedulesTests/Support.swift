import Glibc

@testable import Schedules

/// Files that the tests read.
enum Fixture {
    static let folder = #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures"

    /// The zones as they were when the fire times were computed, so that a change of the law breaks no test.
    static func zone(_ name: String) throws -> TimeZone {
        try TimeZone.named(name, in: folder + "/zoneinfo")
    }

    static func lines(_ name: String) -> [String] {
        String(decoding: bytes(name) ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func bytes(_ name: String) -> [UInt8]? {
        guard let file = fopen("\(folder)/\(name)", "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }
}

extension FireTimes {
    init(_ cron: String, _ zone: String = "UTC") throws {
        self.init(try CronExpression(cron), in: try Fixture.zone(zone))
    }

    /// The next times after a moment such as `2026-03-29 00:00` by the zone's clock, as the clock shows them with the
    /// offset.
    func next(_ count: Int, after local: String) throws -> [String] {
        var moment = zone.moment(ofLocal: seconds(local)) * 1_000
        return (0..<count).compactMap { _ in
            guard let next = next(after: moment) else { return nil }
            moment = next
            // Without seconds, and with a space before the offset.
            let text = zone.text(of: next)
            return text.prefix(16).replacing("T", with: " ") + " " + text.suffix(6)
        }
    }

    private func seconds(_ text: String) -> Int {
        let numbers = text.split { "- :".contains($0) }.compactMap { Int($0) }
        return CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]).dayNumber * 86_400 + numbers[3] * 3_600
            + numbers[4] * 60
    }
}
