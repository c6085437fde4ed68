import SQLite

/// A key that at most one job holds at a time.
package struct UniqueKey: Sendable, Hashable {
    /// How long a job holds its key.
    package enum Scope: String, Sendable, CaseIterable, SQLiteBindable {
        case pending  // until its first attempt
        case unfinished  // until it ends
        case forever
    }

    /// What an enqueue does when another job holds the key.
    package enum Conflict: String, Sendable, CaseIterable {
        case keep  // the job that holds it stands for the new one, if both ask for the same work
        case replace  // a job that has not started takes over the new one's work
        case reject  // an error
    }

    package var text: String
    package var scope: Scope
    package var conflict: Conflict

    package init(_ text: String, scope: Scope = .unfinished, conflict: Conflict = .keep) {
        self.text = text
        self.scope = scope
        self.conflict = conflict
    }
}
