/// Moments as WAIT tasks have them: `yyyy-MM-dd`, `yyyy-MM-dd HH:mm`, with a zone behind it or without.
enum ConductorTime {
    /// Zones by the names that people give them, as offsets.
    private static let zones = [
        "UTC": "", "GMT": "", "Z": "", "EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00",
        "MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00", "CET": "+01:00", "CEST": "+02:00",
    ]

    /// `2030-01-31T08:00:00+02:00`; `nil`: the text is no such moment, or names a zone that is not known here.
    static func utc(_ text: String) -> String? {
        var words = text.split(separator: " ").map(String.init)
        if let first = words.first, first.dropFirst(10).first == "T" {
            words.replaceSubrange(0...0, with: [String(first.prefix(10)), String(first.dropFirst(11))])
        }
        guard let date = words.first, let (year, month, day) = numbers(date, separator: "-", widths: [4, 2, 2]),
            year >= 1970, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        words.removeFirst()
        var zone = ""
        var time = "00:00:00"
        if let word = words.first {
            let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ":") }
            let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
                let minute = Int(parts[1]), hour < 24, minute < 60, parts.count < 3 || Int(parts[2]) ?? 60 < 60
            else { return nil }
            time = parts.count == 3 ? String(digits) : "\(digits):00"
            words[0] = String(word.dropFirst(digits.count))
            guard let offset = offset(words.joined()) else { return nil }
            zone = offset
        }
        return "\(date)T\(time)\(zone.isEmpty ? "Z" : zone)"
    }

    /// `+02:00` of `GMT+2`, `+0200`, `CEST`.
    private static func offset(_ text: String) -> String? {
        if text.isEmpty { return "" }
        if let known = zones[text] { return known }
        let rest = text.hasPrefix("GMT") || text.hasPrefix("UTC") ? text.dropFirst(3) : text[...]
        guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
        let digits = rest.dropFirst().filter { $0 != ":" }
        guard (1...4).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits)
        else { return nil }
        let (hours, minutes) = digits.count <= 2 ? (number, 0) : (number / 100, number % 100)
        guard hours <= 14, minutes < 60 else { return nil }
        return "\(sign)\(padded(hours)):\(padded(minutes))"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func numbers(_ text: String, separator: Character, widths: [Int]) -> (Int, Int, Int)? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.count) == widths else { return nil }
        let numbers = parts.compactMap { $0.allSatisfy { $0.isASCII && $0.isNumber } ? Int($0) : nil }
        return numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : nil
    }
}
