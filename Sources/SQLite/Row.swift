import CSQLite

/// The current row of a statement: valid only inside the closure that was given it. Columns are counted from 0.
///
/// The plain readers convert as SQLite does and read NULL as 0, "" or no bytes; where a column may be NULL, and that
/// means something, use the optional ones.
package struct Row {
    let statement: OpaquePointer

    package var columnCount: Int { Int(sqlite3_column_count(statement)) }

    package func name(of column: Int) -> String {
        sqlite3_column_name(statement, Int32(column)).map { String(cString: $0) } ?? ""
    }

    package func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    package func int(_ column: Int) -> Int { Int(sqlite3_column_int64(statement, Int32(column))) }

    package func optionalInt(_ column: Int) -> Int? { isNull(column) ? nil : int(column) }

    package func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    package func optionalDouble(_ column: Int) -> Double? { isNull(column) ? nil : double(column) }

    package func bool(_ column: Int) -> Bool { sqlite3_column_int64(statement, Int32(column)) != 0 }

    package func optionalBool(_ column: Int) -> Bool? { isNull(column) ? nil : bool(column) }

    /// What is not UTF-8 in the text is read as U+FFFD.
    package func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
        // Asked after the text, which may convert what is stored.
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    package func blob(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    package func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    package func value(_ column: Int) -> SQLiteValue {
        switch sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, Int32(column)))
        case SQLITE_FLOAT: .real(double(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }
}
