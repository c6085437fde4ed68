import CSQLite

/// Answers one query of a stranger, who may read everything and change nothing.
package struct Console {
    /// On a connection of its own, so that nothing that the query did lasts.
    ///
    /// - Throws: `ConsoleError`
    package static func query(path: String, sql: String, limits: ConsoleLimits) throws -> Table {
        do {
            let connection = try Connection(path: path, kind: .console(limits), busyPatience: limits.time)
            defer { connection.close() }
            let watch = ConsoleWatch(limits)
            watch.install(on: connection)
            let hidden = ConsoleAuthorizer.Hidden(limits.hiddenColumns)
            hidden.install(on: connection.handle)
            // Before what it asks is gone.
            defer { withExtendedLifetime(hidden) { connection.close() } }
            do {
                return try answer(sql, limits, on: connection)
            } catch let error as SQLiteError {
                throw watch.reason ?? explain(error)
            }
        } catch let error as SQLiteError {
            throw ConsoleError.failed(error)
        }
    }

    private static func answer(_ sql: String, _ limits: ConsoleLimits, on connection: Connection) throws -> Table {
        let (prepared, tail) = try connection.prepare(sql)
        guard let statement = prepared else { throw ConsoleError.empty }
        defer { connection.finish(statement) }
        try requireNothing(in: tail, on: connection)
        // The authorizer has refused the others already; this is a second lock on the same door.
        guard statement.isReadOnly, sqlite3_column_count(statement.pointer) > 0 else {
            throw ConsoleError.notAllowed("this statement gives no rows")
        }
        guard statement.parameterCount == 0 else { throw ConsoleError.refused("the query may not have parameters") }
        return try read(statement, limits, on: connection)
    }

    /// White space and comments may follow the statement.
    private static func requireNothing(in tail: String, on connection: Connection) throws {
        var rest = tail
        while !rest.isEmpty {
            // What SQLite cannot read is no comment either.
            guard let (statement, tail) = try? connection.prepare(rest) else { throw ConsoleError.severalStatements }
            if let statement {
                connection.finish(statement)
                throw ConsoleError.severalStatements
            }
            guard tail != rest else { return }
            rest = tail
        }
    }

    private static func read(
        _ statement: Statement, _ limits: ConsoleLimits, on connection: Connection
    ) throws -> Table {
        let row = Row(statement: statement.pointer)
        let columns = 0..<row.columnCount
        var table = Table(columns: columns.map(row.name))
        var bytes = 0
        while try connection.step(statement) {
            bytes += columns.reduce(0) { $0 + max(8, Int(sqlite3_column_bytes(statement.pointer, Int32($1)))) }
            guard table.rows.count < limits.rows, bytes <= limits.bytes else {
                table.isTruncated = true
                break
            }
            table.rows.append(columns.map(row.value))
        }
        return table
    }

    private static func explain(_ error: SQLiteError) -> ConsoleError {
        if error.isDenied || error.isReadOnly { return .notAllowed(error.message) }
        return error.isBusy || error.isCorrupt || error.isInputOutput || error.isNotADatabase
            ? .failed(error) : .refused(error.message)
    }
}
