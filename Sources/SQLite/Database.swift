/// The writer of one thread: its connection, the gate before it, and the connection that checkpoints.
package final class Database {
    package struct Options: Sendable {
        package var path: String
        package var durability: Durability
        /// Who we are to those who wait at the gate.
        package var identity: GateIdentity
        /// How long a holder of the gate may stay stopped before those who wait kill it: a lease.
        package var stoppedHolderPatience: Duration
        /// How long a write waits for its turn before it gives up.
        package var writeLockDeadline: Duration
        package var createIfMissing: Bool
        /// What the file says it is; a file that says something else is refused.
        package var applicationID: Int32

        package init(
            path: String, durability: Durability = .full, identity: GateIdentity,
            stoppedHolderPatience: Duration = .seconds(15), writeLockDeadline: Duration = .seconds(30),
            createIfMissing: Bool = false, applicationID: Int32
        ) {
            self.path = path
            self.durability = durability
            self.identity = identity
            self.stoppedHolderPatience = stoppedHolderPatience
            self.writeLockDeadline = writeLockDeadline
            self.createIfMissing = createIfMissing
            self.applicationID = applicationID
        }
    }

    /// Absolute and without symbolic links.
    package let path: String
    package let options: Options
    /// The writer's; also for reads outside a transaction.
    package let connection: Connection
    let gate: Gate
    /// Made for the first checkpoint: most commands need none.
    var checkpointer: Connection?
    private var isWriting = false

    /// Opens the database, and makes it when it is missing and that was asked for.
    ///
    /// - Throws: `DatabaseOpenError`, whose text a person can act on.
    package init(_ options: Options) throws {
        let file = try DatabaseFile(options.path, createIfMissing: options.createIfMissing)
        path = file.path
        self.options = options
        let opened = try DatabaseOpener(file: file, options: options).open()
        connection = opened.connection
        gate = opened.gate
    }

    /// Ends the connections; the last one of all processes moves the log into the database file. Safe to repeat.
    package func close() {
        checkpointer?.close()
        connection.close()
    }

    package var gateIdentity: GateIdentity {
        get { gate.identity }
        set { gate.identity = newValue }
    }

    /// Called in this thread when a write waited for a process that stayed stopped in its turn.
    package var onStoppedHolder: ((StoppedHolder) -> Void)? {
        get { gate.onStoppedHolder }
        set { gate.onStoppedHolder = newValue }
    }

    /// Runs `body` in a transaction of its own when it is this process's turn; undone when `body` throws.
    ///
    /// - Throws: what `body` throws, or a `SQLiteError`; a busy one, when the write lock was not to be had before the
    ///   deadline, says who may hold it.
    @discardableResult
    package func write<R>(_ body: (Connection) throws -> R) throws -> R {
        try inTurn {
            let result = try body(connection)
            try connection.execute("COMMIT")
            return result
        }
    }

    /// Runs `body` on one short snapshot.
    package func read<R>(_ body: (Connection) throws -> R) throws -> R {
        try requireInPlace()
        try connection.execute("BEGIN")
        defer { rollBack() }
        return try body(connection)
    }

    /// Gate and write lock, `body`, and both released. What `body` did not commit is undone.
    func inTurn<R>(_ body: () throws -> R) throws -> R {
        precondition(!isWriting, "a write inside a write")
        isWriting = true
        defer { isWriting = false }
        let deadline = Deadline(after: options.writeLockDeadline)
        gate.enter(within: options.writeLockDeadline)
        defer { gate.leave() }
        do {
            try begin(by: deadline)
            defer { rollBack() }
            try requireInPlace()
            return try body()
        } catch let error as SQLiteError where error.isFailedSync {
            try reopen()
            throw error
        }
    }

    /// SQLite would go on with a file that was removed or replaced, and with its log, which nobody else sees.
    ///
    /// - Throws: a `SQLiteError` that `isMoved`.
    package func requireInPlace() throws(SQLiteError) {
        guard connection.isInPlace else { throw .moved(path: path) }
    }

    /// After a failed fsync the kernel may call pages clean that never reached the disk. What SQLite kept in memory
    /// is dropped with the connections, so that nothing is built on such pages.
    private func reopen() throws {
        checkpointer?.close()
        checkpointer = nil
        try connection.reopen()
    }

    private func begin(by deadline: Deadline) throws(SQLiteError) {
        // Who went on without the gate still gets a moment with SQLite's own lock.
        connection.busyWaiter.patience = max(deadline.remaining, .seconds(1))
        defer { connection.busyWaiter.patience = options.writeLockDeadline }
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
        } catch {
            throw error.isBusy ? WriteLockHolders.explain(error, gate: gate) : error
        }
    }

    private func rollBack() {
        guard connection.isInTransaction else { return }
        // It fails only where SQLite has rolled back already, or the connection is lost: the cause is on its way up.
        _ = try? connection.execute("ROLLBACK")
    }
}
