import Engine
import Jobs

/// What the monitor shows, read at one moment.
struct MonitorSnapshot {
    /// A runner, and what it did in the last minute.
    struct RunnerLine {
        let entry: RunnerSurvey.Entry
        /// Jobs that succeeded.
        let throughput: Double
        /// Share of its slots' time that was taken, from 0 to 1.
        let utilisation: Double
    }

    var takenAt = Timestamp(0)
    var queues: [QueueOverview] = []
    var runners: [RunnerLine] = []
    var running: [RunningJob] = []
    var failures: [FailedJob] = []
    var openRuns = BoundedCount()
    /// Jobs that succeeded per minute, over the last minute.
    var throughput = 0.0
    /// Share of the slots' time of live runners that was taken over the last minute, `nil` without any.
    var utilisation: Double?
    /// Milliseconds, of the last ten minutes; `nil`: nothing ended.
    var average: Int?
    var p95: Int?
    /// Jobs that succeeded in each of the last sixty minutes, the one that goes on at the end.
    var minutes: [Int] = []
    var lastHour = JobTransaction.MinuteTotals()
    /// As far back as minutes are kept.
    var lastWeek = JobTransaction.MinuteTotals()
    /// What its user could do better.
    var advice: String?

    var ready: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.ready } }
    var scheduled: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.scheduled } }
    var blocked: BoundedCount { queues.reduce(BoundedCount()) { $0 + $1.blocked } }
    /// Jobs that runners hold, also beyond those in `running`.
    var active: Int { queues.reduce(0) { $0 + $1.running } }
    var liveSlots: Int { runners.reduce(0) { $0 + ($1.entry.condition == .live ? $1.entry.runner.slots : 0) } }
}
