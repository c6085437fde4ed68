import SQLite

/// What a job asks of one that it depends on.
package enum Condition: String, Sendable, CaseIterable, SQLiteBindable {
    case succeeded  // or failed with `continueOnError`
    case finished  // ended in whatever way
    case failed
    case passed  // as succeeded, or skipped, but not through an error

    /// Whether the condition holds for a job that ended in `state`; `forgiven`: its failure counts as none, or it was
    /// skipped, but not through an error.
    package func holds(for state: JobState, forgiven: Bool) -> Bool {
        switch self {
        case .succeeded: state == .succeeded || (state == .failed && forgiven)
        case .finished: true
        case .failed: state == .failed
        case .passed: state == .succeeded || (forgiven && (state == .failed || state == .skipped))
        }
    }
}
