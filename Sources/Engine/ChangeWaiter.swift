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

    /// Readable when something may have changed; for a poll of the caller's own, who calls `takeUp` then and not later
    /// than `nextLook`.
    package var descriptor: Int32 { doorbell.descriptor }

    /// When to look although nothing called for it, in milliseconds of CLOCK_BOOTTIME.
    package var nextLook: Int { min(ladder.nextLook ?? .max, now + Self.safetyPoll) }

    /// Begins to watch the log of all others. `takeUp` goes on with it.
    package func watch() {
        guard !doorbell.watchesLog else { return }
        doorbell.watchLog()
        ladder.begin(at: now)
    }

    /// Whether something was committed since the last call. Does not wait.
    package func takeUp() throws -> Bool {
        let events = doorbell.drain()
        if events.log {
            ladder.event(at: now)
            doorbell.watchLog()
        }
        _ = ladder.isDue(at: now)
        guard try hasChanged() else { return false }
        ladder.end()
        return true
    }

    /// Returns `true` when something was committed since the last call, `false` after `milliseconds` without.
    package func wait(atMost milliseconds: Int? = nil) throws -> Bool {
        let end = milliseconds.map { now + $0 }
        watch()
        while true {
            if try takeUp() { return true }
            if let end, now >= end { return false }
            var file = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&file, 1, Int32(clamping: max(0, min(nextLook, end ?? .max) - now)))
        }
    }

    private var now: Int { store.timekeeper.boottime() }

    private func hasChanged() throws -> Bool {
        // Of a file that was replaced nobody would ever tell.
        try store.database.requireInPlace()
        let found = try store.database.connection.dataVersion()
        defer { version = found }
        return found != version
    }
}
