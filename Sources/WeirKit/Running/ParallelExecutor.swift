import Jobs
public import Logging
public import ServiceLifecycle
import Synchronization

/// Executes tasks in parallel, with a few workers in this process, and hands back their outcomes.
///
/// Each task is a job of the database: it survives a crash, is retried, and can be looked at with `weir` and SQL. The
/// workers start with the first task, or with ``run()``.
///
/// ```swift
/// let executor = try ParallelExecutor(path: "tasks.db", options: .init(maxWorkers: 4))
/// try executor.register("analysis") { (text: String, context) in text.count }
/// let outcomes = try await executor.submitBatch([
///     ParallelTask(id: "1", type: "analysis", priority: 10, data: "a text"),
///     ParallelTask(id: "2", type: "analysis", priority: 8, data: "another"),
/// ])
/// await executor.shutdown()
/// ```
public final class ParallelExecutor: Service {
    /// How an executor works.
    public struct Options: Sendable {
        /// Tasks at once. By default half the processors, and one at least.
        public var maxWorkers: Int
        /// Tells ``ParallelExecutor/events`` what happens. By default `true`.
        public var enableMonitoring: Bool
        /// Of each attempt of a task. By default none.
        public var timeout: Duration?
        /// Attempts after the first. By default 3.
        public var retries: Int
        /// What all processes of a task may have resident together, in MiB, where processes execute it. By default none.
        public var memoryLimit: Int?
        /// Most tasks that are reported and claimed in one transaction. By default 10.
        public var batchSize: Int

        /// The defaults with a few changes.
        public init(
            maxWorkers: Int? = nil, enableMonitoring: Bool = true, timeout: Duration? = nil, retries: Int = 3,
            memoryLimit: Int? = nil, batchSize: Int = 10
        ) {
            self.maxWorkers = maxWorkers ?? max(1, Processors.count / 2)
            self.enableMonitoring = enableMonitoring
            self.timeout = timeout
            self.retries = retries
            self.memoryLimit = memoryLimit
            self.batchSize = batchSize
        }
    }

    /// The database of its tasks.
    public let queue: JobQueue
    private let options: Options
    private let log: Logger
    private let work = Mutex<Task<Void, any Error>?>(nil)

    /// Makes an executor on a queue.
    public init(
        queue: JobQueue, options: Options = Options(), logger: Logger = Logger(label: "weir.executor")
    ) {
        self.queue = queue
        self.options = options
        log = logger
    }

    /// Makes an executor on a database, which is made when it is missing.
    ///
    /// - Throws: as ``JobQueue/init(path:durability:)``.
    public convenience init(
        path: String, options: Options = Options(), logger: Logger = Logger(label: "weir.executor")
    ) throws {
        self.init(queue: try JobQueue(path: path), options: options, logger: logger)
    }

    deinit { work.withLock { $0?.cancel() } }

    /// Has `handler` execute the tasks of a type; see ``JobQueue``.
    ///
    /// - Throws: a ``WeirError`` when the type has a handler already, is no name, or the workers have started.
    public func register<Payload: Decodable & Sendable, Value: Encodable & Sendable>(
        _ type: String, handler: @escaping @Sendable (_ task: Payload, _ context: JobContext) async throws -> Value
    ) throws {
        try queue.register(type, handler: handler)
    }

    /// The same for a handler that returns nothing.
    ///
    /// - Throws: a ``WeirError`` when the type has a handler already, is no name, or the workers have started.
    public func register<Payload: Decodable & Sendable>(
        _ type: String, handler: @escaping @Sendable (_ task: Payload, _ context: JobContext) async throws -> Void
    ) throws {
        try queue.register(type, handler: handler)
    }

    /// Tasks that start, end and fail, and statistics, from now on.
    public var events: QueueEvents { queue.events }

    /// Stores a task and waits for its end.
    ///
    /// - Returns: its outcome; `success` is false when it failed.
    /// - Throws: a ``WeirError`` when it cannot be stored, or the workers cannot work; `CancellationError`, and the task
    ///   goes on then.
    @discardableResult
    public func submitTask(_ task: ParallelTask) async throws -> JobOutcome { try await submitBatch([task])[0] }

    /// Stores tasks in one transaction and waits for the end of all.
    ///
    /// - Returns: their outcomes, in the order of `tasks`.
    /// - Throws: as ``submitTask(_:)``; no task is stored when one cannot be.
    @discardableResult
    public func submitBatch(_ tasks: [ParallelTask]) async throws -> [JobOutcome] {
        let jobs = try await enqueue(tasks)
        let runner = started()
        return try await withThrowingTaskGroup(of: [JobOutcome]?.self) { group in
            group.addTask { try await self.queue.outcomes(of: jobs) }
            // Without workers nobody would come to an end.
            group.addTask {
                try await Self.end(of: runner)
                return nil
            }
            defer { group.cancelAll() }
            while let outcomes = try await group.next() { if let outcomes { return outcomes } }
            throw WeirError.closed
        }
    }

    /// Ends with the runner, or with the task that waits for it.
    private static func end(of runner: Task<Void, any Error>) async throws {
        let (ends, continuation) = AsyncStream<Result<Void, any Error>>.makeStream()
        // Awaited at once: the stream ends with it, or nobody listens any more.
        Task { continuation.yield(await runner.result) }
        for await end in ends {
            try end.get()
            // The workers were shut down. What was stored stays stored, for whoever comes next.
            throw WeirError(
                .closed, "the executor was shut down; its tasks are stored, and go on with the next workers")
        }
    }

    private func enqueue(_ tasks: [ParallelTask]) async throws -> [JobID] {
        let encoded = try tasks.map { (task: $0, data: try $0.encode()) }
        let options = options
        return try await queue.thread.perform { store in
            try store.write { transaction in
                let specs = try encoded.map { task, data in
                    try options.enqueueOptions(for: task).spec(
                        type: task.type, data: data, now: transaction.now.rawValue)
                }
                return try transaction.enqueue(specs).map { JobID($0) }
            }
        }
    }

    // MARK: The workers

    /// Works until the service group shuts down, the task is cancelled, or ``shutdown()`` is called. Needed only to be part
    /// of a `ServiceGroup`: tasks start the workers by themselves.
    ///
    /// - Throws: a ``WeirError`` when the options cannot be, or the database cannot be used for good.
    public func run() async throws {
        let runner = started()
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await runner.value
            } onGracefulShutdown: {
                runner.cancel()
            }
        } onCancel: {
            runner.cancel()
        }
    }

    /// Ends the workers, and returns when they have ended; what they executed is handed back, and goes on with the next
    /// workers. A later task starts new ones.
    public func shutdown() async {
        let runner = work.withLock { work in
            defer { work = nil }
            return work
        }
        runner?.cancel()
        _ = await runner?.result
    }

    private func started() -> Task<Void, any Error> {
        work.withLock { work in
            if let work { return work }
            var settings = JobRunner.Options(slots: options.maxWorkers)
            settings.monitoring = options.enableMonitoring
            settings.batchSize = options.batchSize
            let runner = JobRunner(queue, options: settings, logger: log)
            let task = Task.detached { try await runner.run() }
            work = task
            return task
        }
    }
}

extension ParallelExecutor.Options {
    func enqueueOptions(for task: ParallelTask) -> EnqueueOptions {
        var own = EnqueueOptions()
        own.name = task.id
        own.priority = task.priority
        own.timeout = task.timeout ?? timeout
        own.retries = task.retries ?? retries
        own.memoryLimit = memoryLimit
        own.key = task.key
        return own
    }
}
