import CSpawn
import Glibc

/// How an attempt's mark is written on its processes: as their soft limit of real-time CPU time (RLIMIT_RTTIME).
///
/// Limits pass to every descendant through fork, exec, setsid and a cleared environment. This one binds only processes
/// under a real-time scheduler, and a value from 2^60 microseconds up is more than 36,000 years. prlimit(2) reads it
/// of any process of the same user in under a microsecond. What can take it off: `su` and `sudo` with pam_limits, and
/// whoever sets that limit; the environment, the session and the family tree are the fallbacks (`MarkScan`).
enum Mark {
    private static let base: UInt64 = 1 << 60

    static func limit(for mark: UInt64) -> UInt64 {
        precondition(mark != 0 && mark < base, "a mark lies between 1 and 2^60 - 1")
        return base | mark
    }

    /// The mark that a limit holds, or nil when it holds none.
    static func from(limit: UInt64) -> UInt64? {
        limit > base && limit < base << 1 ? limit & (base - 1) : nil
    }

    /// The mark of a process, or nil when it has none or may not be read.
    static func of(_ pid: Int32) -> UInt64? {
        let limit = cspawn_realtime_limit(pid)
        if limit == 0, errno == EPERM, geteuid() == 0 { return from(limit: listedLimit(of: pid)) }
        return from(limit: limit)
    }

    /// In a container root may lack CAP_SYS_RESOURCE, which prlimit wants for other users' processes. It may kill
    /// them, though, and everybody may read this file.
    private static func listedLimit(of pid: Int32) -> UInt64 {
        let name = "Max realtime timeout"
        return ProcFile.read("/proc/\(pid)/limits", atMost: 4096) { bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let soft = lines.first { $0.hasPrefix(name) }?.dropFirst(name.count).split(separator: " ").first
            return soft.flatMap { UInt64($0) } ?? 0
        } ?? 0
    }
}
