import Testing

@testable import SQLite

@Suite struct `Migrations` {
    private let first = Migration(version: 1, name: "create", sql: "CREATE TABLE t (n INTEGER) STRICT")
    private let second = Migration(version: 2, name: "fill", sql: "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);")

    @Test func `are applied in order, once`() throws {
        try withDatabase { database throws in
            #expect(try Migrator([second, first]).migrate(database) == [1, 2])
            #expect(try Migrator([first, second]).migrate(database) == [])
            #expect(try database.connection.integer("PRAGMA user_version") == 2)
            let rows = try database.connection.all("SELECT version, name, checksum FROM schema_migrations") {
                ($0.int(0), $0.text(1), $0.text(2))
            }
            #expect(rows.map(\.0) == [1, 2])
            #expect(rows.map(\.2) == [first.checksum, second.checksum])
        }
    }

    @Test func `ask before they change a schema with data in it`() throws {
        struct Busy: Error {}
        try withDatabase { database throws in
            var asked: [Int] = []
            _ = try Migrator([first]).migrate(database) { asked.append($1) }
            #expect(asked == [])
            #expect(throws: Busy.self) { try Migrator([first, second]).migrate(database) { _, _ in throw Busy() } }
            #expect(try database.connection.integer("SELECT count(*) FROM t") == 0)
            _ = try Migrator([first, second]).migrate(database) { asked.append($1) }
            #expect(asked == [1])
        }
    }

    @Test func `leave nothing behind when one fails`() throws {
        try withDatabase { database throws in
            let broken = Migration(
                version: 2, name: "broken", sql: "CREATE TABLE u (n); INSERT INTO nowhere VALUES (1)")
            #expect(throws: SQLiteError.self) { try Migrator([first, broken]).migrate(database) }
            #expect(try database.connection.integer("PRAGMA user_version") == 1)
            #expect(try database.connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'u'") == 0)
            #expect(try Migrator([first, second]).migrate(database) == [2])
        }
    }

    @Test func `refuse a database that a newer program upgraded`() throws {
        try withDatabase { database throws in
            _ = try Migrator([first, second]).migrate(database)
            let error = #expect(throws: MigrationError.self) { try Migrator([first]).migrate(database) }
            #expect(error == .newer(path: database.path, found: 2, known: 1))
        }
    }

    @Test func `refuse a database in which an applied one had another text`() throws {
        try withDatabase { database throws in
            _ = try Migrator([first]).migrate(database)
            let edited = Migration(version: 1, name: "create", sql: "CREATE TABLE t (n TEXT) STRICT")
            let error = #expect(throws: MigrationError.self) { try Migrator([edited, second]).migrate(database) }
            #expect(error == .changed(path: database.path, version: 1, name: "create"))
            #expect(throws: MigrationError.self) { try Migrator([edited]).verify(database.connection) }
        }
    }

    @Test func `have the checksum FNV-1a of their text`() {
        #expect(Migration(version: 1, name: "", sql: "").checksum == "cbf29ce484222325")
        #expect(Migration(version: 1, name: "", sql: "foobar").checksum == "85944171f73967e8")
    }
}
