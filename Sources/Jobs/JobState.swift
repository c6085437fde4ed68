import SQLite

/// Where a job is in its life. `next(on:)` is the whole table of changes.
package enum JobState: String, Sendable, CaseIterable, SQLiteBindable {
    case blocked  // waits for the jobs it depends on
    case scheduled  // waits for its `run_at`
    case ready  // may be claimed
    case running  // leased to one runner
    case reclaiming  // fenced by a rescue; what is left of its attempt is being killed
    case succeeded, failed, skipped, cancelled  // final; failed: out of attempts

    package var isFinal: Bool {
        switch self {
        case .succeeded, .failed, .skipped, .cancelled: true
        case .blocked, .scheduled, .ready, .running, .reclaiming: false
        }
    }

    /// The state after `event`, or `nil` when `event` cannot happen in this state.
    package func next(on event: JobEvent) -> JobState? {
        switch (self, event) {
        case (.blocked, .unblocked), (.scheduled, .due), (.running, .interrupted), (.reclaiming, .reclaimed): .ready
        case (.blocked, .unblockedEarly), (.ready, .postponed): .scheduled
        case (.blocked, .conditionBroken), (.scheduled, .conditionBroken), (.ready, .conditionBroken): .skipped
        case (.ready, .claimed): .running
        case (.running, .lost): .reclaiming
        case (.running, .attemptSucceeded): .succeeded
        case (.running, .attemptFailed): .scheduled
        case (.running, .attemptsExhausted), (.reclaiming, .crashesExhausted): .failed
        case (.running, .stopped), (.reclaiming, .stopped): .cancelled
        case (.running, .conditionBroken): .skipped
        case (.running, .parked), (.scheduled, .parked): .blocked
        case (.running, .parkedUntil): .scheduled
        case (.running, .reblocked), (.reclaiming, .reblocked): .blocked
        case (.blocked, .signalled), (.scheduled, .signalled), (.running, .signalled): .ready
        case (.blocked, .cancelled), (.scheduled, .cancelled), (.ready, .cancelled): .cancelled
        case (.succeeded, .reopened), (.failed, .reopened), (.skipped, .reopened), (.cancelled, .reopened): .ready
        case (.succeeded, .reblocked), (.failed, .reblocked), (.skipped, .reblocked), (.cancelled, .reblocked),
            (.scheduled, .reblocked), (.ready, .reblocked):
            .blocked
        default: nil
        }
    }
}

/// What can happen to a job.
package enum JobEvent: Sendable, CaseIterable {
    case unblocked  // its last dependency was met
    case unblockedEarly  // the same, before its `run_at`
    case conditionBroken  // a dependency's condition can no longer hold, or its own does not
    case due  // its `run_at` has come
    case claimed
    case attemptSucceeded
    case attemptFailed  // and some attempts are left
    case attemptsExhausted
    case interrupted  // its runner drained; costs nothing
    case lost  // its runner died or was fenced
    case reclaimed  // nothing of a lost attempt is left
    case crashesExhausted
    case cancelled  // before it ran
    case stopped  // its attempt was ended on request
    case parked  // its runner gave it back to wait for other jobs, or somebody's signal
    case parkedUntil  // the same, for a moment
    case signalled  // what it waited for came
    case reopened  // by an operator's retry
    case reblocked  // the same, or that of a job that it depends on; or it was replaced by work that waits
    case postponed  // it was replaced by work that is due later
}
