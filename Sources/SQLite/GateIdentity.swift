import Glibc

/// Who holds the gate, for those who wait and find the holder stopped.
package struct GateIdentity: Sendable, Hashable, CustomStringConvertible {
    /// 0 for a program that is no runner.
    package var runnerID: Int64
    /// What the program is, in a word or two; the gate keeps its first 32 bytes of UTF-8.
    package var kind: String
    package var pid: Int32
    /// In clock ticks after boot, as /proc tells it: with the pid it names one process.
    package var startTime: UInt64
    /// The inode of the pid namespace that the pid belongs to, 0 where unknown.
    package var pidNamespace: UInt64
    /// False for programs that embed the library: they are reported, never killed.
    package var mayBeKilled: Bool

    package init(
        runnerID: Int64 = 0, kind: String, pid: Int32, startTime: UInt64, pidNamespace: UInt64, mayBeKilled: Bool
    ) {
        self.runnerID = runnerID
        self.kind = kind
        self.pid = pid
        self.startTime = startTime
        self.pidNamespace = pidNamespace
        self.mayBeKilled = mayBeKilled
    }

    /// The identity of this process.
    package static func current(runnerID: Int64 = 0, kind: String, mayBeKilled: Bool) -> GateIdentity {
        GateIdentity(
            runnerID: runnerID, kind: kind, pid: getpid(), startTime: ProcessStatus.ofSelf()?.startTime ?? 0,
            pidNamespace: ProcessStatus.pidNamespace(), mayBeKilled: mayBeKilled)
    }

    package var description: String {
        runnerID == 0 ? "\(kind) (process \(pid))" : "\(kind) \(runnerID) (process \(pid))"
    }
}
