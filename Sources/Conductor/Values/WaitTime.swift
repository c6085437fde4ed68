/// How long a WAIT task waits.
enum WaitTime {
    /// Milliseconds of 10 million weeks.
    private static let longest = 10_000_000 * 7 * 86_400_000

    /// Milliseconds of `2s`, `1 minute 30 seconds` or `1d 2h`; `nil` also for more than 10 million weeks.
    static func milliseconds(_ text: String) -> Int? {
        var total = 0
        var rest = Substring(text).drop { $0 == " " }
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits), number <= 10_000_000 else { return nil }
            rest = rest.dropFirst(digits.count).drop { $0 == " " }
            let unit = rest.prefix { $0.isLetter }.lowercased()
            guard let length = length(of: unit) else { return nil }
            rest = rest.dropFirst(unit.count).drop { $0 == " " || $0 == "," }
            total += number * length
            guard total <= longest else { return nil }
        }
        return total
    }

    private static func length(of unit: String) -> Int? {
        switch unit {
        case "s", "sec", "secs", "second", "seconds": 1_000
        case "m", "min", "mins", "minute", "minutes": 60_000
        case "h", "hr", "hrs", "hour", "hours": 3_600_000
        case "d", "day", "days": 86_400_000
        case "w", "week", "weeks": 7 * 86_400_000
        default: nil
        }
    }

    /// Milliseconds of Unix time of `2030-01-31`, `2030-01-31 08:00` or `2030-01-31 08:00 GMT+2`; UTC where no zone
    /// is given, and for the years 1 to 9999.
    static func moment(_ text: String) -> Int? {
        let words = text.split(separator: " ").map(String.init)
        guard let date = words.first, words.count <= 3 else { return nil }
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...9_999).contains(parts[0]), (1...12).contains(parts[1]), (1...31).contains(parts[2])
        else { return nil }
        var minutes = days(parts[0], parts[1], parts[2]) * 1_440
        if words.count > 1 {
            let clock = words[1].split(separator: ":").compactMap { Int($0) }
            guard clock.count >= 2, (0...23).contains(clock[0]), (0...59).contains(clock[1]) else { return nil }
            minutes += clock[0] * 60 + clock[1]
        }
        if words.count > 2 {
            guard let offset = offset(of: words[2]) else { return nil }
            minutes -= offset
        }
        return minutes * 60_000
    }

    /// Minutes east of Greenwich.
    private static func offset(of zone: String) -> Int? {
        var rest = Substring(zone.uppercased())
        for name in ["GMT", "UTC", "Z"] where rest.hasPrefix(name) { rest = rest.dropFirst(name.count) }
        guard let sign = rest.first else { return 0 }
        guard sign == "+" || sign == "-" else { return nil }
        let parts = rest.dropFirst().split(separator: ":").compactMap { Int($0) }
        guard let hours = parts.first, (0...14).contains(hours) else { return nil }
        let minutes = parts.count > 1 ? parts[1] : 0
        guard (0...59).contains(minutes) else { return nil }
        return (sign == "-" ? -1 : 1) * (hours * 60 + minutes)
    }

    /// Days since 1970 of a date of the Gregorian calendar.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
