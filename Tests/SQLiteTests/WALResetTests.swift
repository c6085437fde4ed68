import CSQLite
import CWalReset
import Testing

@testable import SQLite

/// The hook of the VFS is one for the whole process.
@Suite(.serialized) struct `A commit while a checkpoint reads the log's header` {
    private func run(_ kind: walreset_checkpoint) throws -> walreset_outcome {
        try withTemporaryFolder { folder throws in
            var outcome = walreset_outcome()
            #expect(walreset_run("\(folder)/scene.db", kind, &outcome) == SQLITE_OK)
            return outcome
        }
    }

    @Test(.disabled(if: SQLiteLibrary.hasWALResetFix, "SQLite \(SQLiteLibrary.version) has the fix"))
    func `is lost by an ordinary checkpoint`() throws {
        let outcome = try run(WALRESET_PASSIVE)
        #expect(outcome.hook_result == SQLITE_OK)
        #expect(outcome.found < outcome.acknowledged || !outcome.is_whole)
    }

    @Test func `is kept out by one that holds the write lock, and comes after it`() throws {
        let outcome = try run(WALRESET_GATED)
        #expect(outcome.hook_result == SQLITE_BUSY)
        #expect(outcome.found == outcome.acknowledged)
        #expect(outcome.is_whole)
    }

    @Test func `is kept out by the checkpoint of a database`() async {
        // In a process of its own, since all of its files go through the hooked VFS.
        await #expect(processExitsWith: .success) {
            walreset_register(true)
            try withDatabase { database throws in
                try Self.makeTable(database)
                #expect(try database.checkpoint(atLeast: 1) != .notDue(frames: 0))
                let stranger = try Connection(path: database.path, kind: .writer, busyPatience: .zero)
                #expect(try stranger.changeAll() == 20)
                _ = try stranger.checkpoint()
                try Self.race(database, stranger)
            }
        }
    }

    private static func makeTable(_ database: Database) throws {
        try database.write { connection in
            try connection.script(
                """
                CREATE TABLE t (a INTEGER PRIMARY KEY, v INTEGER NOT NULL DEFAULT 0, b);
                WITH s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 20)
                    INSERT INTO t (a, b) SELECT i, randomblob(600) FROM s;
                CREATE INDEX i1 ON t (b);
                """)
        }
    }

    private static func race(_ database: Database, _ stranger: Connection) throws {
        walreset_arm(
            { context in
                guard let context else { return SQLITE_ERROR }
                let stranger = Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
                do throws(SQLiteError) {
                    try stranger.changeFew()
                    return SQLITE_OK
                } catch {
                    return error.code
                }
            }, Unmanaged.passUnretained(stranger).toOpaque())
        _ = try database.checkpoint(atLeast: 0)
        #expect(walreset_hook_result() == SQLITE_BUSY)
        try stranger.changeFew()
        #expect(try stranger.changeAll() == 20)
        let acknowledged = try #require(try stranger.first("SELECT sum(v) FROM t") { $0.int(0) })
        _ = try stranger.checkpoint()
        #expect(try stranger.changeAll() == 20)
        stranger.close()
        database.close()
        let reader = try Connection(path: database.path, kind: .reader)
        #expect(try reader.first("SELECT sum(v) FROM t") { $0.int(0) } == acknowledged + 20)
        #expect(try reader.dynamic("PRAGMA integrity_check").rows == [[.text("ok")]])
    }

    @Test(arguments: [
        (3_040_001, false), (3_044_005, false), (3_044_006, true), (3_045_000, false), (3_050_006, false),
        (3_050_007, true), (3_051_002, false), (3_051_003, true), (3_052_000, true),
    ])
    func `is told by the version of SQLite to be safe or not`(version: Int, isSafe: Bool) {
        #expect(SQLiteLibrary.hasWALResetFix(version: version) == isSafe)
    }
}

extension Connection {
    fileprivate func changeAll() throws(SQLiteError) -> Int {
        try execute("UPDATE t SET v = v + 1, b = randomblob(600)")
    }

    fileprivate func changeFew() throws(SQLiteError) {
        try execute("UPDATE t SET v = v + 1, b = randomblob(600) WHERE a < 5")
    }
}
