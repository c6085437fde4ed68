/// Lengths of time as people read them.
package enum TimeText {
    /// `840 ms`, `12.3 s`, `10m 22s`, `2h 05m`, rounded; less than nothing is nothing.
    package static func short(_ milliseconds: Int) -> String {
        let milliseconds = max(0, milliseconds)
        if milliseconds < 1_000 { return "\(milliseconds) ms" }
        if milliseconds < 59_950 {
            let tenths = (milliseconds + 50) / 100
            return "\(tenths / 10).\(tenths % 10) s"
        }
        let seconds = (milliseconds + 500) / 1_000
        if seconds < 3_600 { return "\(seconds / 60)m \(padded(seconds % 60))s" }
        return "\(seconds / 3_600)h \(padded(seconds / 60 % 60))m"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
