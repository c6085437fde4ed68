import Logging

/// Which lines are logged: all from a level on, and those of the categories that `DEBUG` names from `debug` on.
struct LogFilter: Sendable {
    let level: Logger.Level
    private var chosen: [String] = []
    private var left: [String] = []

    /// - Parameter debug: patterns between commas or blanks, as `parallel:*,-parallel:queue`. Words that name no
    ///   category are other programs'.
    init(level: Logger.Level, debug: String?) {
        self.level = level
        for word in (debug ?? "").split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            if word.hasPrefix("-") { left.append(String(word.dropFirst())) } else { chosen.append(String(word)) }
        }
    }

    func level(of category: String) -> Logger.Level {
        guard chosen.contains(where: { Self.matches($0, category) }),
            !left.contains(where: { Self.matches($0, category) })
        else { return level }
        return min(level, .debug)
    }

    /// `parallel:queue` itself, `parallel:q*` and `parallel:*` by prefix, `parallel` for all below.
    private static func matches(_ pattern: String, _ category: String) -> Bool {
        if pattern.hasSuffix("*") { return category.hasPrefix(pattern.dropLast()) }
        return category == pattern || category.hasPrefix(pattern + ":")
    }
}
