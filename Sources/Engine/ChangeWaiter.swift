import CLinux
import Glibc
package import Jobs
import SQLite

/// Blocks a command until the database may have changed. Nothing is polled: our writers ring, and the log tells of all
/// others.
package final class ChangeWaiter {
    private let store: JobStore
    private let doorbell: Doorbell
    private var ladder = LogLadder()
    private var version: Int

    /// A look although nothing called for it: a commit may show long after the last event, where the disk is slow.
    private static let safetyPoll = 1_000

    package init(store: JobStore) throws {
        self.store = store
        doorbell = try Doorbell(database: store.path)
        version = try store.database.connection.dataVersion()
    }

    /// Returns `true` when something was committed since the last call, `false` after `milliseconds` without.
    package func wait(atMost milliseconds: Int? = nil) throws -> Bool {
        let end = milliseconds.map { now + $0 }
        if !doorbell.watchesLog {
            doorbell.watchLog()
            ladder.begin(at: now)
        }
        while true {
            if try hasChanged() {
                ladder.end()
                return true
            }
            if let end, now >= end { return false }
            var file = pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
            let next = [ladder.nextLook, end, now + Self.safetyPoll].compactMap { $0 }.min() ?? now
            poll(&file, 1, Int32(clamping: max(0, next - now)))
            let events = doorbell.drain()
            if events.log {
                ladder.event(at: now)
                doorbell.watchLog()
            }
            _ = ladder.isDue(at: now)
        }
    }

    private var now: Int { store.timekeeper.boottime() }

    private func hasChanged() throws -> Bool {
        let found = try store.database.connection.dataVersion()
        defer { version = found }
        return found != version
    }
}
