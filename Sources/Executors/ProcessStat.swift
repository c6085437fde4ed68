import Glibc

/// What `/proc/PID/stat` says of a process.
struct ProcessStat {
    var parent: Int32
    var session: Int32
    /// Clock ticks since boot.
    var startTime: UInt64
    /// Ended, and no thread of it runs: only its exit status is left to be read.
    var isZombie: Bool

    /// nil: there is no such process.
    init?(of pid: Int32) {
        guard let fields = ProcFile.read("/proc/\(pid)/stat", atMost: 1024, { Self.fields($0) }) else { return nil }
        guard let fields, fields.count > 19 else { return nil }
        parent = Int32(fields[1]) ?? 0
        session = Int32(fields[3]) ?? 0
        startTime = UInt64(fields[19]) ?? 0
        // A leader that ended before its other threads looks like a zombie, but the process lives.
        let threads = Int(fields[17]) ?? 1
        isZombie = fields[0] == "X" || (fields[0] == "Z" && threads <= 1)
    }

    /// The fields after the command's name, which may hold spaces and parentheses.
    private static func fields(_ bytes: UnsafeRawBufferPointer) -> [Substring]? {
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        return String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ", maxSplits: 20)
    }
}
