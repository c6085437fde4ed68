import CSQLite
import Testing

@testable import SQLite

@Suite struct `A statement` {
    @Test func `gets its values in the order in which its names first appear`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            let row = try connection.first("SELECT :b, :a, :b", 1, "two") { ($0.int(0), $0.text(1), $0.int(2)) }
            #expect(try #require(row) == (1, "two", 1))
        }
    }

    @Test func `gives back each kind of value as it was bound`() throws {
        enum Colour: String, SQLiteBindable { case red }
        try withDatabase { database throws in
            let values: [SQLiteValue] = [
                .null, .integer(.min), .real(0.5), .text("ä\u{0}b"), .text(""), .blob([0, 255]), .blob([]),
            ]
            let connection = database.connection
            for value in values {
                let found = try connection.first("SELECT :value", value) { $0.value(0) }
                #expect(found == value)
            }
            #expect(try connection.first("SELECT :value", Int?.none) { $0.optionalInt(0) } == .some(nil))
            #expect(try connection.first("SELECT :value", Int?(7)) { $0.optionalInt(0) } == 7)
            #expect(try connection.first("SELECT :value", true) { $0.bool(0) } == true)
            #expect(try connection.first("SELECT :value", UInt8(200)) { $0.int(0) } == 200)
            #expect(try connection.first("SELECT :value", Int32(-3)) { $0.int(0) } == -3)
            #expect(try connection.first("SELECT :value", Colour.red) { $0.text(0) } == "red")
            #expect(try connection.first("SELECT :value", [UInt8]([1, 2])) { $0.blob(0) } == [1, 2])
        }
    }

    @Test func `is prepared once and used again`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            let before = connection.preparedStatements
            for number in 0..<10 {
                let found = try connection.first("SELECT :n", number) { $0.int(0) }
                #expect(found == number)
            }
            #expect(connection.preparedStatements == before + 1)
        }
    }

    @Test func `may be used again inside the closure that reads its rows`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            try connection.script("CREATE TABLE t (n); INSERT INTO t VALUES (1), (2), (3)")
            let all: SQL = "SELECT n FROM t ORDER BY n"
            var pairs: [[Int]] = []
            try connection.forEach(all) { outer in
                let first = outer.int(0)
                try connection.forEach(all) { pairs.append([first, $0.int(0)]) }
            }
            #expect(pairs.count == 9)
            #expect(pairs.last == [3, 3])
        }
    }

    @Test func `that writes runs to its end although only its first row is read`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            try connection.script("CREATE TABLE t (n)")
            let insert: SQL = "INSERT INTO t VALUES (:a), (:b) RETURNING n"
            #expect(try connection.first(insert, 1, 2) { $0.int(0) } == 1)
            #expect(connection.changes == 2)
            #expect(!connection.isInTransaction)
            #expect(try connection.execute("UPDATE t SET n = n + 1 RETURNING n") == 2)
            // An open statement would keep the log from being moved.
            #expect(connection.openStatements == 0)
        }
    }

    @Test func `is reset when the closure that reads it throws`() throws {
        struct Stop: Error {}
        try withDatabase { database throws in
            let connection = database.connection
            #expect(throws: Stop.self) { try connection.first("SELECT 1") { _ in throw Stop() } }
            #expect(throws: Stop.self) { try connection.forEach("SELECT 1 UNION SELECT 2") { _ in throw Stop() } }
            #expect(connection.openStatements == 0)
        }
    }

    @Test func `that fails says which it was and not with what values`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            try connection.script("CREATE TABLE t (n TEXT PRIMARY KEY, i INTEGER) STRICT")
            let insert: SQL = "INSERT INTO t VALUES (:n, :i)"
            try connection.execute(insert, "secret", 1)
            let error = #expect(throws: SQLiteError.self) { try connection.execute(insert, "secret", 1) }
            #expect(error?.isConstraint == true)
            #expect(error?.isUniqueViolation == true)
            #expect(error?.sql == "INSERT INTO t VALUES (:n, :i)")
            let type = #expect(throws: SQLiteError.self) { try connection.execute(insert, "other", "secret") }
            for error in [error, type] { #expect(error.map { "\($0)".contains("secret") } == false) }
            try connection.execute(insert, "after", 2)
        }
    }

    @Test func `whose text is made at run time answers with its columns`() throws {
        try withDatabase { database throws in
            let table = try database.connection.dynamic("SELECT ? AS a, 2 AS b", [.text("x")])
            #expect(table == Table(columns: ["a", "b"], rows: [[.text("x"), .integer(2)]]))
        }
    }
}

