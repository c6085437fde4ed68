/// Durations as people write them.
enum DurationText {
    /// 10 years.
    static let maximum = Duration.seconds(315_576_000)

    private static let units: [(name: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// A bare number counts seconds; numbers with units add up. `nil` when the text is something else. What is above the
    /// maximum is some duration above the maximum, and what is far below zero some negative one.
    static func parse(_ text: String) -> Duration? {
        if let seconds = number(text[...]) { return duration(milliseconds: seconds * 1000) }
        var rest = text[...]
        var total = 0.0
        repeat {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let amount = number(digits), let unit = units.first(where: { $0.name == name }) else { return nil }
            total += amount * unit.milliseconds
        } while !rest.isEmpty
        return duration(milliseconds: total)
    }

    private static let longUnits: [String: String] = [
        "second": "s", "seconds": "s", "sec": "s", "secs": "s", "minute": "m", "minutes": "m", "min": "m", "mins": "m",
        "hour": "h", "hours": "h", "hr": "h", "hrs": "h", "day": "d", "days": "d", "millisecond": "ms",
        "milliseconds": "ms",
    ]

    /// As `parse`, and also in words: `1 minute 30 seconds`, `2 days`.
    static func parseLong(_ text: String) -> Duration? {
        if let duration = parse(text) { return duration }
        var joined = ""
        for word in text.lowercased().split(separator: " ") {
            let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let unit = String(word.dropFirst(digits.count))
            joined += digits + (longUnits[unit] ?? unit)
        }
        return joined.isEmpty ? nil : parse(joined)
    }

    /// Digits with at most one point, and a sign, so that a negative number is called by its fault.
    private static func number(_ text: Substring) -> Double? {
        guard text.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }) else { return nil }
        return Double(text)
    }

    private static func duration(milliseconds: Double) -> Duration {
        let bounded = max(-1e15, min(milliseconds, 1e15))
        return .milliseconds(Int64(bounded.rounded(.up)))
    }
}
