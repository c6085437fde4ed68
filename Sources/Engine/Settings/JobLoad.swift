import Glibc

/// How much of the processors' time the jobs of this process have used.
enum JobLoad {
    /// Processes that one look reads; of more, what is left out counts as asleep.
    private static let mostProcesses = 2_000
    private static let millisecondsPerTick = 1_000 / max(1, sysconf(Int32(_SC_CLK_TCK)))

    /// Milliseconds since this process began: of all children that have ended, and of those that live with all below.
    ///
    /// - Parameter roots: the living children.
    /// - Returns: `nil` where the kernel does not tell who is whose child.
    static func milliseconds(of roots: some Sequence<Int32>) -> Int? {
        guard access("/proc/self/task/\(getpid())/children", R_OK) == 0 else { return nil }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        var total = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime)
        var left = Array(roots)
        var seen = 0
        while let pid = left.popLast(), seen < mostProcesses {
            seen += 1
            total += ProcFile.text("/proc/\(pid)/stat").flatMap { ticks(in: $0) }.map { $0 * millisecondsPerTick } ?? 0
            left += children(of: pid)
        }
        return total
    }

    /// Its own time and that of the children that it has waited for: fields 14 to 17, counted behind the name, in which
    /// anything may stand.
    static func ticks(in stat: String) -> Int? {
        guard let close = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[close...].split(separator: " ").dropFirst().dropFirst(11).prefix(4).compactMap { Int($0) }
        return fields.count == 4 ? fields.reduce(0, +) : nil
    }

    private static func children(of pid: Int32) -> [Int32] {
        (ProcFile.text("/proc/\(pid)/task/\(pid)/children") ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    private static func milliseconds(_ time: timeval) -> Int { time.tv_sec * 1_000 + Int(time.tv_usec) / 1_000 }
}
