import Glibc

/// What a process makes of SIGTERM, read from `/proc/PID/status`.
enum SignalStance: Sendable, Equatable {
    /// Nothing was changed: it ends, unless it is the first process of a pid namespace.
    case obeys
    /// It has a handler, or takes the signal up in another way: it may need a while.
    case handles
    /// It ignores the signal.
    case ignores
    /// It blocks the signal, which was sent and waits, and nothing takes it up.
    case keepsWaiting

    /// nil: there is no such process.
    static func of(_ pid: Int32) -> SignalStance? {
        ProcFile.read("/proc/\(pid)/status", atMost: 4096) { bytes in
            stance(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// - Parameter status: the text of a status file.
    static func stance(_ status: String) -> SignalStance {
        var sets: [Substring: UInt64] = [:]
        for line in status.split(separator: "\n") where line.hasPrefix("Sig") || line.hasPrefix("ShdPnd") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let digits = line[line.index(after: colon)...].filter(\.isHexDigit)
            sets[line[..<colon]] = UInt64(digits, radix: 16)
        }
        func has(_ set: Substring) -> Bool { (sets[set] ?? 0) & (1 << UInt64(SIGTERM - 1)) != 0 }
        if has("SigIgn") { return .ignores }
        if has("SigCgt") { return .handles }
        guard has("SigBlk") else { return .obeys }
        // Who reads a blocked signal, as from a signalfd, leaves none waiting.
        return has("ShdPnd") || has("SigPnd") ? .keepsWaiting : .handles
    }
}
