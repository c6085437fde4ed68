import SQLite

/// A moment of wall-clock time in whole milliseconds of Unix time.
package struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, SQLiteBindable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package init(_ milliseconds: Int) { self.rawValue = milliseconds }
    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }
    /// Stops at the ends of what can be counted: how long something is to take may come from outside.
    package func advanced(by milliseconds: Int) -> Timestamp {
        let (sum, overflows) = rawValue.addingReportingOverflow(milliseconds)
        return Timestamp(overflows ? (milliseconds > 0 ? .max : .min) : sum)
    }
}
