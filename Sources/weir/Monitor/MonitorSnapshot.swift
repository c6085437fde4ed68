import Engine
import Jobs

/// What the monitor shows, read at one moment.
struct MonitorSnapshot {
    /// A runner, and what it did in the last minute.
    struct RunnerLine {
        let entry: RunnerSurvey.Entry
        /// Jobs that succeeded; `nil`: it does not count.
        let throughput: Double?
        /// Share of its slots' time that was taken, from 0 to 1; `nil`: it does not count.
        let utilisation: Double?
    }

    var takenAt = Timestamp(0)
    var queues: [QueueOverview] = []
    var runners: [RunnerLine] = []
    var running: [RunningJob] = []
    var failures: [FailedJob] = []
    var openRuns = BoundedCount()
    /// Jobs that succeeded per minute, over the last minute; `nil`: no live runner counts.
    var throughput: Double?
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
    var held: Int { queues.reduce(0) { $0 + $1.running } }
    /// Of those, what was claimed ahead for workers and waits for one of their runner's slots.
    var ahead: Int { runners.reduce(0) { $0 + $1.entry.runner.ahead } }
    /// Jobs that are executed.
    var active: Int { max(0, held - ahead) }
    /// Live runners that do not count what they do.
    var silent: [RunnerID] {
        runners.filter { $0.entry.condition == .live && $0.throughput == nil }.map(\.entry.runner.id)
    }
    var liveSlots: Int { runners.reduce(0) { $0 + ($1.entry.condition == .live ? $1.entry.runner.slots : 0) } }
}
