package import Logging

/// What a log line is about; `DEBUG=parallel:queue` and `--log-level` choose by it.
package enum LogCategory: String, CaseIterable, Sendable {
    /// The life of a runner.
    case runner
    /// What is claimed and reported.
    case queue
    /// Attempts: their starts and ends.
    case worker
    case schedule
    /// Taking back what dead runners held.
    case rescue
    /// Slots, and what changes them.
    case settings
    /// Requests over HTTP.
    case server

    /// The key of a logger's metadata that names the category.
    package static let key = "category"

    /// As people choose it.
    package var name: String { "parallel:\(rawValue)" }
}

extension Logger {
    /// The same log, for lines about something else.
    package func about(_ category: LogCategory) -> Logger {
        var logger = self
        logger[metadataKey: LogCategory.key] = .string(category.name)
        return logger
    }
}
