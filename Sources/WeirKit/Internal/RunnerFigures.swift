import Jobs

/// What a runner did since it started, counted.
struct RunnerFigures {
    private let slots: Int
    private let startedAt: Int
    /// When those that run began.
    private var running: [Jobs.JobID: Int] = [:]
    private var completed = 0
    private var failed = 0
    private var retried = 0
    /// Of the attempts that ended, together.
    private var busy = 0
    private var attempts = 0
    private var queuedSum = 0
    private var queuedSamples = 0

    /// Ready jobs, as they were last counted.
    var queued = 0 {
        didSet {
            queuedSum += queued
            queuedSamples += 1
        }
    }

    init(slots: Int, startedAt: Int) {
        self.slots = slots
        self.startedAt = startedAt
    }

    mutating func started(_ claim: Claim, at now: Int) { running[claim.job] = now }

    mutating func ended(_ claim: Claim, _ outcome: Outcome, job: JobState, at now: Int) {
        busy += max(0, now - (running.removeValue(forKey: claim.job) ?? now))
        attempts += 1
        switch job {
        case .succeeded: completed += 1
        case .failed: failed += 1
        case .scheduled, .ready: retried += 1
        default: break
        }
    }

    func statistics(at now: Int) -> Statistics {
        let elapsed = max(1, now - startedAt)
        let underWay = running.values.reduce(0) { $0 + max(0, now - $1) }
        return Statistics(
            activeTasks: running.count, queuedTasks: queued, completedTasks: completed, failedTasks: failed,
            retriedTasks: retried,
            averageExecutionTime: .milliseconds(attempts > 0 ? Double(busy) / Double(attempts) : 0),
            throughput: Double(completed) * 60_000 / Double(elapsed),
            utilization: min(1, Double(busy + underWay) / (Double(slots) * Double(elapsed))),
            averageQueueLength: queuedSamples > 0 ? Double(queuedSum) / Double(queuedSamples) : 0)
    }
}
