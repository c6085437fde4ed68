import ArgumentParser
import Engine
import Logging

/// How much a command that executes jobs tells of it, and how.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Log from this level on: trace, debug, info, notice, warning, error, critical.", valueName: "level"))
    var logLevel: LogLevelOption?
    @Option(help: "How to log: lines for people, or a JSON object a line.") var logFormat: LogOutput.Format = .text

    /// - Parameter level: where the command line names none.
    func logger(_ category: LogCategory, level: Logger.Level) -> Logger {
        Self.logger(category, level: logLevel?.level ?? level, format: logFormat)
    }

    /// `DEBUG` of the environment counts, too.
    static func logger(_ category: LogCategory, level: Logger.Level, format: LogOutput.Format) -> Logger {
        let filter = LogFilter(level: level, debug: DatabaseLocation.environment("DEBUG"))
        return Logger(label: category.name) { _ in LogOutput(category, filter: filter, format: format) }
    }
}

struct LogLevelOption: ExpressibleByArgument {
    let level: Logger.Level

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument.lowercased()) else { return nil }
        self.level = level
    }

    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
}
