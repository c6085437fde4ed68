import SQLite

/// What a job asks of one that it depends on.
package enum Condition: String, Sendable, CaseIterable, SQLiteBindable {
    case succeeded  // or failed with `continueOnError`
    case finished  // ended in whatever way
    case failed

    /// Whether the condition holds for a job that ended in `state`.
    package func holds(for state: JobState, forgiven: Bool) -> Bool {
        switch self {
        case .succeeded: state == .succeeded || (state == .failed && forgiven)
        case .finished: true
        case .failed: state == .failed
        }
    }
}
