import CLinux
import Glibc

/// How long the other side asks us to wait.
enum RetryAfter {
    /// A day: who asks for more is not waited for that long.
    static let most = 86_400_000

    /// Milliseconds from `now` on.
    ///
    /// - Parameters:
    ///   - text: a header's value: seconds, or a date of HTTP.
    ///   - now: seconds since 1970.
    /// - Returns: `nil` for what is neither.
    static func milliseconds(_ text: String?, now: Int) -> Int? {
        guard let text else { return nil }
        let trimmed = text.trimmed
        if let seconds = Double(trimmed), seconds.isFinite, seconds >= 0 {
            return Int(min(seconds * 1000, Double(most)).rounded(.up))
        }
        for format in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"] {
            var time = tm()
            guard let rest = clinux_strptime(trimmed, format, &time), rest.pointee == 0 else { continue }
            return min(most, max(0, timegm(&time) - now) * 1000)
        }
        return nil
    }
}

extension String {
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return String(rest)
    }
}
