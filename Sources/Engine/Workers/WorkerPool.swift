import Executors
import Jobs

/// A claimed job that no worker has been given yet.
struct WaitingJob {
    let claim: Claim
    let data: String?
    let after: Aftermath
}

/// The workers of one definition in one runner, and the jobs that wait for them.
final class WorkerPool {
    let type: String
    let definition: WorkerDefinition
    var workers: [Worker] = []
    var waiting: [WaitingJob] = []
    var pace = WorkerPace()
    var backoff = WorkerBackoff()
    /// When what waits is given back, should nothing move until then.
    var patienceEnd: Int?

    init(type: String, definition: WorkerDefinition) {
        self.type = type
        self.definition = definition
    }

    /// Milliseconds that claimed jobs wait for a worker at the most.
    static let patience = 1_000

    func limit(slots: Int) -> Int { min(slots, definition.count ?? slots) }

    /// The one that had a job last: the others may become idle long enough to be ended.
    var idleWorker: Worker? { workers.last { $0.isIdle } }

    /// Processes that could take a job now, living or not.
    func available(slots: Int) -> Int {
        let inService = workers.count { $0.isInService }
        return startable(max(0, limit(slots: slots) - inService)) + workers.count { $0.isIdle }
    }

    /// After a round that failed one process shows whether the next would fare better.
    private func startable(_ missing: Int) -> Int {
        guard backoff.until == nil else { return 0 }
        guard backoff.failures > 0 else { return missing }
        return workers.contains { $0.isInService && !$0.process.isReady } ? 0 : min(1, missing)
    }

    /// No process lives that takes jobs, and the next one is not to be started yet.
    var isResting: Bool { backoff.until != nil && !workers.contains(where: \.isInService) }

    /// How many more jobs it can do with.
    func room(slots: Int, free: Int, batch: Int) -> ClaimRoom {
        let available = available(slots: slots)
        let now = max(0, available - waiting.count)
        let atWork = workers.count { $0.isInService && $0.attempt != nil } + min(available, max(0, free))
        let ahead = min(batch, pace.expected(of: atWork)) - max(0, waiting.count - available)
        return ClaimRoom(now: now, ahead: max(0, ahead))
    }

    /// Whether any process of it has ever answered.
    var hasDoneJobs: Bool { pace.average != nil }

    /// Nothing would be lost with it.
    var isForgettable: Bool { workers.isEmpty && waiting.isEmpty && backoff.until == nil }

    /// When something is due although nothing happens.
    var nextStep: Int? {
        var next = backoff.until
        func consider(_ time: Int?) { if let time { next = min(next ?? .max, time) } }
        if !waiting.isEmpty { consider(patienceEnd) }
        for worker in workers { consider(worker.nextStep) }
        return next
    }
}
