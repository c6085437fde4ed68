import SQLite

/// What is paused at a moment.
package struct Pauses: Sendable, Hashable {
    package var runs: Set<RunID> = []
    /// By name.
    package var queues: Set<String> = []

    package init() {}
}

extension ChangeSet {
    /// Adds what was paused or resumed between two moments.
    package mutating func add(from earlier: Pauses, to later: Pauses) {
        let known = Set(runs)
        let changed = earlier.runs.symmetricDifference(later.runs).subtracting(known)
        runs += changed.sorted { $0.rawValue < $1.rawValue }
        queues += earlier.queues.symmetricDifference(later.queues).sorted()
    }
}

extension JobTransaction {
    /// With executions, which a claim does not ask about.
    static let allPausedRunsSQL: SQL = "SELECT id FROM runs WHERE state = 'paused'"
    static let pausedQueuesSQL: SQL = "SELECT name FROM queues WHERE paused_at IS NOT NULL"

    package func pauses() throws -> Pauses {
        var pauses = Pauses()
        try connection.forEach(Self.allPausedRunsSQL) { pauses.runs.insert(RunID($0.int(0))) }
        try connection.forEach(Self.pausedQueuesSQL) { pauses.queues.insert($0.text(0)) }
        return pauses
    }
}
