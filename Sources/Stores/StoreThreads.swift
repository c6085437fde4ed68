import Engine
import Jobs
import SQLite

/// Threads that own a connection each, and execute what is posted.
final class StoreThreads: Sendable {
    typealias Work = @Sendable (JobStore) -> Void

    /// Posted work that waits at the most; what comes then is refused.
    private static let capacity = 10_000

    private let queue: WorkQueue<Work>

    /// Opens the database once in each thread.
    ///
    /// - Throws: what opening it throws.
    init(_ options: Database.Options, count: Int, timekeeper: Timekeeper) async throws {
        let queue = try WorkQueue<Work>(capacity: Self.capacity)
        self.queue = queue
        do {
            for _ in 0..<count { try await Self.start(queue, options, timekeeper) }
        } catch {
            queue.close()
            throw error
        }
    }

    private static func start(
        _ queue: WorkQueue<Work>, _ options: Database.Options, _ timekeeper: Timekeeper
    ) async throws {
        try await withCheckedThrowingContinuation { (opening: CheckedContinuation<Void, any Error>) in
            do {
                try DedicatedThread.start {
                    let store: JobStore
                    do {
                        store = try JobStore(options, timekeeper: timekeeper)
                    } catch {
                        return opening.resume(throwing: error)
                    }
                    opening.resume()
                    while let work = queue.next() {
                        work(store)
                        // No connection of ours checkpoints by itself: who writes does it, once its work is answered.
                        _ = try? store.database.checkpoint()
                    }
                    store.close()
                }
            } catch {
                opening.resume(throwing: error)
            }
        }
    }

    deinit { queue.close() }

    func close() { queue.close() }

    /// Executes `body` in one of the threads.
    ///
    /// - Throws: what `body` throws; `StoreServiceError`.
    func perform<R: Sendable>(_ body: @escaping @Sendable (JobStore) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            switch queue.post({ store in continuation.resume(with: Result { try body(store) }) }) {
            case .accepted: break
            case .full: continuation.resume(throwing: StoreServiceError.overloaded)
            case .closed: continuation.resume(throwing: StoreServiceError.closed)
            }
        }
    }
}
