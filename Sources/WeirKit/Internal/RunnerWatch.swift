import Engine
import Jobs
import SQLite

/// Follows an embedded runner from within its loop: those who wait for outcomes and for events hear of it.
final class RunnerWatch: RunnerObserver {
    private let queue: JobQueue
    private let store: JobStore
    private let isMonitored: Bool
    private let followed: Jobs.RunID?
    private var figures: RunnerFigures
    /// Something has changed since the last statistics.
    private var isDirty = true
    private var lastStatistics = Int.min / 2
    var serving = Serving.plain

    /// Milliseconds between two statistics at least.
    private static let interval = 100

    init(queue: JobQueue, store: JobStore, slots: Int, isMonitored: Bool, followed: Jobs.RunID?) {
        self.queue = queue
        self.store = store
        self.isMonitored = isMonitored
        self.followed = followed
        figures = RunnerFigures(slots: slots, startedAt: store.timekeeper.boottime())
    }

    private var now: Int { store.timekeeper.boottime() }

    func started(_ claim: Claim) {
        guard isMonitored else { return }
        figures.started(claim, at: now)
        isDirty = true
        queue.hub.send(.taskStarted(TaskInfo(claim)))
    }

    func ended(_ claim: Claim, _ outcome: Outcome, job: JobState) {
        if job.isFinal { queue.thread.nudge() }
        guard isMonitored else { return }
        figures.ended(claim, outcome, job: job, at: now)
        isDirty = true
        guard queue.hub.isObserved else { return }
        let task = TaskInfo(claim)
        guard job.isFinal else {
            guard outcome.state != .interrupted else { return }
            return queue.hub.send(.taskRetry(task, error: outcome.error ?? outcome.state.rawValue))
        }
        guard let outcome = JobOutcome(claim, outcome, job: job) else { return }
        queue.hub.send(outcome.success ? .taskComplete(task, outcome) : .taskFailed(task, outcome))
    }

    func look() throws -> Bool {
        if isMonitored, isDirty, now >= lastStatistics + Self.interval { try tell() }
        guard let followed else { return false }
        return try store.look { try $0.state(of: followed).isFinal }
    }

    var nextLook: Int? { isMonitored && isDirty ? lastStatistics + Self.interval : nil }

    private func tell() throws {
        isDirty = false
        lastStatistics = now
        guard queue.hub.isObserved else { return }
        figures.queued = try store.look { try $0.readyCount(for: serving, atMost: 10_000) }
        queue.hub.send(.statsUpdate(figures.statistics(at: now)))
    }
}

extension JobOutcome {
    /// Of the attempt that ended the job.
    init?(_ claim: Claim, _ outcome: Outcome, job state: JobState) {
        self.init(
            JobConclusion(
                job: claim.job, state: state, name: claim.name, type: claim.type, key: claim.key,
                attempts: claim.attempt,
                wait: nil, duration: outcome.finishedAt.rawValue - outcome.startedAt.rawValue,
                exitCode: outcome.exitCode,
                error: outcome.error, result: outcome.result))
    }
}
