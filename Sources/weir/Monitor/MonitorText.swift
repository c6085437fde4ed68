import Jobs

/// Figures as the monitor writes them.
enum MonitorText {
    /// `1,234`
    static func number(_ value: Int) -> String {
        var text = ""
        for (index, digit) in "\(abs(value))".reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text = "," + text }
            text = String(digit) + text
        }
        return value < 0 ? "-" + text : text
    }

    /// `≥1,000,000` where counting stopped.
    static func count(_ count: BoundedCount) -> String { (count.isExact ? "" : "≥") + number(count.value) }

    /// `0.4`, `12.3`, `1,234`
    static func rate(_ value: Double) -> String {
        guard value < 100 else { return number(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

    /// `12 MiB`
    static func memory(_ kib: Int) -> String {
        if kib < 10 * 1024 { return "\(kib) KiB" }
        if kib < 10 * 1024 * 1024 { return "\(kib / 1024) MiB" }
        return "\(kib / 1024 / 1024) GiB"
    }

    /// `4s`, `1m 05s`, `2h 05m`, `3d 4h`: only whole seconds, which do not flicker.
    static func age(_ milliseconds: Int) -> String {
        let seconds = max(0, milliseconds) / 1_000
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3_600 { return "\(seconds / 60)m \(padded(seconds % 60))s" }
        if seconds < 86_400 { return "\(seconds / 3_600)h \(padded(seconds / 60 % 60))m" }
        return "\(seconds / 86_400)d \(seconds / 3_600 % 24)h"
    }

    /// A bar of eighths.
    static func bar(_ share: Double, width: Int) -> String {
        let eighths = Int((min(1, max(0, share)) * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let text = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return text + String(repeating: "·", count: max(0, width - text.count))
    }

    /// The last `width` values, the highest as a full block.
    static func sparkline(_ values: [Int], width: Int) -> String {
        let shown = values.suffix(max(0, width))
        let top = shown.max() ?? 0
        let blocks = Array("▁▂▃▄▅▆▇█")
        return String(
            shown.map { value in
                value == 0 || top == 0 ? "▁" : blocks[min(7, (value * 8 - 1) / top)]
            })
    }
}
