package import SQLite
internal import Migrations

/// Jobs, runs and runners in one database. Every change is an operation of a `JobTransaction`.
///
/// Belongs to one thread, like the connection inside it. `package` types of `SQLite` show through on purpose: there
/// is one storage, and callers read with SQL.
package final class JobStore {
    /// Set in every database of ours ("Weir" in ASCII), so that we recognize it and never touch another's.
    package static let applicationID: Int32 = 0x5765_6972

    /// The schema that this version knows: `PRAGMA user_version`.
    package static var schemaVersion: Int { EmbeddedMigration.all.count }

    package let database: Database
    package let timekeeper: Timekeeper
    /// 32 hexadecimal digits that tell this database from every other.
    package let databaseID: String
    let retryPolicy: RetryPolicy
    let seed: UInt64
    let lanes = LaneCache()
    private let bell: Bell
    /// What the machine has for the pools of `machinePools`, by name; `nil`: they are pools like all others.
    package var machine: (() -> [String: Int])?

    /// Pools that are made with what the machine has when a job first names them and nobody has set them.
    package static let machinePools: Set<String> = ["cpu", "memory"]

    package var path: String { database.path }

    /// Opens the database, creates it when `options` say so, and brings its schema up to date.
    ///
    /// - Parameter seed: of the source of backoff; `nil`: from the database's own identity, so that every process
    ///   draws from the same source.
    package init(
        _ options: Database.Options, timekeeper: Timekeeper = .system, retryPolicy: RetryPolicy = RetryPolicy(),
        seed: UInt64? = nil
    ) throws {
        let database = try Database(options)
        _ = try Self.migrator().migrate(database) { connection, _ in
            try JobStore.refuseWhileRunnersLive(connection, now: timekeeper.boottime())
        }
        let id = try database.connection.first("SELECT value FROM settings WHERE name = 'database_id'") { $0.text(0) }
        self.database = database
        self.timekeeper = timekeeper
        self.retryPolicy = retryPolicy
        self.databaseID = id ?? ""
        self.seed = seed ?? databaseID.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        bell = Bell(database: database.path)
    }

    private static func migrator() -> Migrator {
        Migrator(EmbeddedMigration.all.map { Migration(version: $0.version, name: $0.name, sql: $0.sql) })
    }

    /// - Throws: `MigrationError` when a migration was applied with another text than this program's.
    package func verifySchema() throws { try database.read { try Self.migrator().verify($0) } }

    /// Checks that a file which is only to be read is a database of ours that this version knows.
    ///
    /// - Throws: `DatabaseOpenError.notOurs`, `MigrationError.newer`.
    package static func requireKnown(path: String) throws {
        let connection = try Connection(path: path, kind: .reader)
        defer { connection.close() }
        let found = try connection.first("PRAGMA application_id") { Int32(truncatingIfNeeded: $0.int(0)) } ?? 0
        guard found == applicationID else { throw DatabaseOpenError.notOurs(path: path, applicationID: found) }
        let version = try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0
        guard version <= schemaVersion else {
            throw MigrationError.newer(path: path, found: version, known: schemaVersion)
        }
    }

    /// Runs `body` in one IMMEDIATE transaction and wakes the runners when it left work for them.
    @discardableResult
    package func write<Result>(_ body: (JobTransaction) throws -> Result) throws -> Result {
        var leftWork = false
        let result: Result
        do {
            result = try database.write { connection in
                let transaction = JobTransaction(connection, store: self, now: timekeeper.now())
                let result = try body(transaction)
                leftWork = transaction.leftWork
                return result
            }
        } catch {
            // The ids of lanes that were made and undone are given again.
            lanes.removeAll()
            throw error
        }
        if leftWork { bell.ring() }
        return result
    }

    /// Runs `body` on one short snapshot.
    package func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
        try database.read(body)
    }

    /// Runs `body` on one short snapshot with the operations that only read.
    package func look<Result>(_ body: (JobTransaction) throws -> Result) throws -> Result {
        try database.read { connection in
            try body(JobTransaction(connection, store: self, now: timekeeper.now()))
        }
    }

    /// Bytes of one result.
    package static let resultLimit = 1 << 20

    /// Wakes every runner, for a change that they read outside of jobs.
    package func ringBell() { bell.ring() }

    package func close() { database.close() }

    private static let liveRunnersSQL: SQL = """
        SELECT count(*)
        FROM runners
        WHERE state NOT IN ('stopped', 'rescued') AND lease_until > :now
        """

    private static func refuseWhileRunnersLive(_ connection: Connection, now: Int) throws {
        let live = try connection.first(liveRunnersSQL, now) { $0.int(0) } ?? 0
        guard live == 0 else {
            throw JobStoreError.invalid(
                "the database has an older schema and \(live) runners of the older version live on it; stop them "
                    + "(they drain on SIGTERM), then try again")
        }
    }
}
