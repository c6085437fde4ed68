import SQLite

/// What runners did, by the minute.
extension JobTransaction {
    /// How long minutes are kept.
    package static let minutesKept = 7 * 24 * 60
    /// Minutes that one call prunes at the most.
    private static let minutesPruned = 120

    static let storeMinuteSQL: SQL = """
        INSERT OR REPLACE INTO runner_minutes(
            minute, runner_id, succeeded, failed, retried, stopped, run_ms, durations, short_scripts, waits, wait_ms,
            wait_lengths, busy_ms, slot_ms, slots, queued, samples, rss_kb, written_at)
        VALUES (:minute, :runner_id, :succeeded, :failed, :retried, :stopped, :run_ms, :durations, :short_scripts,
                :waits, :wait_ms, :wait_lengths, :busy_ms, :slot_ms, :slots, :queued, :samples, :rss_kb, :now)
        """

    /// Stores what the runner did in a minute, in place of what was stored of that minute before.
    package func store(_ minute: RunnerMinute, of runner: RunnerID) throws {
        try connection.execute(
            Self.storeMinuteSQL, minute.minute, runner, minute.succeeded, minute.failed, minute.retried,
            minute.stopped, minute.run, minute.durations.json, minute.shortScripts, minute.waits, minute.wait,
            minute.waitLengths.json, minute.busy, minute.slotTime, minute.slots, minute.queued, minute.samples,
            minute.memory, now)
    }

    static let pruneMinutesSQL: SQL = """
        DELETE FROM runner_minutes
        WHERE minute < min(:oldest, (SELECT min(minute) FROM runner_minutes) + :batch)
        """
    static let pruneFailuresSQL: SQL = """
        DELETE FROM recent_failures
        WHERE id < (SELECT max(id) FROM recent_failures) - :kept
        """

    /// Drops what is older than a week, a bounded part of it.
    package func pruneMinutes() throws {
        try connection.execute(Self.pruneMinutesSQL, now.minute - Self.minutesKept, Self.minutesPruned)
        try connection.execute(Self.pruneFailuresSQL, 2_000)
    }

    static let noteFailureSQL: SQL = "INSERT INTO recent_failures(job_id) VALUES (:job_id)"

    /// Remembers that a job failed for good, for those who look at the latest failures.
    func noteFailure(of job: JobID) throws { try connection.execute(Self.noteFailureSQL, job) }

    // MARK: Reading

    /// Sums over runners.
    package struct MinuteTotals: Sendable, Equatable {
        package var succeeded = 0
        package var failed = 0
        package var retried = 0
        package var stopped = 0
        /// Milliseconds.
        package var run = 0
        package var shortScripts = 0
        package var busy = 0

        package init() {}

        /// Attempts whose durations are counted.
        package var attempts: Int { succeeded + failed + retried }

        init(_ row: Row, from first: Int) {
            (succeeded, failed, retried) = (row.int(first), row.int(first + 1), row.int(first + 2))
            (stopped, run) = (row.int(first + 3), row.int(first + 4))
            (shortScripts, busy) = (row.int(first + 5), row.int(first + 6))
        }

        package static func += (left: inout Self, right: Self) {
            left.succeeded += right.succeeded
            left.failed += right.failed
            left.retried += right.retried
            left.stopped += right.stopped
            left.run += right.run
            left.shortScripts += right.shortScripts
            left.busy += right.busy
        }
    }

    static let totalsByMinuteSQL: SQL = """
        SELECT minute, sum(succeeded), sum(failed), sum(retried), sum(stopped), sum(run_ms), sum(short_scripts),
               sum(busy_ms)
        FROM runner_minutes
        WHERE minute >= :first
        GROUP BY minute
        """

    /// What all runners did in each minute from `first` on in which one worked.
    package func totalsByMinute(from first: Int) throws -> [Int: MinuteTotals] {
        var totals: [Int: MinuteTotals] = [:]
        try connection.forEach(Self.totalsByMinuteSQL, first) { totals[$0.int(0)] = MinuteTotals($0, from: 1) }
        return totals
    }

    static let totalsSQL: SQL = """
        SELECT sum(succeeded), sum(failed), sum(retried), sum(stopped), sum(run_ms), sum(short_scripts), sum(busy_ms)
        FROM runner_minutes
        WHERE minute >= :first AND minute < :end
        """

    /// What all runners did from the minute `first` on and before the minute `end`.
    package func totals(from first: Int, before end: Int) throws -> MinuteTotals {
        try connection.first(Self.totalsSQL, first, end) { MinuteTotals($0, from: 0) } ?? MinuteTotals()
    }

    static let minutesOfRunnersSQL: SQL = """
        SELECT minute, runner_id, succeeded, busy_ms, written_at
        FROM runner_minutes
        WHERE minute >= :first
        """

    /// Jobs that succeeded and milliseconds of taken slots, by runner and minute, and when that was written.
    package func minutesOfRunners(
        from first: Int
    ) throws -> [(minute: Int, runner: RunnerID, succeeded: Int, busy: Int, writtenAt: Timestamp)] {
        try connection.all(Self.minutesOfRunnersSQL, first) { row in
            (row.int(0), RunnerID(row.int(1)), row.int(2), row.int(3), Timestamp(row.int(4)))
        }
    }
}
