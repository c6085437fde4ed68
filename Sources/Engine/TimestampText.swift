/// Moments as the views have them: ISO-8601 in UTC with milliseconds.
package enum TimestampText {
    private static let dayLength = 86_400_000

    /// `2026-01-31T08:05:00.250Z`
    package static func text(_ milliseconds: Int) -> String {
        let time = ((milliseconds % dayLength) + dayLength) % dayLength
        let date = date(day: (milliseconds - time) / dayLength)
        let seconds = time / 1_000
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T"
            + "\(padded(seconds / 3_600)):\(padded(seconds / 60 % 60)):\(padded(seconds % 60)).\(padded(time % 1_000, 3))Z"
    }

    /// The date of a day, counted from 1970-01-01. Years that begin in March have their leap day at their end, and 400
    /// of them have 146,097 days.
    private static func date(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
