package import Jobs
package import SQLite

/// The database for what is asynchronous: the doors. SQLite blocks, so it runs in threads of its own; none of them polls.
///
/// Writes go through one thread, in order. Reads have threads of their own, so that none waits behind a write.
package final class StoreService: Sendable {
    /// Absolute and without symbolic links.
    package let path: String
    package let timekeeper: Timekeeper
    /// Tells when the database has changed, whoever changed it.
    package let changes: StoreChanges
    /// How long writes have waited for their turn: for those before them, the gate and SQLite's lock.
    package let waits = WaitTally()
    private let writer: StoreThreads
    private let readers: StoreThreads
    /// For queries of strangers, which may take long and must not hold up the others.
    private let console: StoreThreads
    private let side: SideThread
    private let replacements: AsyncStream<Void>

    /// Opens the database, and makes it when it is missing and `options` say so.
    ///
    /// - Parameter readers: threads that read.
    /// - Throws: what opening the database throws.
    package init(_ options: Database.Options, readers: Int = 2, timekeeper: Timekeeper = .system) async throws {
        let (replacements, replacement) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.replacements = replacements
        let onReplaced: @Sendable () -> Void = { replacement.yield() }
        // The first brings the schema up to date; the others find it so.
        writer = try await StoreThreads(options, count: 1, timekeeper: timekeeper, onReplaced: onReplaced)
        var options = options
        options.path = try await writer.perform { $0.path }
        self.readers = try await StoreThreads(
            options, count: readers, timekeeper: timekeeper, onReplaced: onReplaced)
        console = try await StoreThreads(options, count: 1, timekeeper: timekeeper, onReplaced: onReplaced)
        side = try SideThread()
        changes = try await StoreChanges(options, timekeeper: timekeeper)
        path = options.path
        self.timekeeper = timekeeper
    }

    /// The folder that the database is in.
    package var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

    /// Runs `body` in one IMMEDIATE transaction and wakes the runners when it left work for them.
    ///
    /// - Throws: what `body` throws, and nothing was changed then; `StoreServiceError`.
    package func write<R: Sendable>(_ body: @escaping @Sendable (JobTransaction) throws -> R) async throws -> R {
        let asked = timekeeper.boottime()
        return try await writer.perform { [waits, timekeeper] store in
            try store.write { transaction in
                waits.note(timekeeper.boottime() - asked)
                return try body(transaction)
            }
        }
    }

    /// Runs `body` on one short snapshot with the operations that only read.
    ///
    /// - Throws: as ``write(_:)``.
    package func read<R: Sendable>(_ body: @escaping @Sendable (JobTransaction) throws -> R) async throws -> R {
        try await readers.perform { store in try store.look(body) }
    }

    /// For use cases of `Engine` that take a store and change it. `body` runs in the thread that writes.
    package func perform<R: Sendable>(_ body: @escaping @Sendable (JobStore) throws -> R) async throws -> R {
        try await writer.perform(body)
    }

    /// For use cases of `Engine` that take a store and only read. `body` runs in a thread that reads.
    package func inspect<R: Sendable>(_ body: @escaping @Sendable (JobStore) throws -> R) async throws -> R {
        try await readers.perform(body)
    }

    /// Runs what may take long and needs no database in a thread of its own, so that nothing of the database waits for it.
    ///
    /// - Throws: what `body` throws; `StoreServiceError`.
    package func aside<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await side.perform(body)
    }

    /// Waits until the database is found to be removed, moved or replaced: reads and writes throw `.replaced` from then on,
    /// and the program should end. For one caller.
    ///
    /// - Returns: `false` when the task was cancelled first.
    package func untilReplaced() async -> Bool {
        for await _ in replacements { return true }
        return false
    }

    /// Answers one query of a stranger, who may change nothing, and read everything but what may be secret: what jobs get
    /// beside their arguments, and what proves that one has them.
    ///
    /// - Throws: `ConsoleError`
    package func query(_ sql: String, limits: ConsoleLimits = .service) async throws -> Table {
        let path = path
        var limits = limits
        limits.hiddenColumns = JobTransaction.secretColumns
        return try await console.perform { [limits] _ in
            try Console.query(path: path, sql: sql, limits: limits)
        }
    }

    /// What was asked for before comes to its end; what is asked later throws `.closed`.
    package func close() {
        changes.close()
        writer.close()
        readers.close()
        console.close()
        side.close()
    }

    deinit { close() }
}