@Suite struct `A connection` {
    /// Everything that reliability depends on, read back.
    private static let pragmas = [
        "journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint", "trusted_schema", "cell_size_check",
        "journal_size_limit", "temp_store", "mmap_size", "cache_size", "query_only",
    ]

    private static let common = [
        "journal_mode": "wal", "foreign_keys": "1", "wal_autocheckpoint": "0", "trusted_schema": "0",
        "cell_size_check": "1", "journal_size_limit": "67108864", "temp_store": "2", "mmap_size": "",
        "cache_size": "-2000", "synchronous": "2", "query_only": "0",
    ]

    private static func settings(of connection: Connection) throws -> [String: String] {
        // A stranger's connection refuses pragmas.
        sqlite3_set_authorizer(connection.handle, nil, nil)
        var settings: [String: String] = [:]
        for pragma in pragmas {
            settings[pragma] =
                switch try connection.dynamic("PRAGMA \(pragma)").rows.first?.first {
                case .integer(let value): "\(value)"
                case .text(let value): value
                default: ""
                }
        }
        if settings["mmap_size"] == "0" { settings["mmap_size"] = "" }
        return settings
    }

    @Test(
        arguments: [
            (Connection.Kind.writer, Durability.full, ["cache_size": "-65536"]),
            (.writer, .normal, ["cache_size": "-65536", "synchronous": "1"]),
            (.checkpointer, .full, [:]),
            (.reader, .full, ["query_only": "1"]),
            (.console(.service), .full, ["query_only": "1"]),
        ] as [(Connection.Kind, Durability, [String: String])])
    func `has the settings of its kind`(
        kind: Connection.Kind, durability: Durability, differences: [String: String]
    ) throws {
        try withDatabase { database throws in
            let connection = try Connection(path: database.path, kind: kind, durability: durability)
            defer { connection.close() }
            let expected = Self.common.merging(differences) { $1 }
            #expect(try Self.settings(of: connection) == expected)
            for (option, value) in [
                (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
                (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0),
                (SQLITE_DBCONFIG_ENABLE_FKEY, 1), (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0),
            ] as [(Int32, Int32)] {
                #expect(weir_sqlite3_db_config_value(connection.handle, option) == value, "option \(option)")
            }
        }
    }

    @Test func `for reading cannot write`() throws {
        try withDatabase { database throws in
            let reader = try Connection(path: database.path, kind: .reader)
            let error = #expect(throws: SQLiteError.self) { try reader.script("CREATE TABLE t (n)") }
            #expect(error?.isReadOnly == true)
            try reader.script("PRAGMA query_only = OFF")
            #expect(throws: SQLiteError.self) { try reader.script("CREATE TABLE t (n)") }
        }
    }

    @Test func `takes a double-quoted word for a name, never for a string`() throws {
        try withDatabase { database throws in
            #expect(throws: SQLiteError.self) { try database.connection.script("SELECT \"no such column\"") }
        }
    }

    @Test func `sees by its data version that another has committed`() throws {
        try withDatabase { database throws in
            let other = try openDatabase(database.path)
            try database.connection.script("CREATE TABLE t (n)")
            let before = try other.connection.dataVersion()
            #expect(try other.connection.dataVersion() == before)
            try database.connection.execute("INSERT INTO t VALUES (1)")
            #expect(try other.connection.dataVersion() != before)
        }
    }

    @Test func `keeps the statements of many literals apart`() throws {
        var cache = StatementCache()
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 1_000)
        defer { bytes.deallocate() }
        let pointers = (1...1_000).map { OpaquePointer(bitPattern: $0 * 8)! }  // none of them is 0
        for (index, pointer) in pointers.enumerated() {
            cache.insert(
                Statement(pointer: pointer, parameterCount: 0, isReadOnly: true, isCached: true), for: bytes + index)
        }
        for (index, pointer) in pointers.enumerated() { #expect(cache.find(bytes + index)?.pointer == pointer) }
        var count = 0
        cache.removeAll { _ in count += 1 }
        #expect(count == 1_000)
        #expect(cache.find(bytes) == nil)
    }
}

extension Connection {
    fileprivate var statementPointers: [OpaquePointer] {
        Array(
            sequence(first: OpaquePointer?.none) { sqlite3_next_stmt(self.handle, $0) }.dropFirst().prefix { $0 != nil }
        )
        .compactMap { $0 }
    }

    fileprivate var preparedStatements: Int { statementPointers.count }

    /// Those that were begun and neither ended nor reset.
    fileprivate var openStatements: Int { statementPointers.count { sqlite3_stmt_busy($0) != 0 } }
}
