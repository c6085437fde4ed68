import SQLite

/// What runners did by the minute, as a plot shows it.
extension JobTransaction {
    /// Of all runners together, in one minute in which one worked.
    package struct MinuteFigures: Sendable, Equatable {
        /// Unix time in minutes.
        package var minute: Int
        /// Jobs; attempts that were followed by another; attempts that were cancelled or interrupted.
        package var succeeded = 0
        package var failed = 0
        package var retried = 0
        package var stopped = 0
        /// Milliseconds; `nil`: nothing ended, or nothing was started.
        package var average: Int?
        package var p95: Int?
        package var averageWait: Int?
        /// Share of the slots' time that was taken, from 0 to 1.
        package var utilisation: Double?
        /// How many jobs were ready, on average.
        package var queued: Double?
    }

    static let figuresByMinuteSQL: SQL = """
        SELECT minute, sum(succeeded), sum(failed), sum(retried), sum(stopped),
               sum(run_ms) / nullif(sum(succeeded + failed + retried), 0), sum(wait_ms) / nullif(sum(waits), 0),
               min(1.0, sum(busy_ms) * 1.0 / nullif(sum(slot_ms), 0)), sum(queued) * 1.0 / nullif(sum(samples), 0)
        FROM runner_minutes
        WHERE minute >= :first
        GROUP BY minute
        ORDER BY minute
        """

    static let durationsByMinuteSQL: SQL = """
        SELECT m.minute, CAST(h.key AS INTEGER), h.value
        FROM runner_minutes m, json_each(m.durations) h
        WHERE m.minute >= :first
        """

    /// The minutes from `first` on, oldest first; those in which nobody worked are missing.
    package func figuresByMinute(from first: Int) throws -> [MinuteFigures] {
        var durations: [Int: DurationHistogram] = [:]
        try connection.forEach(Self.durationsByMinuteSQL, first) { row in
            durations[row.int(0), default: DurationHistogram()].add(row.int(1), times: row.int(2))
        }
        return try connection.all(Self.figuresByMinuteSQL, first) { row in
            MinuteFigures(
                minute: row.int(0), succeeded: row.int(1), failed: row.int(2), retried: row.int(3), stopped: row.int(4),
                average: row.optionalInt(5), p95: durations[row.int(0)]?.quantile(0.95),
                averageWait: row.optionalInt(6), utilisation: row.optionalDouble(7), queued: row.optionalDouble(8))
        }
    }
}
