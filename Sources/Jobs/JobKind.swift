import SQLite

/// What sort of work a job is. The store treats all alike, but for `isWork`.
package enum JobKind: String, Sendable, CaseIterable, SQLiteBindable {
    case script, agent, http, worker, external  // executed
    case workflow, approval, wait, foreach, group, loop, dynamic, set, value, end  // decided by its runner

    /// Whether its time is work: what is decided by a runner, or waits for other jobs, adds nothing to the sum of
    /// durations.
    package var isWork: Bool {
        switch self {
        case .script, .agent, .http, .worker, .external: true
        default: false
        }
    }
}
