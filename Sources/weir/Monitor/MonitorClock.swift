import CLinux
import Glibc
import Jobs

/// The time of day as the monitor writes it.
enum MonitorClock {
    /// `12:50:01`, local time.
    static func time(of moment: Timestamp) -> String {
        var seconds = time_t(moment.rawValue / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
