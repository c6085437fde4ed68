import SQLite

/// Whose memory: a run's own, or that of all.
package enum MemoryScope: Sendable, Hashable, SQLiteBindable {
    case global
    case run(RunID)

    /// As the table has it: 0 for all.
    var number: Int {
        switch self {
        case .global: 0
        case .run(let run): run.rawValue
        }
    }

    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        number.bind(to: statement, at: index)
    }
}

/// A named value that jobs leave for one another.
package struct MemoryEntry: Sendable, Hashable {
    package let scope: MemoryScope
    package let name: String
    /// JSON.
    package let value: String
    /// Another number after each change, also after the name was deleted and set again; it only grows.
    package let version: Int
    package let updatedAt: Timestamp
}

/// What must hold for a change to be made: compare-and-set.
package enum MemoryGuard: Sendable, Hashable {
    case none
    /// There is no value of the name.
    case absent
    /// The value is still the one that was read.
    case version(Int)
}
