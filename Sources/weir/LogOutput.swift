import ArgumentParser
import CLinux
import Engine
import Glibc
import Logging

/// Log lines on standard error: time, level, text; or JSON, an object a line.
struct LogOutput: LogHandler {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    let format: Format
    let filter: LogFilter
    private var category: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:] {
        didSet {
            guard case .string(let name)? = metadata[LogCategory.key], name != category else { return }
            category = name
            logLevel = filter.level(of: name)
        }
    }

    init(_ category: LogCategory, filter: LogFilter, format: Format) {
        self.category = category.name
        self.filter = filter
        self.format = format
        logLevel = filter.level(of: category.name)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        fields[LogCategory.key] = nil
        let line = LogLine(
            level: event.level, category: category, message: "\(event.message)",
            fields: fields.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
        StandardError.print(format == .json ? line.json(at: clinux_realtime_ms()) : line.text(at: time(nil)))
    }

    static func logger(_ category: LogCategory, level: Logger.Level) -> Logger {
        LogOptions.logger(category, level: level, format: .text)
    }
}

/// One line of a log.
struct LogLine {
    let level: Logger.Level
    let category: String
    let message: String
    let fields: [(name: String, value: String)]

    /// - Parameter time: seconds of Unix time; shown in local time.
    func text(at time: time_t) -> String {
        var now = time
        var parts = tm()
        localtime_r(&now, &parts)
        // Below `info` the category tells whose line it is.
        let origin = level <= .debug ? " \(category):" : ""
        let details = fields.map { " \($0.name)=\($0.value)" }.joined()
        return "\(Self.format(&parts, "%H:%M:%S")) \(level):\(origin) \(message)\(details)"
    }

    /// - Parameter milliseconds: of Unix time; shown in UTC.
    func json(at milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let fraction = String(milliseconds % 1_000 + 1_000).dropFirst()
        let members: [(String, String)] = [
            ("time", JSONPrinter.quoted("\(Self.format(&parts, "%Y-%m-%dT%H:%M:%S")).\(fraction)Z")),
            ("level", JSONPrinter.quoted("\(level)")), ("category", JSONPrinter.quoted(category)),
            ("message", JSONPrinter.quoted(message)),
            ("fields", Self.object(fields.map { ($0.name, JSONPrinter.quoted($0.value)) })),
        ]
        return Self.object(members)
    }

    private static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(JSONPrinter.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    private static func format(_ time: inout tm, _ format: String) -> String {
        var bytes = [CChar](repeating: 0, count: 32)
        let count = strftime(&bytes, bytes.count, format, &time)
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
