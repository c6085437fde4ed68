import CSQLite

/// A connection that another part of the program has opened, with settings and transactions of its own.
package struct ForeignConnection {
    private let handle: OpaquePointer

    /// - Parameter handle: a `sqlite3 *`, which must stay open while this is used, and belong to the calling thread.
    package init(_ handle: OpaquePointer) { self.handle = handle }

    /// Runs `body` so that all of it happens or nothing, within the caller's transaction where there is one.
    package func atomically<R>(_ body: () throws -> R) throws -> R {
        _ = try run("SAVEPOINT weir_enqueue")
        do {
            let result = try body()
            _ = try run("RELEASE weir_enqueue")
            return result
        } catch {
            // SQLite has undone all of it already where it could not even keep the savepoint.
            _ = try? run("ROLLBACK TO weir_enqueue")
            _ = try? run("RELEASE weir_enqueue")
            throw error
        }
    }

    /// Runs one statement to its end and returns its rows.
    package func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> [[SQLiteValue]] {
        var pointer: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &pointer, nil) == SQLITE_OK, let statement = pointer else {
            throw error(sql)
        }
        defer { sqlite3_finalize(statement) }
        for (index, value) in values.enumerated() {
            guard value.bind(to: statement, at: Int32(index + 1)) == SQLITE_OK else { throw error(sql) }
        }
        var rows: [[SQLiteValue]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                let row = Row(statement: statement)
                rows.append((0..<row.columnCount).map(row.value))
            case SQLITE_DONE: return rows
            default: throw error(sql)
            }
        }
    }

    private func error(_ sql: String) -> SQLiteError {
        SQLiteError(
            extendedCode: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), sql: sql,
            path: sqlite3_db_filename(handle, "main").map { String(cString: $0) } ?? "")
    }
}
