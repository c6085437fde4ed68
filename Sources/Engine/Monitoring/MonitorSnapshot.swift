package import Jobs

/// What the monitor shows, read at one moment.
package struct MonitorSnapshot: Sendable {
    /// A runner, and what it did in the last minute.
    package struct RunnerLine: Sendable {
        package let entry: RunnerSurvey.Entry
        /// Jobs that succeeded; `nil`: it does not count.
        package let throughput: Double?
        /// Share of its slots' time that was taken, from 0 to 1; `nil`: it does not count.
        package let utilisation: Double?
    }

    package var takenAt = Timestamp(0)
    package var queues: [QueueOverview] = []
    package var runners: [RunnerLine] = []
    package var running: [RunningJob] = []
    package var failures: [FailedJob] = []
    package var openRuns = BoundedCount()
    /// Jobs that succeeded per minute, over the last minute; `nil`: no live runner counts.
    package var throughput: Double?
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
    package var held: Int { queues.reduce(0) { $0 + $1.running } }
    /// Of those, what was claimed ahead for workers and waits for one of their runner's slots.
    package var ahead: Int { runners.reduce(0) { $0 + $1.entry.runner.ahead } }
    /// Jobs that are executed.
    package var active: Int { max(0, held - ahead) }
    /// Live runners that do not count what they do.
    package var silent: [RunnerID] {
        runners.filter { $0.entry.condition == .live && $0.throughput == nil }.map(\.entry.runner.id)
    }
    package var liveSlots: Int { runners.reduce(0) { $0 + ($1.entry.condition == .live ? $1.entry.runner.slots : 0) } }
}
