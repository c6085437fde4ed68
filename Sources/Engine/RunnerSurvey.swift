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
    }

    package let entries: [Entry]

    package init(of store: JobStore) throws {
        let runners = try store.look { try $0.runners() }
        // Asked after the rows were read: a runner that ended in between is found dead rather than alive for ever.
        let lives = Liveness.lives(runners.map(\.id), on: store.path)
        let now = store.timekeeper.boottime()
        entries = runners.map { runner in
            let leaseLeft = runner.leaseUntil - now
            return Entry(
                runner: runner,
                condition: Self.condition(of: runner, lives: lives.map { $0[runner.id] ?? false }, leaseLeft),
                leaseLeft: leaseLeft)
        }
    }

    /// The runners that may claim something.
    package var serving: [RunnerStatus] { entries.filter { $0.condition == .live }.map(\.runner) }
    package var dead: [RunnerStatus] { entries.filter { $0.condition == .dead }.map(\.runner) }
    package subscript(id: RunnerID) -> Entry? { entries.first { $0.runner.id == id } }

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
