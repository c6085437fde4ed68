import CSQLite

/// Values on their way into a statement.
struct Binding {
    let statement: Statement
    private(set) var count: Int32 = 0
    /// The first result code that was not SQLITE_OK.
    private(set) var code = SQLITE_OK

    init(_ statement: Statement) { self.statement = statement }

    @inline(__always)
    mutating func add(_ value: some SQLiteBindable) {
        count += 1
        // More values than parameters are reported as such, not as SQLITE_RANGE.
        guard code == SQLITE_OK, count <= statement.parameterCount else { return }
        code = value.bind(to: statement.pointer, at: count)
    }
}
