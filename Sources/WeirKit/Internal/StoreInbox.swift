import CLinux
import Engine
import Glibc
import Jobs
import Synchronization

/// What waits for the thread that owns a queue's database. Any thread posts.
final class StoreInbox: Sendable {
    typealias Work = @Sendable (JobStore) -> Void

    /// Somebody who waits until all of some jobs have ended.
    struct Wait: Sendable {
        let id: Int
        /// The last is looked at first, so that each job is looked at about once, however many commits there are.
        var jobs: [Jobs.JobID]
        let finish: @Sendable (Result<Void, any Error>) -> Void
    }

    struct Mail {
        var work: [Work] = []
        var waits: [Wait] = []
        var cancelled: Set<Int> = []
        var isClosed = false
    }

    /// Readable while something waits.
    let descriptor: Int32
    private let mail = Mutex(Mail())
    private let lastWait = Atomic(0)

    init() throws {
        descriptor = clinux_eventfd()
        guard descriptor >= 0 else {
            throw WeirError(.unavailable, "eventfd: \(String(cString: strerror(errno)))")
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Returns `false` when the inbox is closed, and `work` will not run.
    func post(_ work: @escaping Work) -> Bool {
        change {
            guard !$0.isClosed else { return false }
            $0.work.append(work)
            return true
        }
    }

    func newWaitID() -> Int { lastWait.add(1, ordering: .relaxed).newValue }

    func post(_ wait: Wait) -> Bool {
        change {
            guard !$0.isClosed else { return false }
            $0.waits.append(wait)
            return true
        }
    }

    /// The wait ends with a `CancellationError`, if it has not ended yet.
    func cancel(wait id: Int) { change { _ = $0.cancelled.insert(id) } }

    /// Jobs may have ended: those who wait look again.
    func nudge() { ring() }

    func close() { change { $0.isClosed = true } }

    /// Takes all that is there, without waiting.
    func take() -> Mail {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
        return mail.withLock { mail in
            defer {
                mail.work = []
                mail.waits = []
                mail.cancelled = []
            }
            return mail
        }
    }

    private func change<R: Sendable>(_ body: (inout Mail) -> R) -> R {
        let result = mail.withLock { body(&$0) }
        ring()
        return result
    }

    private func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }
}
