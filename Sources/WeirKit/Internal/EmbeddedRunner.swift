import Engine
import Jobs
import Logging
import Requests
import SQLite
import Stores
import ServiceLifecycle
import Synchronization

/// A runner in a thread of its own, and the bridge from there to `async`.
struct EmbeddedRunner: Sendable {
    let queue: JobQueue
    let options: RunnerOptions
    let log: Logger
    /// What runs comes to its end when the runner is told to end.
    let isGentle: Bool
    let isMonitored: Bool
    /// The runner ends, gently, once this run is over.
    var followed: Jobs.RunID?

    /// Returns when the runner has ended.
    func run() async throws -> RunnerEnd {
        let handle = RunnerHandle(isGentle: isGentle)
        do {
            return try await withTaskCancellationHandler {
                try await withGracefulShutdownHandler {
                    try await work(handle)
                } onGracefulShutdown: {
                    handle.stop()
                }
            } onCancel: {
                handle.stop()
            }
        } catch {
            throw WeirError.wrapping(error)
        }
    }

    private func work(_ handle: RunnerHandle) async throws -> RunnerEnd {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try DedicatedThread.start {
                    let result = Result { try execute(handle) }
                    handle.end()
                    queue.thread.nudge()
                    continuation.resume(with: result)
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// In the thread, which lives until every job of the runner has ended.
    private func execute(_ handle: RunnerHandle) throws -> RunnerEnd {
        var database = queue.databaseOptions
        database.stoppedHolderPatience = .milliseconds(options.lease)
        database.writeLockDeadline = .seconds(2)
        let store = try JobStore(database)
        defer { store.close() }
        if case .queues(let names?) = options.scope { try store.look { try $0.requireQueues(names) } }
        let observer = RunnerWatch(
            queue: queue, store: store, slots: options.slots, isMonitored: isMonitored, followed: followed)
        let runner = try Runner(store: store, options: options, log: log, observer: observer)
        runner.services.handlers = queue.registry.freeze()
        runner.services.requests = NetworkRequests()
        observer.serving = Serving(isPlain: options.isPlain, types: Set(runner.services.handlers.keys))
        guard handle.begin(runner.control) else { return .finished }
        return try runner.run()
    }
}

/// How other threads tell a runner to end, before it has begun as well.
final class RunnerHandle: Sendable {
    private enum State {
        case waiting
        case working(RunnerControl)
        case over
    }

    private let state = Mutex(State.waiting)
    private let isGentle: Bool

    init(isGentle: Bool) { self.isGentle = isGentle }

    /// Returns `false` when it was told to end already.
    func begin(_ control: RunnerControl) -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            state = .working(control)
            return true
        }
    }

    func end() { state.withLock { $0 = .over } }

    func stop() {
        state.withLock { state in
            switch state {
            case .waiting: state = .over
            case .working(let control): control.drain(gently: isGentle)
            case .over: break
            }
        }
    }
}
