package import Jobs

/// The runners that have not stopped, and whether they live.
package struct RunnerSurvey: Sendable {
    /// How a runner is found.
    package enum Condition: String, Sendable {
        case live, suspended, draining
        case hung  // it lives, holds jobs, and its lease is over
        case dead  // its lock is free: the next runner that looks rescues its jobs
    }

    package struct Entry: Sendable {
        package let runner: RunnerStatus
        package let condition: Condition
        /// Milliseconds until its lease ends, negative once it has.
        package let leaseLeft: Int
        package let workers: WorkerNotes
    }

    package let entries: [Entry]

    package init(of store: JobStore) throws {
        let (runners, notes) = try store.look { transaction in
            let runners = try transaction.runners()
            return (runners, try runners.map { try transaction.workerNotes(of: $0.id) })
        }
        // Asked after the rows were read: a runner that ended in between is found dead rather than alive for ever.
        let lives = Liveness.lives(runners.map(\.id), on: store.path)
        let now = store.timekeeper.boottime()
        entries = zip(runners, notes).map { runner, notes in
            let leaseLeft = runner.leaseUntil - now
            return Entry(
                runner: runner,
                condition: Self.condition(of: runner, lives: lives.map { $0[runner.id] ?? false }, leaseLeft),
                leaseLeft: leaseLeft, workers: notes)
        }
    }

    /// The runners that may claim something.
    package var serving: [RunnerStatus] { entries.filter { $0.condition == .live }.map(\.runner) }
    package var dead: [RunnerStatus] { entries.filter { $0.condition == .dead }.map(\.runner) }
    package subscript(id: RunnerID) -> Entry? { entries.first { $0.runner.id == id } }

    /// What those runners say of a type's workers that do not start; nothing while another runner's do.
    func brokenWorkers(of type: String?, among runners: [RunnerStatus]) -> [String] {
        guard let type else { return [] }
        let reasons = runners.compactMap { runner in
            self[runner.id]?.workers.broken[type].map { "worker '\(type)' of runner \(runner.id) \($0)" }
        }
        return reasons.count == runners.count ? reasons : []
    }

    /// - Parameter lives: `nil` where it cannot be told; the lease decides then.
    private static func condition(of runner: RunnerStatus, lives: Bool?, _ leaseLeft: Int) -> Condition {
        if runner.state == .dead || lives == false { return .dead }
        // One that holds nothing has nothing to renew a lease for, and sleeps; its lock tells that it lives.
        let isOverdue = leaseLeft < 0 && (runner.running > 0 || lives == nil)
        switch runner.state {
        case .suspended: return .suspended
        case .draining: return isOverdue ? .hung : .draining
        default: return isOverdue ? .hung : .live
        }
    }
}
