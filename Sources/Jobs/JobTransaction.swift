package import SQLite

/// One write transaction: every operation of a job's life is a method of it, so that callers combine them.
///
/// It has one `now`, and one number of the growing sequence, which is also the lease token of what it claims.
package final class JobTransaction {
    package let connection: Connection
    package let now: Timestamp
    let store: JobStore

    /// Jobs that became ready in this transaction, and lanes that it opened, less those that it claimed from itself.
    var freshJobs: Set<Int> = []
    var wokenLanes: Set<Int> = []
    /// Something else that sleeping runners must look at: a due time, a request to stop.
    var alertsRunners = false

    private var knownSequence: Int?

    init(_ connection: Connection, store: JobStore, now: Timestamp) {
        self.connection = connection
        self.store = store
        self.now = now
    }

    /// Whether somebody else should be woken after the commit.
    package var leftWork: Bool { alertsRunners || !freshJobs.isEmpty || !wokenLanes.isEmpty }

    /// Undoes what `body` did when it throws, and only that; the transaction goes on.
    package func undoing<Result>(_ body: () throws -> Result) throws -> Result {
        try connection.script("SAVEPOINT part")
        do {
            let result = try body()
            try connection.script("RELEASE part")
            return result
        } catch {
            try connection.script("ROLLBACK TO part; RELEASE part")
            // The ids of lanes that were made and undone are given again.
            store.lanes.removeAll()
            knownSequence = nil
            throw error
        }
    }

    private static let nextSequenceSQL: SQL = "UPDATE sequence SET value = value + 1 RETURNING value"

    /// This transaction's number.
    func sequence() throws -> Int {
        if let knownSequence { return knownSequence }
        guard let value = try connection.first(Self.nextSequenceSQL, read: { $0.int(0) }) else {
            throw JobStoreError.invalid("the table 'sequence' has lost its row; see 'weir doctor'")
        }
        knownSequence = value
        return value
    }
}
