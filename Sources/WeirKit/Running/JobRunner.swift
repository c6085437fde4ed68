import Engine
import Jobs
public import Logging
public import ServiceLifecycle

/// Executes the jobs of a queue with its handlers, in this process. Any number of runners, here and in other processes,
/// share the work of one database.
///
/// It is a service: in a `ServiceGroup` it works until the group shuts down gracefully. Jobs that run then are handed back
/// (or come to their end, see ``Options/shutdown``), and go on in another runner. After a crash of the program another
/// runner takes them within a second. A program that embeds a runner is never killed by others, however late its lease is.
///
/// It takes no signals, adopts no processes and reaps none that are not its own.
public final class JobRunner: Service {
    /// What becomes of the jobs that run when the runner is shut down.
    public enum Shutdown: Sendable {
        /// Their tasks are cancelled, and the jobs are ready again, at no cost.
        case handBack
        /// They come to their end; nothing else is begun.
        case finish
    }

    /// How a runner works.
    public struct Options: Sendable {
        /// Jobs at once. By default the number of processors.
        public var slots: Int
        /// Serves these queues only; `nil`: all.
        public var queues: Set<String>?
        /// By default ``Shutdown/handBack``.
        public var shutdown = Shutdown.handBack
        /// Ends by itself once nothing is left that it could execute. By default `false`.
        public var endsWhenIdle = false
        /// Executes scripts as well: jobs without a type, which anybody enqueued. By default `false`.
        public var executesScripts = false
        /// How long others wait for this program while it shows no sign of life; 0.5 s to 1 h. By default 15 s.
        public var lease = Duration.seconds(15)
        /// Tells ``JobQueue/events`` what happens. By default `true`.
        public var monitoring = true
        /// Most jobs that are reported and claimed in one transaction. By default 100.
        public var batchSize = 100

        /// The defaults.
        public init(slots: Int? = nil) { self.slots = slots ?? Processors.count }
    }

    private let queue: JobQueue
    private let options: Options
    private let log: Logger

    /// Makes a runner, which works once ``run()`` is called.
    ///
    /// - Parameters:
    ///   - queue: with its handlers registered.
    ///   - options: how it works.
    ///   - logger: hears of starts, ends and what is wrong.
    public init(_ queue: JobQueue, options: Options = Options(), logger: Logger = Logger(label: "weir.runner")) {
        self.queue = queue
        self.options = options
        log = logger
    }

    /// Works until the service group shuts down gracefully, the task is cancelled, or, where that was asked for, nothing is
    /// left. It may be called again then.
    ///
    /// - Throws: a ``WeirError`` when the options cannot be, or the database cannot be used for good.
    public func run() async throws {
        let settings = try options.settings()
        _ = try await EmbeddedRunner(
            queue: queue, options: settings, log: log, isGentle: options.shutdown == .finish,
            isMonitored: options.monitoring
        ).run()
    }
}

extension JobRunner.Options {
    func settings() throws -> RunnerOptions {
        guard (1...10_000).contains(slots) else {
            throw WeirError(.invalid, "a runner has 1 to 10,000 slots, not \(slots)")
        }
        guard (500...3_600_000).contains(lease.roundedMilliseconds) else {
            throw WeirError(.invalid, "a lease is 0.5 s to 1 h long, not \(lease)")
        }
        guard (1...10_000).contains(batchSize) else {
            throw WeirError(.invalid, "a batch has 1 to 10,000 jobs, not \(batchSize)")
        }
        if let queues, queues.isEmpty {
            throw WeirError(.invalid, "the runner serves no queue; leave 'queues' out for all")
        }
        var settings = RunnerOptions.embedded(slots: slots, scope: .queues(queues))
        settings.lease = lease.roundedMilliseconds
        settings.isPlain = executesScripts
        settings.drainAfter = endsWhenIdle ? .idle : nil
        settings.batch = batchSize
        return settings
    }
}

extension RunnerOptions {
    /// Of a runner in somebody else's program.
    static func embedded(slots: Int, scope: ClaimScope) -> RunnerOptions {
        var options = RunnerOptions(
            kind: .embedded, slots: slots, scope: scope, version: "WeirKit", environment: ProcessEnvironment.all())
        options.ownsProcess = false
        return options
    }
}
