import Engine

/// One thread for what may take long and needs no database: files of the user's, which may lie on a disk that hangs, and
/// texts of strangers.
final class SideThread: Sendable {
    /// Posted work that waits at the most; what comes then is refused.
    private static let capacity = 1_000

    private let queue: WorkQueue<@Sendable () -> Void>

    /// - Throws: `SystemCallError` when the host has no room for another thread.
    init() throws(SystemCallError) {
        let queue = try WorkQueue<@Sendable () -> Void>(capacity: Self.capacity)
        self.queue = queue
        try DedicatedThread.start {
            while let work = queue.next() { work() }
        }
    }

    deinit { queue.close() }

    func close() { queue.close() }

    /// - Throws: what `body` throws; `StoreServiceError`.
    func perform<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            switch queue.post({ continuation.resume(with: Result { try body() }) }) {
            case .accepted: break
            case .full: continuation.resume(throwing: StoreServiceError.overloaded)
            case .closed: continuation.resume(throwing: StoreServiceError.closed)
            }
        }
    }
}
