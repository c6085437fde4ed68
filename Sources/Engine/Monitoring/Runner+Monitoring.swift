import Jobs
import SQLite

/// What the runner counts of its work, for `runner_stats`.
extension Runner {
    /// Ready jobs that a look at the queue counts at the most.
    private static let longestQueue = 100_000

    /// Before a turn: the time that has passed, and what of the counts is to be stored with it.
    func measure(at now: Int) -> [RunnerMinute] {
        guard monitors else {
            meter = nil
            return []
        }
        let wall = store.timekeeper.now()
        if meter == nil { meter = RunnerMeter(slots: state.settings.slots, wall: wall, now: now) }
        meter?.pass(to: wall, now: now, running: state.running)
        meter?.setSlots(state.settings.slots)
        if meter?.isSampleDue(at: now) ?? false, case .queues(let names) = options.scope {
            let length = try? store.look { try $0.queueLength(in: names, atMost: Self.longestQueue) }
            if let length { meter?.sampled(queueLength: length, at: now) }
        }
        return meter?.due(at: now) ?? []
    }

    /// KiB, where the turn renews the lease.
    func measureMemory() -> Int? {
        guard meter != nil else { return nil }
        let memory = ResidentMemory.ofTree()
        meter?.sampled(memory: memory)
        return memory
    }

    func store(_ minutes: [RunnerMinute], in transaction: JobTransaction) throws {
        for minute in minutes { try transaction.store(minute, of: id) }
        if meter?.beginMinute(minutes) ?? false { try transaction.pruneMinutes() }
    }

    /// What is left to store when the runner ends.
    func storeLastMinutes(in transaction: JobTransaction) throws {
        let now = self.now
        meter?.pass(to: store.timekeeper.now(), now: now, running: state.running)
        for minute in meter?.due(at: now, isLast: true) ?? [] { try transaction.store(minute, of: id) }
    }

    func count(_ report: AttemptReport, _ outcome: Outcome, _ job: JobState) {
        meter?.ended(
            outcome.state, job: job, duration: outcome.finishedAt.rawValue - outcome.startedAt.rawValue,
            isScript: report.attempt?.process != nil)
    }

    func countStart(of claim: Claim) {
        guard let readyAt = claim.readyAt else { return }
        meter?.began(after: store.timekeeper.now().rawValue - readyAt.rawValue)
    }
}
