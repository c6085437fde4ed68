/// Lengths of time and amounts of bytes as people read them.
enum LengthText {
    /// `840 ms`, `12.3 s`, `10m 22s`, `2h 05m`.
    static func time(_ milliseconds: Int) -> String {
        let milliseconds = max(0, milliseconds)
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 {
            let tenths = (milliseconds + 50) / 100
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let seconds = milliseconds / 1_000
        if seconds < 3_600 { return "\(seconds / 60)m \(padded(seconds % 60))s" }
        return "\(seconds / 3_600)h \(padded(seconds / 60 % 60))m"
    }

    /// `812 B`, `180 KiB`.
    static func bytes(_ bytes: Int) -> String {
        if bytes < 1 << 10 { return "\(bytes) B" }
        return bytes < 10 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
