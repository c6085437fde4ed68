import CLinux
import Glibc
import Logging

/// Log lines on standard error: time, level, text.
struct LogOutput: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var now = time(nil)
        var parts = tm()
        localtime_r(&now, &parts)
        var clock = [CChar](repeating: 0, count: 16)
        strftime(&clock, clock.count, "%H:%M:%S", &parts)
        let stamp = String(decoding: clock.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        StandardError.print("\(stamp) \(event.level): \(event.message)")
    }

    static func logger(_ label: String, level: Logger.Level) -> Logger {
        Logger(label: "weir.\(label)") { _ in LogOutput(logLevel: level) }
    }
}
