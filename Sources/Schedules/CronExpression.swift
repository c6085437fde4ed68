/// When something repeats, as five fields of Vixie cron: minute, hour, day of the month, month, day of the week.
///
/// A field is `*` or a list of numbers, names and ranges `a-b`, each range and `*` with a step where wanted (`*/5`).
/// A day must fit both fields of days when one of them begins with `*`, and either of them otherwise. `@hourly`,
/// `@daily` (`@midnight`), `@weekly`, `@monthly` and `@yearly` (`@annually`) stand for the usual five.
package struct CronExpression: Sendable, Hashable {
    /// As it was written.
    package let text: String
    /// The minute or the hour begins with `*`, or any hour will do: it repeats within the day, and what counts is the
    /// time between two fires rather than the name of the hour.
    package let isInterval: Bool

    let minutes: UInt64
    let hours: UInt64
    let daysOfMonth: UInt64
    let months: UInt64
    let daysOfWeek: UInt64
    /// One field of days begins with `*`, so that both must fit.
    let mustFitBothDays: Bool

    static let lengthLimit = 1_024

    private static let shorthands = [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"),
    ]

    /// - Throws: also for what can never fire, as the 31st of February.
    package init(_ text: String) throws(CronError) {
        let trimmed = text.trimmingSpaces
        guard trimmed.first == "@" else {
            try self.init(text, fields: text)
            return
        }
        guard let fields = Self.shorthands.first(where: { $0.0 == trimmed.lowercased() })?.1 else {
            let known = Self.shorthands.map(\.0).joined(separator: ", ")
            throw CronError(
                text: String(text.prefix(40)), column: 1,
                reason: "there is no '\(trimmed.prefix(40))'; there are \(known), and five fields such as '0 3 * * *'")
        }
        try self.init(text, fields: fields)
    }

    private init(_ text: String, fields: String) throws(CronError) {
        var parser = try CronParser(fields)
        let minute = try parser.field(.minute)
        let hour = try parser.field(.hour)
        let dayOfMonth = try parser.field(.dayOfMonth)
        let month = try parser.field(.month)
        let dayOfWeek = try parser.field(.dayOfWeek)
        try parser.expectEnd()
        self.text = text.trimmingSpaces
        minutes = minute.numbers
        hours = hour.numbers
        daysOfMonth = dayOfMonth.numbers
        months = month.numbers
        daysOfWeek = dayOfWeek.numbers
        mustFitBothDays = dayOfMonth.beginsWithStar || dayOfWeek.beginsWithStar
        isInterval = minute.beginsWithStar || hour.beginsWithStar || hour.numbers == CronField.hour.all
        guard firstDay(from: 0) != nil else {
            throw parser.error(
                at: dayOfMonth.start,
                "it never fires: none of its months has such a day, in any year of the calendar's cycle of 400")
        }
    }
}

extension String {
    var trimmingSpaces: String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
