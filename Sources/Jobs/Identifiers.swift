import SQLite

/// A job's number, as `weir enqueue` prints it.
package struct JobID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible, SQLiteBindable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package init(_ value: Int) { self.rawValue = value }
    package var description: String { "\(rawValue)" }
    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

/// A run's number.
package struct RunID: RawRepresentable, Hashable, Sendable, CustomStringConvertible, SQLiteBindable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package init(_ value: Int) { self.rawValue = value }
    package var description: String { "\(rawValue)" }
}

/// A runner's number; also the byte of `DB-live` that it holds while it lives.
package struct RunnerID: RawRepresentable, Hashable, Sendable, CustomStringConvertible, SQLiteBindable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package init(_ value: Int) { self.rawValue = value }
    package var description: String { "\(rawValue)" }
}
