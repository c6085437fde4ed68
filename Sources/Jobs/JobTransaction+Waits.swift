import SQLite

/// How long jobs were ready before they began, and how long their attempts took, over whole minutes.
extension JobTransaction {
    /// Attempts that were begun, and how long they had been ready.
    package struct WaitTotals: Sendable, Equatable {
        package var count = 0
        package var milliseconds = 0

        package init() {}

        package static func += (left: inout Self, right: Self) {
            left.count += right.count
            left.milliseconds += right.milliseconds
        }
    }

    static let waitTotalsSQL: SQL = """
        SELECT sum(waits), sum(wait_ms)
        FROM runner_minutes
        WHERE minute >= :first AND minute < :end
        """

    /// Over all runners, from the minute `first` on and before the minute `end`.
    package func waits(from first: Int, before end: Int) throws -> WaitTotals {
        var totals = WaitTotals()
        try connection.forEach(Self.waitTotalsSQL, first, end) { row in
            totals.count = row.int(0)
            totals.milliseconds = row.int(1)
        }
        return totals
    }

    static let waitLengthsSQL: SQL = """
        SELECT CAST(h.key AS INTEGER), sum(h.value)
        FROM runner_minutes m, json_each(m.wait_lengths) h
        WHERE m.minute >= :first AND m.minute < :end
        GROUP BY h.key
        """

    /// How long the attempts had been ready that were begun from the minute `first` on and before the minute `end`.
    package func waitLengths(from first: Int, before end: Int) throws -> DurationHistogram {
        try lengths(Self.waitLengthsSQL, first, end)
    }

    static let runLengthsSQL: SQL = """
        SELECT CAST(h.key AS INTEGER), sum(h.value)
        FROM runner_minutes m, json_each(m.durations) h
        WHERE m.minute >= :first AND m.minute < :end
        GROUP BY h.key
        """

    /// How long the attempts took that ended from the minute `first` on and before the minute `end`, but for stopped ones.
    package func runLengths(from first: Int, before end: Int) throws -> DurationHistogram {
        try lengths(Self.runLengthsSQL, first, end)
    }

    private func lengths(_ sql: SQL, _ first: Int, _ end: Int) throws -> DurationHistogram {
        var histogram = DurationHistogram()
        try connection.forEach(sql, first, end) { histogram.add($0.int(0), times: $0.int(1)) }
        return histogram
    }
}
