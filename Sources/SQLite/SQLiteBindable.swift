import CSQLite

/// What can be a value of a statement.
///
/// A `RawRepresentable` type whose raw value can be bound needs only to declare its conformance. `UInt` and `UInt64`
/// are missing on purpose: SQLite's integers have 63 bits and a sign.
package protocol SQLiteBindable {
    /// Binds the value to the parameter at `index`, counted from 1, and returns SQLite's result code. SQLite has made
    /// its own copy when this returns.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

extension SQLiteBindable where Self: RawRepresentable, RawValue: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        rawValue.bind(to: statement, at: index)
    }
}

extension SQLiteBindable where Self: FixedWidthInteger {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, Int64(self))
    }
}

extension Int: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, Int64(self))
    }
}

extension Int64: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, self)
    }
}

extension Int8: SQLiteBindable {}
extension Int16: SQLiteBindable {}
extension Int32: SQLiteBindable {}
extension UInt8: SQLiteBindable {}
extension UInt16: SQLiteBindable {}
extension UInt32: SQLiteBindable {}

/// Bound as 0 or 1.
extension Bool: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_int64(statement, index, self ? 1 : 0)
    }
}

/// NaN is bound as NULL, as SQLite has no other place for it.
extension Double: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_double(statement, index, self)
    }
}

extension String: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { utf8 in
            guard let start = utf8.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, nil) }
            return start.withMemoryRebound(to: CChar.self, capacity: utf8.count) { bytes in
                sqlite3_bind_text64(
                    statement, index, bytes, UInt64(utf8.count), weir_sqlite3_transient(), UInt8(SQLITE_UTF8))
            }
        }
    }
}

extension [UInt8]: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        // An empty array may have no address, which SQLite would take for NULL.
        guard !isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
        return withUnsafeBytes { bytes in
            sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), weir_sqlite3_transient())
        }
    }
}

extension SQLiteValue: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let value): value.bind(to: statement, at: index)
        case .real(let value): value.bind(to: statement, at: index)
        case .text(let value): value.bind(to: statement, at: index)
        case .blob(let value): value.bind(to: statement, at: index)
        }
    }
}

/// `nil` is bound as NULL.
extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    package func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .none: sqlite3_bind_null(statement, index)
        case .some(let value): value.bind(to: statement, at: index)
        }
    }
}
