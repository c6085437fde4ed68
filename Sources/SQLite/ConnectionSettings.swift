import CSQLite

/// The switches and pragmas of each kind of connection.
enum ConnectionSettings {
    static func mayWrite(_ kind: Connection.Kind) -> Bool {
        switch kind {
        case .writer, .checkpointer: true
        case .reader, .console: false
        }
    }

    static func apply(
        _ kind: Connection.Kind, _ durability: Durability, to connection: Connection, _ handle: OpaquePointer
    ) throws(SQLiteError) {
        for (option, value) in switches {
            let code = weir_sqlite3_db_config(handle, option, value)
            guard code == SQLITE_OK else { throw connection.error(code) }
        }
        if case .console(let limits) = kind { bound(handle, limits) }
        try connection.script(pragmas(kind, durability))
        guard case .console = kind else { return }
        // Their first use declares a table, which the authorizer would refuse.
        try connection.script("SELECT 1 FROM json_each('[]'), json_tree('[]')")
        ConsoleAuthorizer.install(on: handle)
    }

    /// Whether the schema's own text may be written.
    static func setDefence(_ isOn: Bool, of handle: OpaquePointer) {
        _ = weir_sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, isOn ? 1 : 0)
    }

    private static let switches: [(Int32, Int32)] = [
        (SQLITE_DBCONFIG_DEFENSIVE, 1),
        (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
        (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
        // "x" is a column or an error, never a string.
        (SQLITE_DBCONFIG_DQS_DML, 0),
        (SQLITE_DBCONFIG_DQS_DDL, 0),
        (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
    ]

    private static func pragmas(_ kind: Connection.Kind, _ durability: Durability) -> String {
        // wal_autocheckpoint: an automatic checkpoint can lose commits on a SQLite before 3.51.3; see `checkpoint`.
        // mmap_size: an I/O error stays an error and is no SIGBUS.
        // secure_delete: Debian's ON writes each freed page once more; FAST only wipes what is written anyway.
        // temp_store: a trigger's statement journal in a file costs 100 µs.
        var text = """
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA cell_size_check = ON;
            PRAGMA secure_delete = FAST;
            PRAGMA journal_size_limit = \(64 << 20);
            PRAGMA synchronous = \(durability.rawValue);
            PRAGMA cache_size = \(kind == .writer ? -65536 : -2000);
            """
        if !mayWrite(kind) { text += "PRAGMA query_only = ON;" }
        return text
    }

    private static func bound(_ handle: OpaquePointer, _ limits: ConsoleLimits) {
        let values: [(Int32, Int)] = [
            (SQLITE_LIMIT_LENGTH, limits.valueBytes),
            (SQLITE_LIMIT_SQL_LENGTH, 64 << 10),
            (SQLITE_LIMIT_COMPOUND_SELECT, 20),
            (SQLITE_LIMIT_EXPR_DEPTH, 100),
            (SQLITE_LIMIT_ATTACHED, 0),
            (SQLITE_LIMIT_VDBE_OP, 25_000),
            (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000),
            (SQLITE_LIMIT_WORKER_THREADS, 0),
        ]
        for (limit, value) in values { sqlite3_limit(handle, limit, Int32(clamping: value)) }
    }
}
