import ArgumentParser
import CLinux
import Glibc
import Jobs

/// A length of time as people write it: `90`, `90s`, `1.5m`, `2h`, `3d`, `250ms`. A bare number is in seconds.
struct TimeLength: ExpressibleByArgument {
    let milliseconds: Int

    private static let units: [(String, Double)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    /// Ten years: more is a mistake.
    private static let longest = 315_360_000_000.0

    init(milliseconds: Int) { self.milliseconds = milliseconds }

    var defaultValueDescription: String { milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms" }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = argument.dropFirst(digits.count)
        guard let number = Double(digits) else { return nil }
        guard let factor = unit.isEmpty ? 1_000 : Self.units.first(where: { $0.0 == unit })?.1 else { return nil }
        let length = number * factor
        guard length.isFinite, length >= 0, length <= Self.longest else { return nil }
        milliseconds = Int(length.rounded())
    }
}

/// A moment: `2030-01-31T08:00:00Z`, the same with an offset or without one (local time), or milliseconds of Unix
/// time after an `@`: `@1896076800000`.
struct Moment: ExpressibleByArgument {
    let timestamp: Timestamp

    private static let formats = [
        "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    ]

    init?(argument: String) {
        if argument.hasPrefix("@"), let milliseconds = Int(argument.dropFirst()), milliseconds >= 0 {
            timestamp = Timestamp(milliseconds)
            return
        }
        for format in Self.formats {
            var time = tm()
            guard let rest = clinux_strptime(argument, format, &time).map({ String(cString: $0) }) else { continue }
            guard let moment = Self.moment(&time, zone: rest) else { continue }
            timestamp = moment
            return
        }
        return nil
    }

    private static func moment(_ time: inout tm, zone: String) -> Timestamp? {
        var zone = zone
        var fraction = 0
        if zone.first == "." {
            let digits = zone.dropFirst().prefix { $0.isNumber }
            fraction = Int(digits.prefix(3).padding(to: 3)) ?? 0
            zone = String(zone.dropFirst(digits.count + 1))
        }
        if zone.isEmpty {
            time.tm_isdst = -1
            return Timestamp(mktime(&time) * 1_000 + fraction)
        }
        if zone == "Z" || zone == "z" { return Timestamp(timegm(&time) * 1_000 + fraction) }
        var offset = tm()
        guard let rest = clinux_strptime(zone, "%z", &offset).map({ String(cString: $0) }), rest.isEmpty else {
            return nil
        }
        return Timestamp((timegm(&time) - offset.tm_gmtoff) * 1_000 + fraction)
    }
}

extension Substring {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}

/// `NAME` or `NAME=AMOUNT`.
struct PoolAmount: ExpressibleByArgument {
    let name: String
    let amount: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty else { return nil }
        self.name = String(name)
        guard parts.count == 2 else {
            amount = 1
            return
        }
        guard let amount = Int(parts[1]), (1...1_000_000).contains(amount) else { return nil }
        self.amount = amount
    }
}

/// `ID` or `ID:CONDITION`.
struct AfterOption: ExpressibleByArgument {
    let job: JobID
    let condition: Condition

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = parts.first.flatMap({ Int($0) }), id > 0 else { return nil }
        job = JobID(id)
        guard parts.count == 2 else {
            condition = .succeeded
            return
        }
        guard let condition = Condition(rawValue: String(parts[1])) else { return nil }
        self.condition = condition
    }
}

extension UniqueKey.Scope: ExpressibleByArgument {}
extension UniqueKey.Conflict: ExpressibleByArgument {}

extension JobID: ExpressibleByArgument {
    package init?(argument: String) {
        guard let value = Int(argument), value > 0 else { return nil }
        self.init(value)
    }
}

extension RunnerID: ExpressibleByArgument {
    package init?(argument: String) {
        guard let value = Int(argument), value > 0 else { return nil }
        self.init(value)
    }
}

/// `7`, `r7` or `run:7`.
extension RunID: ExpressibleByArgument {
    package init?(argument: String) {
        let digits =
            ["run:", "r"].first { argument.hasPrefix($0) }.map { argument.dropFirst($0.count) } ?? argument[...]
        guard let value = Int(digits), value > 0 else { return nil }
        self.init(value)
    }
}
