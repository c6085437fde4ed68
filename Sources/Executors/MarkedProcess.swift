import CLinux
import Glibc

/// A process that belongs to an attempt.
package struct MarkedProcess: Sendable, Equatable {
    package var pid: Int32
    package var parent: Int32
    /// nil: it bears none (any more), or it may not be read.
    package var mark: UInt64?
    /// Clock ticks since boot.
    package var startTime: UInt64

    package init(pid: Int32, parent: Int32, mark: UInt64?, startTime: UInt64) {
        self.pid = pid
        self.parent = parent
        self.mark = mark
        self.startTime = startTime
    }

    /// nil: no such process, or it has ended.
    init?(pid: Int32) {
        guard let stat = ProcessStat(of: pid), !stat.isZombie else { return nil }
        self.init(pid: pid, parent: stat.parent, mark: Mark.of(pid), startTime: stat.startTime)
    }

    /// Sends a signal to this process and to none that got its pid later. False: it is gone, or may not be signalled.
    @discardableResult
    package func signal(_ signal: Int32) -> Bool {
        let pidfd = clinux_pidfd_open(pid)
        guard pidfd >= 0 else { return false }
        defer { close(pidfd) }
        // The descriptor holds a process, of which only now is asked who it is. If it has ended meanwhile and the
        // answer is that of a successor of its pid, the signal reaches nobody.
        guard let now = MarkedProcess(pid: pid), now.startTime == startTime, now.mark == mark else { return false }
        return clinux_pidfd_send_signal(pidfd, signal) == 0
    }
}
