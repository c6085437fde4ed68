import Engine
import Glibc
import Jobs
import SQLite

/// What the thread does that watches the database for changes.
struct ChangeWatch {
    /// Whether somebody waits.
    enum Demand { case none, awaited, closed }

    private let store: JobStore
    private let waiter: ChangeWaiter
    private let wake: EventDescriptor

    /// - Parameter wake: rung when the demand may be another.
    init(_ options: Database.Options, timekeeper: Timekeeper, wake: EventDescriptor) throws {
        store = try JobStore(options, timekeeper: timekeeper)
        waiter = try ChangeWaiter(store: store)
        self.wake = wake
    }

    /// Returns when `tell`, which is told whether something has changed, says that nobody will ever wait again.
    func run(_ tell: (Bool) -> Demand) {
        defer { store.close() }
        var hasChanged = false
        while true {
            let demand = tell(hasChanged)
            if demand == .closed { return }
            hasChanged = wait(isAwaited: demand == .awaited)
        }
    }

    /// Until the demand may be another, or, with somebody waiting, until something has changed.
    private func wait(isAwaited: Bool) -> Bool {
        if isAwaited {
            waiter.watch()
            if (try? waiter.takeUp()) ?? true { return true }
        }
        let length = isAwaited ? max(0, waiter.nextLook - store.timekeeper.boottime()) : -1
        var files = [wake.number, isAwaited ? waiter.descriptor : -1].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        poll(&files, 2, Int32(clamping: length))
        if files[0].revents != 0 { wake.drain() }
        return false
    }
}
