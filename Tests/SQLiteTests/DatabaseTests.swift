import Glibc
import Testing

@testable import SQLite

@Suite struct `A write` {
    @Test func `is kept when its body ends, and undone when that throws`() throws {
        struct Stop: Error {}
        try withDatabase { database throws in
            try database.write { try $0.script("CREATE TABLE t (n)") }
            #expect(throws: Stop.self) {
                try database.write { connection in
                    try connection.execute("INSERT INTO t VALUES (1)")
                    throw Stop()
                }
            }
            #expect(try database.write { try $0.execute("INSERT INTO t VALUES (2)") } == 1)
            let found = try database.read { try $0.all("SELECT n FROM t") { $0.int(0) } }
            #expect(found == [2])
            #expect(!database.connection.isInTransaction)
        }
    }

    @Test func `waits for a stranger who holds SQLite's own lock`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/test.db"
            try openDatabase(path).connection.script("CREATE TABLE t (n)")
            let stranger = try Connection(path: path, kind: .writer)
            try stranger.script("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
            let writer = onThread {
                try openDatabase(path).write { try $0.execute("INSERT INTO t VALUES (2)") }
            }
            let gate = try Gate(
                path: "\(path)-gate", identity: .current(kind: "test", mayBeKilled: false), patience: .seconds(15))
            let waits = eventually { gate.holder != nil }
            #expect(waits)
            try stranger.script("COMMIT")
            try await #expect(writer.value == 1)
            #expect(try stranger.integer("SELECT count(*) FROM t") == 2)
        }
    }

    @Test func `that waited in vain says who holds the lock`() throws {
        try withDatabase { database throws in
            let stranger = try Connection(path: database.path, kind: .writer)
            try stranger.script("BEGIN IMMEDIATE")
            let hasty = try openDatabase(database.path, deadline: .milliseconds(10))
            let error = #expect(throws: SQLiteError.self) { try hasty.write { _ in } }
            #expect(error?.isBusy == true)
            #expect(error?.message.contains("process \(getpid())") == true)
            #expect(error?.sql == "BEGIN IMMEDIATE")
            try stranger.script("ROLLBACK")
            try hasty.write { _ in }
        }
    }

    @Test(arguments: ["removed", "moved", "replaced"])
    func `to a file that is no longer at its path is refused, and so is a read`(loss: String) throws {
        try withDatabase { database throws in
            try database.write { try $0.script("CREATE TABLE t (n)") }
            switch loss {
            case "removed": unlink(database.path)
            case "moved": rename(database.path, database.path + "-moved")
            default:
                close(open(database.path + "-new", O_CREAT | O_WRONLY, 0o600))
                rename(database.path + "-new", database.path)
            }
            var isBodyCalled = false
            let write = #expect(throws: SQLiteError.self) { try database.write { _ in isBodyCalled = true } }
            #expect(write?.isMoved == true)
            let read = #expect(throws: SQLiteError.self) { try database.read { _ in isBodyCalled = true } }
            #expect(read?.isMoved == true)
            #expect(!isBodyCalled)
        }
    }

    @Test func `that finds the disk full says so, and the next one goes on`() throws {
        try withDatabase { database throws in
            let connection = database.connection
            try connection.script("CREATE TABLE t (b); PRAGMA max_page_count = 50")
            let error = #expect(throws: SQLiteError.self) {
                try database.write { try $0.execute("INSERT INTO t VALUES (zeroblob(1000000))") }
            }
            #expect(error?.isFull == true)
            #expect(!connection.isInTransaction)
            try database.write { try $0.execute("INSERT INTO t VALUES (zeroblob(10))") }
        }
    }

    @Test func `goes on with new connections after a reopening`() throws {
        try withDatabase { database throws in
            let sql: SQL = "SELECT count(*) FROM sqlite_schema"
            #expect(try database.connection.integer(sql) == 0)
            try database.connection.reopen()
            try database.write { try $0.script("CREATE TABLE t (n)") }
            #expect(try database.connection.integer(sql) == 1)
        }
    }
}

@Suite struct `A checkpoint` {
    private func insert(_ database: Database, pages: Int) throws {
        try database.write { connection in
            for _ in 0..<pages { try connection.execute("INSERT INTO t VALUES (randomblob(4000))") }
        }
    }

    @Test func `moves the log when there are enough frames`() throws {
        try withDatabase { database throws in
            try database.write { try $0.script("CREATE TABLE t (b)") }
            #expect(try database.checkpoint() == .notDue(frames: database.walFrames))
            try insert(database, pages: 300)
            let frames = database.walFrames
            #expect(frames >= 300)
            #expect(try database.checkpoint() == .complete(frames: frames))
            #expect(try database.checkpoint() == .notDue(frames: frames))
            try insert(database, pages: 1)
            #expect(database.walFrames < 10)
        }
    }

    @Test func `that a reader holds back is not tried again with each commit`() throws {
        try withDatabase { database throws in
            try database.write { try $0.script("CREATE TABLE t (b)") }
            try insert(database, pages: 10)
            let reader = try Connection(path: database.path, kind: .reader)
            try reader.script("BEGIN; SELECT count(*) FROM t")
            try insert(database, pages: 300)
            guard case .partial(let frames, let moved) = try database.checkpoint() else {
                Issue.record("the reader's snapshot was overwritten")
                return
            }
            #expect(moved < frames)
            try insert(database, pages: 300)
            #expect(try database.checkpoint() == .notDue(frames: database.walFrames))
            try insert(database, pages: 800)
            try reader.script("COMMIT")
            #expect(try database.checkpoint() == .complete(frames: database.walFrames))
        }
    }

    @Test func `of a log that a reader still uses counts from where it got`() throws {
        try withDatabase { database throws in
            try database.write { try $0.script("CREATE TABLE t (b)") }
            try insert(database, pages: 300)
            let reader = try Connection(path: database.path, kind: .reader)
            try reader.script("BEGIN; SELECT count(*) FROM t")
            #expect(try database.checkpoint() == .complete(frames: database.walFrames))
            try insert(database, pages: 1)
            #expect(database.walFrames > 300)
            #expect(try database.checkpoint() == .notDue(frames: database.walFrames))
        }
    }
}
