import CLinux
import Engine
import Glibc
import Jobs

/// What the thread of a queue does.
struct StoreLoop {
    private let store: JobStore
    private let inbox: StoreInbox
    private let waiter: ChangeWaiter

    init(store: JobStore, inbox: StoreInbox) throws {
        self.store = store
        self.inbox = inbox
        waiter = try ChangeWaiter(store: store)
    }

    /// Returns when the inbox is closed.
    func run() {
        var waits: [StoreInbox.Wait] = []
        while true {
            let mail = inbox.take()
            for work in mail.work { work(store) }
            waits += mail.waits
            waits = waits.filter { wait in
                guard mail.cancelled.contains(wait.id) else { return true }
                wait.finish(.failure(CancellationError()))
                return false
            }
            if mail.isClosed {
                for wait in waits { wait.finish(.failure(WeirError.closed)) }
                return
            }
            waits = waits.compactMap(stillOpen)
            sleep(isAwaited: !waits.isEmpty)
        }
    }

    /// `nil` when all of its jobs have ended, and it was told so.
    private func stillOpen(_ wait: StoreInbox.Wait) -> StoreInbox.Wait? {
        var wait = wait
        do {
            try store.look { transaction in
                while let job = wait.jobs.last, try transaction.state(of: job).isFinal { wait.jobs.removeLast() }
            }
        } catch {
            wait.finish(.failure(error))
            return nil
        }
        guard wait.jobs.isEmpty else { return wait }
        wait.finish(.success(()))
        return nil
    }

    /// Until something is posted, or, with somebody waiting, until the database has changed.
    private func sleep(isAwaited: Bool) {
        if isAwaited { waiter.watch() }
        while true {
            if isAwaited, (try? waiter.takeUp()) ?? true { return }
            let changes = isAwaited ? waiter.descriptor : -1
            var files = [inbox.descriptor, changes].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let length = isAwaited ? max(0, waiter.nextLook - store.timekeeper.boottime()) : -1
            poll(&files, 2, Int32(clamping: length))
            if files[0].revents != 0 { return }
        }
    }
}
