import CLinux

/// Brings a database's schema up to date: each migration in a transaction of its own, recorded with a checksum.
package struct Migrator {
    private let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.version < $1.version }
        precondition(
            self.migrations.map(\.version) == Array(1..<migrations.count + 1), "migrations are counted from 1")
    }

    /// The schema that this program knows: 0 without migrations.
    package var latestVersion: Int { migrations.count }

    /// Applies what is missing and returns the versions that it applied. Costs one read when nothing is missing.
    ///
    /// Any number of processes may do this at once.
    /// - Parameter beforeUpgrade: called in each transaction that changes a schema with data in it, with the version
    ///   that was found at first; by throwing it keeps the database as it is.
    /// - Throws: `MigrationError`, what `beforeUpgrade` throws, or a `SQLiteError`.
    package func migrate(
        _ database: Database, beforeUpgrade: (Connection, Int) throws -> Void = { _, _ in }
    ) throws -> [Int] {
        let found = try version(of: database.connection, database.path)
        return try migrations[found...].compactMap { migration in
            try database.write { connection in
                // Another process may have been here since.
                guard try version(of: connection, database.path) < migration.version else { return nil }
                if found > 0 { try beforeUpgrade(connection, found) }
                try apply(migration, to: connection)
                return migration.version
            }
        }
    }

    /// Compares what was applied with what this program has.
    package func verify(_ connection: Connection) throws {
        let applied = try connection.all("SELECT version, name, checksum FROM schema_migrations ORDER BY version") {
            (version: $0.int(0), name: $0.text(1), checksum: $0.text(2))
        }
        for row in applied where migrations.indices.contains(row.version - 1) {
            guard migrations[row.version - 1].checksum == row.checksum else {
                throw MigrationError.changed(path: connection.path, version: row.version, name: row.name)
            }
        }
    }

    private func version(of connection: Connection, _ path: String) throws -> Int {
        let found = try connection.integer("PRAGMA user_version")
        guard found <= latestVersion else {
            throw MigrationError.newer(path: path, found: found, known: latestVersion)
        }
        return max(0, found)
    }

    private func apply(_ migration: Migration, to connection: Connection) throws {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version    INTEGER PRIMARY KEY,
                name       TEXT NOT NULL,
                checksum   TEXT NOT NULL,
                applied_at INTEGER NOT NULL
            ) STRICT
            """)
        try verify(connection)
        // A migration may widen a table's checks in place, which a connection that defends its schema refuses.
        try connection.withoutDefence { try connection.script(migration.sql) }
        try connection.execute(
            """
            INSERT INTO schema_migrations (version, name, checksum, applied_at)
            VALUES (:version, :name, :checksum, :now)
            """, migration.version, migration.name, migration.checksum, clinux_realtime_ms())
        try connection.script("PRAGMA user_version = \(migration.version)")
    }
}
