import CLinux
import Engine
import Glibc
import Jobs
import SQLite
import Stores
import Synchronization

/// The thread that owns a queue's database connection: it executes what is posted, in order, and tells those who wait
/// when their jobs have ended. It polls nothing; with nobody waiting it sleeps until something is posted.
final class StoreThread: Sendable {
    /// Absolute and without symbolic links: the program's directory may change.
    let path: String
    private let inbox: StoreInbox

    /// Starts the thread and opens the database in it.
    ///
    /// - Throws: a `WeirError` when the database cannot be opened.
    init(_ options: Database.Options) throws {
        let inbox = try StoreInbox()
        let opening = Opening()
        try DedicatedThread.start {
            do {
                let store = try JobStore(options)
                defer { store.close() }
                let loop = try StoreLoop(store: store, inbox: inbox)
                opening.end(.success(store.path))
                loop.run()
            } catch {
                opening.end(.failure(error))
            }
        }
        path = try opening.wait()
        self.inbox = inbox
    }

    deinit { inbox.close() }

    func close() { inbox.close() }

    /// Jobs may have ended: those who wait look again.
    func nudge() { inbox.nudge() }

    var nudger: @Sendable () -> Void {
        let inbox = inbox
        return { inbox.nudge() }
    }

    /// Executes `body` in the thread.
    ///
    /// - Throws: what `body` throws, as a `WeirError`; `.closed`.
    func perform<R: Sendable>(_ body: @escaping @Sendable (JobStore) throws -> R) async throws -> R {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                let isPosted = inbox.post { store in continuation.resume(with: Result { try body(store) }) }
                if !isPosted { continuation.resume(throwing: WeirError.closed) }
            }
        } catch {
            throw WeirError.wrapping(error)
        }
    }

    /// Returns when all of the jobs have ended.
    ///
    /// - Throws: `CancellationError`; a `WeirError` when there is no such job, or the queue was closed.
    func waitForEnd(of jobs: [Jobs.JobID]) async throws {
        guard !jobs.isEmpty else { return }
        let id = inbox.newWaitID()
        do {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    let wait = StoreInbox.Wait(id: id, jobs: jobs.reversed()) { continuation.resume(with: $0) }
                    if !inbox.post(wait) { continuation.resume(throwing: WeirError.closed) }
                    // The task may have been cancelled before there was anything to cancel.
                    if Task.isCancelled { inbox.cancel(wait: id) }
                }
            } onCancel: {
                inbox.cancel(wait: id)
            }
        } catch {
            throw WeirError.wrapping(error)
        }
    }
}

/// Lets the thread that starts another wait for its word that it is ready.
private final class Opening: Sendable {
    private let descriptor = clinux_eventfd()
    private let path = Mutex<Result<String, any Error>>(.failure(WeirError.closed))

    deinit { close(descriptor) }

    func end(_ result: Result<String, any Error>) {
        path.withLock { $0 = result }
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    func wait() throws -> String {
        var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&file, 1, -1) < 0, errno == EINTR {}
        do {
            return try path.withLock { $0 }.get()
        } catch {
            throw WeirError.wrapping(error)
        }
    }
}
