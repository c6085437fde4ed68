import Engine
import Jobs
import SQLite

/// Threads that own a connection each, and execute what is posted.
final class StoreThreads: Sendable {
    typealias Work = @Sendable (JobStore) -> Void

    /// Posted work that waits at the most; what comes then is refused.
    private static let capacity = 10_000

    private let queue: WorkQueue<Work>
    private let onReplaced: @Sendable () -> Void

    /// Opens the database once in each thread.
    ///
    /// - Parameter onReplaced: called when the database is found to be removed or replaced.
    /// - Throws: what opening it throws.
    init(
        _ options: Database.Options, count: Int, timekeeper: Timekeeper, onReplaced: @escaping @Sendable () -> Void
    ) async throws {
        let queue = try WorkQueue<Work>(capacity: Self.capacity)
        self.queue = queue
        self.onReplaced = onReplaced
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
            switch queue.post({ [onReplaced] store in
                continuation.resume(with: Self.result(of: body, store, onReplaced))
            }) {
            case .accepted: break
            case .full: continuation.resume(throwing: StoreServiceError.overloaded)
            case .closed: continuation.resume(throwing: StoreServiceError.closed)
            }
        }
    }

    private static func result<R>(
        of body: (JobStore) throws -> R, _ store: JobStore, _ onReplaced: () -> Void
    ) -> Result<R, any Error> {
        do {
            return .success(try body(store))
        } catch let error as SQLiteError where error.isMoved {
            onReplaced()
            return .failure(StoreServiceError.replaced(path: error.path))
        } catch {
            return .failure(error)
        }
    }
}
