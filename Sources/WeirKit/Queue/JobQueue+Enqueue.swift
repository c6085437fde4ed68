import Jobs
import SQLite

extension JobQueue {
    /// Stores a job. When this returns, the job survives any crash.
    ///
    /// - Parameters:
    ///   - type: who executes it: a handler here or in another program, a worker, or an agent.
    ///   - payload: what it is given, as JSON of at most 1 MiB.
    ///   - options: priority, retries, what it waits for, and more.
    /// - Returns: its id, or that of the job that holds its key.
    /// - Throws: a ``WeirError``; nothing is stored then.
    @discardableResult
    public func enqueue(
        _ type: String, _ payload: some Encodable, options: EnqueueOptions = EnqueueOptions()
    ) async throws -> JobID {
        let data = try JSONCoding.encode(payload, what: "the payload of '\(type)'")
        return try await thread.perform { store in
            JobID(
                try store.write { transaction in
                    try transaction.enqueue(options.spec(type: type, data: data, now: transaction.now.rawValue))
                })
        }
    }

    /// Stores many jobs of one type in one transaction: all, or none.
    ///
    /// - Parameters:
    ///   - type: who executes them.
    ///   - payloads: what each is given.
    ///   - options: of each of them.
    /// - Returns: their ids in the order of `payloads`.
    /// - Throws: a ``WeirError``; nothing is stored then.
    @discardableResult
    public func enqueue(
        _ type: String, batch payloads: [some Encodable], options: EnqueueOptions = EnqueueOptions()
    ) async throws -> [JobID] {
        let data = try payloads.map { try JSONCoding.encode($0, what: "a payload of '\(type)'") }
        return try await thread.perform { store in
            try store.write { transaction in
                let specs = try data.map { try options.spec(type: type, data: $0, now: transaction.now.rawValue) }
                return try transaction.enqueue(specs).map { JobID($0) }
            }
        }
    }

    /// Runs `body` in one transaction of the database: all of it happens, or, when it throws, nothing.
    ///
    /// Tables of your own may live beside the jobs, and change with them:
    ///
    /// ```swift
    /// try await queue.transaction { transaction in
    ///     try transaction.execute("INSERT INTO orders(id) VALUES (?)", [.integer(7)])
    ///     try transaction.enqueue("invoice", Invoice(order: 7))
    /// }
    /// ```
    ///
    /// - Parameter body: must be quick, since nobody else can write meanwhile.
    /// - Throws: what `body` throws, or a ``WeirError``.
    @discardableResult
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (QueueTransaction) throws -> Value
    ) async throws -> Value {
        try await thread.perform { store in
            try store.write { transaction in
                let own = QueueTransaction(transaction)
                defer { own.end() }
                return try body(own)
            }
        }
    }

    /// Stores a job within the caller's own transaction, on a connection of the caller's own to the queue's file: the job
    /// is there when that transaction is committed, and not when it is rolled back.
    ///
    /// Begin the transaction with `BEGIN IMMEDIATE`. The connection needs `PRAGMA trusted_schema = ON`, which is SQLite's
    /// default, and must be one of the system's libsqlite3, the library that Weir is linked with: two copies of SQLite in
    /// one process take away each other's locks. Give it `PRAGMA wal_autocheckpoint = 0`; see <doc:Enqueueing>.
    ///
    /// - Parameters:
    ///   - type: who executes it.
    ///   - payload: what it is given, as JSON of at most 1 MiB.
    ///   - connection: the `sqlite3 *`, open, and used by no other thread now.
    ///   - options: without a memory limit; a key is held until the job ends, and a job that holds it stands for the new
    ///     one whatever it asks for.
    /// - Returns: the job's id, which holds once the transaction is committed.
    /// - Throws: a ``WeirError``; the transaction goes on without the job.
    @discardableResult
    public static func enqueue(
        _ type: String, _ payload: some Encodable, on connection: OpaquePointer,
        options: EnqueueOptions = EnqueueOptions()
    ) throws -> JobID {
        let data = try JSONCoding.encode(payload, what: "the payload of '\(type)'")
        guard options.memoryLimit == nil, options.key?.scope ?? .unfinished == .unfinished,
            options.key?.conflict ?? .keep == .keep
        else {
            throw WeirError(
                .invalid,
                "on a connection of your own a job has no memory limit, and only a key that is unfinished, keep")
        }
        do {
            let spec = try options.spec(type: type, data: data, now: Timekeeper.system.now().rawValue)
            return JobID(try EnqueueView.enqueue(spec, on: ForeignConnection(connection)))
        } catch {
            throw WeirError.wrapping(error)
        }
    }
}
