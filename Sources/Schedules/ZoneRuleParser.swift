/// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRuleParser {
    private let bytes: [UInt8]
    private var position = 0

    /// - Returns: `nil` when the text is no rule.
    static func parse(_ text: some Collection<UInt8>) -> ZoneRule? {
        var parser = ZoneRuleParser(bytes: Array(text))
        guard let rule = parser.rule(), parser.position == parser.bytes.count else { return nil }
        return rule
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func rule() -> ZoneRule? {
        guard skipName(), let west = time(hours: 24) else { return nil }
        var rule = ZoneRule(offset: -west)
        guard position < bytes.count else { return rule }
        guard skipName() else { return nil }
        var summerOffset = rule.offset + 3_600
        if position < bytes.count, bytes[position] != UInt8(ascii: ",") {
            guard let west = time(hours: 24) else { return nil }
            summerOffset = -west
        }
        guard take(","), let start = day(), take(","), let end = day() else { return nil }
        rule.summer = ZoneRule.Summer(offset: summerOffset, start: start, end: end)
        return rule
    }

    private mutating func skipName() -> Bool {
        let start = position
        if take("<") {
            while position < bytes.count, bytes[position] != UInt8(ascii: ">") { position += 1 }
            return take(">")
        }
        while position < bytes.count, case let letter = bytes[position] | 0x20, (0x61...0x7A).contains(letter) {
            position += 1
        }
        return position - start >= 3
    }

    /// `[+-]h[:m[:s]]` in seconds.
    private mutating func time(hours: Int) -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hour = number(in: 0...hours) else { return nil }
        var seconds = hour * 3_600
        if take(":") {
            guard let minute = number(in: 0...59) else { return nil }
            seconds += minute * 60
            if take(":") {
                guard let second = number(in: 0...59) else { return nil }
                seconds += second
            }
        }
        return sign * seconds
    }

    private mutating func day() -> ZoneRule.Day? {
        let form: ZoneRule.Day.Form
        if take("M") {
            guard let month = number(in: 1...12), take("."), let week = number(in: 1...5), take("."),
                let weekday = number(in: 0...6)
            else { return nil }
            form = .week(month: month, week: week, weekday: weekday)
        } else if take("J") {
            guard let day = number(in: 1...365) else { return nil }
            form = .julian(day)
        } else {
            guard let day = number(in: 0...365) else { return nil }
            form = .dayOfYear(day)
        }
        guard take("/") else { return ZoneRule.Day(form: form, time: 7_200) }
        return time(hours: 167).map { ZoneRule.Day(form: form, time: $0) }
    }

    private mutating func number(in range: ClosedRange<Int>) -> Int? {
        let start = position
        var value = 0
        while position < bytes.count, position - start < 3, (0x30...0x39).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return position > start && range.contains(value) ? value : nil
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}
