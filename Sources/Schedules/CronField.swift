/// One of the five fields.
enum CronField: Int, CaseIterable {
    case minute, hour, dayOfMonth, month, dayOfWeek

    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of the month"
        case .month: "month"
        case .dayOfWeek: "day of the week"
        }
    }

    /// The numbers that it may hold; Sunday is 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// Names that stand for numbers, the first one for the least.
    var names: [String] {
        switch self {
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        default: []
        }
    }

    /// The bits of all its numbers; of the days of the week 0 to 6.
    var all: UInt64 {
        let last = self == .dayOfWeek ? 6 : range.upperBound
        return ((1 << UInt64(last + 1)) - 1) & ~((1 << UInt64(range.lowerBound)) - 1)
    }

    /// What it may hold, for errors.
    var hint: String {
        switch self {
        case .month: "1 to 12 or JAN to DEC"
        case .dayOfWeek: "0 to 7 or SUN to SAT"
        default: "\(range.lowerBound) to \(range.upperBound)"
        }
    }
}
