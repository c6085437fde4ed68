import CLinux
import Glibc
import Jobs

/// What wakes a process that waits for changes in the database: the bell of our own writers, and the write-ahead log
/// for everybody else's.
package final class Doorbell {
    /// Readable when something came; for an epoll or a poll.
    package let descriptor: Int32
    private let logPath: String
    private var bellWatch: Int32 = -1
    private var logWatch: Int32 = -1

    package init(database path: String) throws(SystemCallError) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError("inotify_init1") }
        logPath = path + "-wal"
        let bell = Bell.path(for: path)
        let file = open(bell, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        if file >= 0 { close(file) }
        bellWatch = inotify_add_watch(descriptor, bell, UInt32(IN_MODIFY))
        guard bellWatch >= 0 else { throw SystemCallError("inotify_add_watch") }
    }

    deinit { close(descriptor) }

    package struct Events {
        package var bell = false
        package var log = false
    }

    /// Reads all events that are there, without waiting.
    package func drain() -> Events {
        var events = Events()
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return }
                var offset = 0
                while offset < count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.wd == bellWatch { events.bell = true }
                    if event.wd == logWatch {
                        events.log = true
                        logWatch = -1  // one event ends the watch
                    }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
        return events
    }

    /// Watches the log for one event. The caller holds a connection, without which the file may go.
    package func watchLog() {
        logWatch = inotify_add_watch(descriptor, logPath, UInt32(IN_MODIFY) | UInt32(IN_ONESHOT))
    }

    package var watchesLog: Bool { logWatch >= 0 }

    /// Ends the watch, before one writes to the log oneself.
    package func leaveLog() {
        guard logWatch >= 0 else { return }
        inotify_rm_watch(descriptor, logWatch)
        logWatch = -1
    }
}
