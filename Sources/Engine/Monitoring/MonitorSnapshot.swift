package import Jobs

/// What the monitor shows, read at one moment.
package struct MonitorSnapshot: Sendable {
    /// A runner, and what it did in the last minute.
    package struct RunnerLine: Sendable {
        package let entry: RunnerSurvey.Entry
        /// Jobs that succeeded.
        package let throughput: Double
        /// Share of its slots' time that was taken, from 0 to 1.
        package let utilisation: Double
    }

    package var takenAt = Timestamp(0)
    package var queues: [QueueOverview] = []
    package var runners: [RunnerLine] = []
    package var running: [RunningJob] = []
    package var failures: [FailedJob] = []
    package var openRuns = BoundedCount()
    /// Jobs that succeeded per minute, over the last minute.
    package var throughput = 0.0
    /// Share of the slots' time of live runners that was taken over the last minute, `nil` without any.
    package var utilisation: Double?
    /// Milliseconds, of the last ten minutes; `nil`: nothing ended.
    package var average: Int?
    package var p95: Int?
    /// Jobs that succeeded in each of the last sixty minutes, the one that goes on at the end.
    package var minutes: [Int] = []
    package var lastHour = JobTransaction.MinuteTotals()
    /// As far back as minutes are kept.
    package var lastWeek = JobTransaction.MinuteTotals()
    /// What its user could do better.
    package var advice: String?

    package init() {}

    package var ready: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.ready } }
    package var scheduled: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.scheduled } }
    package var blocked: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.blocked } }
    /// Jobs that runners hold, also beyond those in `running`.
    package var active: Int { queues.reduce(0) { $0 + $1.running } }
    package var liveSlots: Int { runners.reduce(0) { $0 + ($1.entry.condition == .live ? $1.entry.runner.slots : 0) } }
}
