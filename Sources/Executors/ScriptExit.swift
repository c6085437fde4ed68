import Glibc

/// How a script ended, and what it used.
package struct ScriptExit: Sendable, Equatable {
    /// nil when a signal ended it.
    package var exitCode: Int32?
    /// nil when it exited by itself.
    package var signal: Int32?
    /// The most memory that one process of the script had at once, but never less than the runner's own peak at its
    /// start (some 15 MiB): the kernel counts the runner's memory for the moment before exec.
    package var maxRSSKiB: Int
    /// User and system time of the script and of those of its children that it waited for.
    package var cpuMilliseconds: Int
}

extension ScriptExit {
    /// Of what waitid(2) says.
    init(code: Int32, status: Int32, usage: rusage) {
        let isExit = code == CLD_EXITED
        self.init(
            exitCode: isExit ? status : nil, signal: isExit ? nil : status, maxRSSKiB: usage.ru_maxrss,
            cpuMilliseconds: Self.milliseconds(usage.ru_utime) + Self.milliseconds(usage.ru_stime))
    }

    private static func milliseconds(_ time: timeval) -> Int { time.tv_sec * 1000 + Int(time.tv_usec) / 1000 }
}
