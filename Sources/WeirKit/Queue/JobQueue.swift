import Jobs
import SQLite

/// A database of jobs: enqueue, register who executes, wait for outcomes.
///
/// Any number of queues and programs, in any language, may have the same database open. Nothing is polled: with nothing to
/// do, a queue costs no processor time.
///
/// ```swift
/// let queue = try JobQueue(path: "work.db")
/// try queue.register("thumbnail") { (job: Thumbnail, context) in try await draw(job) }
/// let job = try await queue.enqueue("thumbnail", Thumbnail(path: "a.png", width: 100))
/// ```
public final class JobQueue: Sendable {
    /// What survives a power failure.
    public enum Durability: Sendable {
        /// Whatever was acknowledged.
        case full
        /// The last moments before a power failure may be lost; a crash of programs loses nothing.
        case normal
    }

    let thread: StoreThread
    let registry = HandlerRegistry()
    let hub = EventHub()
    let databaseOptions: Database.Options

    /// The database's file; absolute.
    public var path: String { databaseOptions.path }

    /// Opens the database and makes it, with mode 0600, when it is missing. Blocks for the moment that this takes.
    ///
    /// An older database is brought up to date, which is refused while runners of the older version live.
    ///
    /// - Parameters:
    ///   - path: the file; relative paths count from the current directory.
    ///   - durability: by default ``Durability/full``.
    /// - Throws: a ``WeirError`` when the file cannot be opened, is no database of Weir's, or belongs to a newer version.
    public init(path: String, durability: Durability = .full) throws {
        var options = Database.Options(
            path: path, durability: durability == .full ? .full : .normal,
            identity: .current(kind: "embedded", mayBeKilled: false), createIfMissing: true,
            applicationID: JobStore.applicationID)
        thread = try StoreThread(options)
        options.path = thread.path
        databaseOptions = options
    }

    /// Ends the queue: what is under way comes to its end, and everything asked for later throws. Runners go on.
    public func close() {
        thread.close()
        hub.finish()
    }

    deinit { close() }
}
