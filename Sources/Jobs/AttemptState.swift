import SQLite

/// How an attempt ended.
package enum AttemptState: String, Sendable, CaseIterable, SQLiteBindable {
    case succeeded
    case failed
    case timedOut = "timed_out"
    case cancelled
    case interrupted  // its runner drained: counts neither as a failure nor as a crash
    case lost  // its runner died: counts as a crash
}
