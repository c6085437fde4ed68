import Glibc

/// The children of a process, living and ended.
enum ProcessChildren {
    /// A process of thousands of children fits.
    private static let bytes = 256 << 10

    /// Whether the kernel lists them (CONFIG_PROC_CHILDREN); else all processes are asked for their parent.
    private static let isListed = access("/proc/self/task/\(getpid())/children", R_OK) == 0

    /// Children of all threads: a child belongs to the thread that made it.
    static func of(_ pid: Int32) -> [Int32] {
        isListed ? listed(of: pid) : asked(of: pid)
    }

    static func listed(of pid: Int32) -> [Int32] {
        ProcFile.numbers(in: "/proc/\(pid)/task").flatMap { children(of: pid, thread: $0) }
    }

    /// Children of a process's main thread, to which the kernel hands what a subreaper adopts.
    static func ofMainThread(_ pid: Int32) -> [Int32] { isListed ? children(of: pid, thread: pid) : asked(of: pid) }

    static func asked(of pid: Int32) -> [Int32] {
        ProcFile.numbers(in: "/proc").filter { ProcessStat(of: $0)?.parent == pid }
    }

    private static func children(of pid: Int32, thread: Int32) -> [Int32] {
        ProcFile.read("/proc/\(pid)/task/\(thread)/children", atMost: bytes, ProcFile.numbers) ?? []
    }
}
