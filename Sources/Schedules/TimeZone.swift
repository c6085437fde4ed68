/// A zone's clock: its offset from UTC at any moment. Moments are seconds of Unix time.
package struct TimeZone: Sendable, Hashable {
    /// A time in which the offset stays.
    struct Span: Hashable {
        var start: Int
        /// The first moment that does not belong to it.
        var end: Int
        /// Seconds, east of Greenwich positive.
        var offset: Int
    }

    /// Before and after everything, with room for sums.
    static let past = Int.min / 4
    static let future = Int.max / 4

    package let name: String
    /// Moments at which the offset changes, ascending.
    let changes: [Int]
    /// `offsets[i]` holds before `changes[i]`, the last one after all of them.
    let offsets: [Int]
    /// What holds after the last change.
    let rule: ZoneRule?

    package static let utc = TimeZone(name: "UTC", changes: [], offsets: [0], rule: nil)

    init(name: String, changes: [Int], offsets: [Int], rule: ZoneRule?) {
        self.name = name
        self.changes = changes
        self.offsets = offsets
        self.rule = rule
    }

    /// The span that holds the moment.
    func span(at moment: Int) -> Span {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        var span = Span(
            start: low == 0 ? Self.past : changes[low - 1],
            end: low == changes.count ? Self.future : changes[low], offset: offsets[low])
        guard low == changes.count, let rule else { return span }
        // The rule's own changes count from the last of the table on.
        let tableEnd = span.start
        for change in rule.changes(around: moment) where change.moment > tableEnd {
            if change.moment <= moment {
                span.start = change.moment
                span.offset = change.offset
            } else {
                span.end = change.moment
                break
            }
        }
        return span
    }

    /// The first moment at which the clock shows `local`; where it never does, the end of the gap.
    func moment(ofLocal local: Int) -> Int {
        // No offset is further from UTC than a day and two hours.
        var span = span(at: local - 93_600)
        while local - span.offset >= span.end { span = self.span(at: span.end) }
        return max(local - span.offset, span.start)
    }

    /// Seconds from UTC at the moment, for what is shown.
    package func offset(at seconds: Int) -> Int { span(at: seconds).offset }
}
