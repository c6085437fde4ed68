import Jobs

/// What runners did in some minutes.
struct WorkFigures: Sendable {
    var totals = JobTransaction.MinuteTotals()
    var waits = JobTransaction.WaitTotals()
    var runLengths = DurationHistogram()
    var waitLengths = DurationHistogram()

    init() {}

    /// From the minute `first` on and before the minute `end`.
    init(_ transaction: JobTransaction, from first: Int, before end: Int) throws {
        totals = try transaction.totals(from: first, before: end)
        waits = try transaction.waits(from: first, before: end)
        runLengths = try transaction.runLengths(from: first, before: end)
        waitLengths = try transaction.waitLengths(from: first, before: end)
    }

    static func += (left: inout Self, right: Self) {
        left.totals += right.totals
        left.waits += right.waits
        left.runLengths += right.runLengths
        left.waitLengths += right.waitLengths
    }
}
