import CSQLite

/// One connection to a database, with its prepared statements. It belongs to the thread that made it.
///
/// Values are positional, in the order in which the `:names` of a statement first appear in it.
package final class Connection {
    /// What a connection is for; `ConnectionSettings` says what follows from it.
    package enum Kind: Sendable, Hashable {
        case writer
        /// Only checkpoints, while a writer of the same process holds the write lock.
        case checkpointer
        case reader
        /// Runs what a stranger typed.
        case console(ConsoleLimits)
    }

    package let path: String
    package let kind: Kind
    private let durability: Durability
    /// `nil` once closed.
    private(set) var handle: OpaquePointer?
    let busyWaiter: BusyWaiter
    let log = LogWatch()
    private var statements = StatementCache()

    /// Opens the file as it is: `Database` checks and makes files.
    ///
    /// - Parameter busyPatience: how long a statement waits for a lock of SQLite's.
    package init(
        path: String, kind: Kind, durability: Durability = .full, busyPatience: Duration = .seconds(30)
    ) throws(SQLiteError) {
        self.path = path
        self.kind = kind
        self.durability = durability
        busyWaiter = BusyWaiter(patience: busyPatience)
        try open()
    }

    deinit { close() }

    /// Ends the connection; using it afterwards is a fault of the caller. Safe to repeat.
    package func close() {
        statements.removeAll { sqlite3_finalize($0.pointer) }
        guard let handle else { return }
        while let statement = sqlite3_next_stmt(handle, nil) { sqlite3_finalize(statement) }
        sqlite3_close(handle)
        self.handle = nil
    }

    /// Closes the connection and opens it anew, with nothing left of what SQLite kept in memory.
    func reopen() throws(SQLiteError) {
        close()
        try open()
    }

    private func open() throws(SQLiteError) {
        let access = ConnectionSettings.mayWrite(kind) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
        // Debian's SQLite takes names that begin with "file:" for URIs.
        let name = path.hasPrefix("file:") ? "./" + path : path
        // A connection has one thread, so that SQLite's own mutexes would only cost time.
        let code = sqlite3_open_v2(name, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        do throws(SQLiteError) {
            guard let handle, code == SQLITE_OK else { throw error(code) }
            busyWaiter.install(on: handle)
            try ConnectionSettings.apply(kind, durability, to: self, handle)
            log.install(on: handle)
        } catch {
            close()
            throw error
        }
    }

    package var lastInsertedRowID: Int { Int(sqlite3_last_insert_rowid(handle)) }

    /// Rows that the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    package var isInTransaction: Bool { handle.map { sqlite3_get_autocommit($0) == 0 } ?? false }

    /// Grows when another connection has committed since this connection last looked.
    package func dataVersion() throws(SQLiteError) -> Int { try integer("PRAGMA data_version") }

    /// Whether the file that is open is still the one at its path. Costs one look at the path.
    var isInPlace: Bool {
        var hasMoved: Int32 = 0
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        return hasMoved == 0
    }

    /// Whether the last connection to a database moves its log into it. On unless switched off.
    func checkpointsAtLastClose(_ isOn: Bool) {
        guard let handle else { return }
        _ = weir_sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, isOn ? 0 : 1)
    }

    func journalMode() throws(SQLiteError) -> String {
        guard case .text(let mode) = try dynamic("PRAGMA journal_mode").rows.first?.first else { return "" }
        return mode
    }

    /// The first column of the first row, 0 without one.
    func integer(_ sql: SQL) throws(SQLiteError) -> Int {
        let statement = try statement(for: sql)
        defer { finish(statement) }
        return try step(statement) ? Row(statement: statement.pointer).int(0) : 0
    }

    // MARK: Statements

    /// Runs a statement to its end and returns how many rows it changed, if it is an INSERT, UPDATE or DELETE.
    @discardableResult
    package func execute<each V: SQLiteBindable>(_ sql: SQL, _ values: repeat each V) throws(SQLiteError) -> Int {
        let statement = try statement(for: sql)
        var binding = Binding(statement)
        repeat binding.add(each values)
        return try run(binding)
    }

    /// The first row, or `nil`. A statement that writes still runs to its end.
    package func first<R, each V: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each V, read: (Row) throws -> R
    ) throws -> R? {
        let statement = try statement(for: sql)
        var binding = Binding(statement)
        repeat binding.add(each values)
        try check(binding)
        defer { finish(statement) }
        guard try step(statement) else { return nil }
        let result = try read(Row(statement: statement.pointer))
        if !statement.isReadOnly { while try step(statement) {} }
        return result
    }

    package func all<R, each V: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each V, read: (Row) throws -> R
    ) throws -> [R] {
        var result: [R] = []
        try forEach(sql, repeat each values) { result.append(try read($0)) }
        return result
    }

    package func forEach<each V: SQLiteBindable>(
        _ sql: SQL, _ values: repeat each V, row: (Row) throws -> Void
    ) throws {
        let statement = try statement(for: sql)
        var binding = Binding(statement)
        repeat binding.add(each values)
        try check(binding)
        defer { finish(statement) }
        while try step(statement) { try row(Row(statement: statement.pointer)) }
    }

    /// All rows, with the names of their columns.
    package func table<each V: SQLiteBindable>(_ sql: SQL, _ values: repeat each V) throws(SQLiteError) -> Table {
        let statement = try statement(for: sql)
        var binding = Binding(statement)
        repeat binding.add(each values)
        try check(binding)
        defer { finish(statement) }
        return try rows(of: statement)
    }

    /// Runs any number of statements and drops their rows, for migrations and tests.
    package func script(_ text: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, text, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: text) }
    }

    /// Lets `body` write the schema's own text.
    func withoutDefence(_ body: () throws -> Void) rethrows {
        guard let handle else { return }
        ConnectionSettings.setDefence(false, of: handle)
        defer { ConnectionSettings.setDefence(true, of: handle) }
        try body()
    }

    /// Runs a statement whose text is known only at run time; its plan is not kept.
    package func dynamic(_ text: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Table {
        let (statement, _) = try prepare(text)
        guard let statement else { return Table() }
        defer { finish(statement) }
        var binding = Binding(statement)
        for value in values { binding.add(value) }
        try check(binding)
        return try rows(of: statement)
    }

    private func rows(of statement: Statement) throws(SQLiteError) -> Table {
        let row = Row(statement: statement.pointer)
        let columns = 0..<row.columnCount
        var table = Table(columns: columns.map(row.name))
        while try step(statement) { table.rows.append(columns.map(row.value)) }
        return table
    }

    // MARK: Steps of a statement

    @inline(__always)
    private func statement(for sql: SQL) throws(SQLiteError) -> Statement {
        // A statement that a caller's closure is still reading cannot start again: nested uses get their own.
        if let cached = statements.find(sql.address) {
            return sqlite3_stmt_busy(cached.pointer) == 0 ? cached : try prepareMissing(sql, isNested: true)
        }
        return try prepareMissing(sql, isNested: false)
    }

    @inline(never)
    private func prepareMissing(_ sql: SQL, isNested: Bool) throws(SQLiteError) -> Statement {
        let (prepared, tail) = try prepare(sql.text, flags: UInt32(SQLITE_PREPARE_PERSISTENT))
        guard var statement = prepared else { preconditionFailure("a statement without text") }
        precondition(tail.allSatisfy(\.isWhitespace), "one statement at a time: \(sql.text)")
        guard !isNested else { return statement }
        statement.isCached = true
        statements.insert(statement, for: sql.address)
        return statement
    }

    /// The first statement of `text`, `nil` when there is none but comments, and the text after it.
    func prepare(_ text: String, flags: UInt32 = 0) throws(SQLiteError) -> (Statement?, tail: String) {
        guard let handle else { preconditionFailure("the connection to \(path) is closed") }
        var pointer: OpaquePointer?
        var tail = ""
        let code = text.withCString { start in
            var end: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, start, -1, flags, &pointer, &end)
            if let end { tail = String(cString: end) }
            return code
        }
        guard code == SQLITE_OK else { throw error(code, sql: text) }
        guard let pointer else { return (nil, tail) }
        let statement = Statement(
            pointer: pointer, parameterCount: sqlite3_bind_parameter_count(pointer),
            isReadOnly: sqlite3_stmt_readonly(pointer) != 0, isCached: false)
        return (statement, tail)
    }

    private func run(_ binding: Binding) throws(SQLiteError) -> Int {
        let statement = binding.statement
        try check(binding)
        var code = sqlite3_step(statement.pointer)
        while code == SQLITE_ROW { code = sqlite3_step(statement.pointer) }
        guard code == SQLITE_DONE else {
            defer { finish(statement) }
            throw error(code, sql: statement)
        }
        finish(statement)
        return Int(sqlite3_changes64(handle))
    }

    func check(_ binding: Binding) throws(SQLiteError) {
        if binding.code != SQLITE_OK {
            defer { finish(binding.statement) }
            throw error(binding.code, sql: binding.statement)
        }
        precondition(
            binding.count == binding.statement.parameterCount,
            "\(binding.count) values for \(binding.statement.parameterCount) parameters")
    }

    /// Whether there is another row.
    func step(_ statement: Statement) throws(SQLiteError) -> Bool {
        switch sqlite3_step(statement.pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code, sql: statement)
        }
    }

    func finish(_ statement: Statement) {
        // Its code repeats the step's, which was looked at.
        if statement.isCached { sqlite3_reset(statement.pointer) } else { sqlite3_finalize(statement.pointer) }
    }

    // MARK: Errors

    private func error(_ code: Int32, sql statement: Statement) -> SQLiteError {
        error(code, sql: sqlite3_sql(statement.pointer).map { String(cString: $0) })
    }

    func error(_ code: Int32, sql: String? = nil) -> SQLiteError {
        guard let handle else {
            return SQLiteError(extendedCode: code, message: String(cString: sqlite3_errstr(code)), sql: sql, path: path)
        }
        let isFile = [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL].contains(code & 0xff)
        return SQLiteError(
            extendedCode: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql, path: path,
            systemError: isFile ? sqlite3_system_errno(handle) : 0)
    }
}
