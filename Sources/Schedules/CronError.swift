/// What is wrong with a cron, and where.
package struct CronError: Error, Hashable, CustomStringConvertible {
    /// As it was given, cut where it is too long to show.
    package let text: String
    /// From 1, in bytes.
    package let column: Int
    package let reason: String

    package var description: String { "cron '\(text)', column \(column): \(reason)" }
}
