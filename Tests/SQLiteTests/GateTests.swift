import Glibc
import Testing

@testable import SQLite

@Suite struct `The gate` {
    @Test func `gives each of four busy processes its share`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/test.db"
            let database = try openDatabase(path)
            try database.connection.script("CREATE TABLE turns (who INTEGER PRIMARY KEY, n INTEGER NOT NULL)")
            await withTaskGroup { group in
                for _ in 0..<4 { group.addTask { await Self.takeTurns(path) } }
            }
            let turns = try database.connection.all("SELECT n FROM turns") { $0.int(0) }
            #expect(turns.count == 4)
            #expect(turns.reduce(0, +) >= 2_000)
            // On a busy machine the shares differ as the scheduler gives processor time, but nobody starves: without the gate some get nothing at all.
            #expect(turns.min() ?? 0 >= 2_000 / 4 / 50)
        }
    }

    /// Begins when all four are there, and ends when they have taken 2,000 turns together.
    private static func takeTurns(_ path: String) async {
        await #expect(processExitsWith: .success) { [path] in
            let database = try openDatabase(path)
            try database.write { try $0.execute("INSERT INTO turns VALUES (:pid, 0)", getpid()) }
            let all = try eventually { try database.connection.integer("SELECT count(*) FROM turns") == 4 }
            #expect(all)
            var isOver = false
            while !isOver {
                isOver = try database.write { connection in
                    try connection.execute("UPDATE turns SET n = n + 1 WHERE who = :pid", getpid())
                    return try connection.integer("SELECT sum(n) FROM turns") >= 2_000
                }
            }
        }
    }

    @Test func `is not handed on to a child`() throws {
        try withDatabase { database throws in
            let files: [String] = try database.write { _ in
                let list = try #require(popen("exec ls -l /proc/self/fd", "r"))
                defer { pclose(list) }
                var line = [CChar](repeating: 0, count: 4_096)
                var files: [String] = []
                while let file = fgets(&line, Int32(line.count), list) { files.append(String(cString: file)) }
                return files
            }
            #expect(!files.isEmpty)
            #expect(!files.contains { $0.contains(database.path) })
        }
    }

    @Test func `is taken back from a process that stays stopped in its turn`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/test.db"
            try openDatabase(path).connection.script("CREATE TABLE t (n)")
            let waiter = onThread {
                let database = try openDatabase(path, patience: .milliseconds(300))
                var reports: [StoppedHolder] = []
                database.onStoppedHolder = { reports.append($0) }
                guard eventually({ database.gate.holder != nil }) else { return (reports, 0) }
                try database.write { try $0.execute("INSERT INTO t VALUES (1)") }
                return (reports, try database.connection.integer("SELECT count(*) FROM t"))
            }
            await Self.stopInTurn(path)
            let (reports, rows) = try await waiter.value
            #expect(reports.map(\.wasKilled) == [true])
            #expect(reports.map(\.identity.kind) == ["test"])
            #expect(reports.allSatisfy { $0.stoppedFor >= .milliseconds(300) })
            // What it had not committed is gone.
            #expect(rows == 1)
        }
    }

    private static func stopInTurn(_ path: String) async {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path] in
            let database = try openDatabase(path)
            try database.write { connection in
                try connection.execute("INSERT INTO t VALUES (2)")
                raise(SIGSTOP)
            }
        }
    }

    @Test func `is gone past when its holder is stopped and may not be killed`() async throws {
        try await withTemporaryFolder { folder in
            let path = "\(folder)/test.db"
            try openDatabase(path).connection.script("CREATE TABLE t (n)")
            let waiter = onThread {
                let database = try openDatabase(path, deadline: .milliseconds(900), patience: .milliseconds(200))
                var reports: [StoppedHolder] = []
                database.onStoppedHolder = { reports.append($0) }
                guard eventually({ database.gate.holder != nil }) else { return (reports, 0) }
                let holder = database.gate.holder
                // The deadline is spent once, not a hundred times, on the same stop.
                for number in 1...100 { try database.write { try $0.execute("INSERT INTO t VALUES (:n)", number) } }
                if let holder { kill(holder.pid, SIGKILL) }
                return (reports, try database.connection.integer("SELECT count(*) FROM t"))
            }
            await Self.stopAtGate(path)
            let (reports, rows) = try await waiter.value
            #expect(reports.map(\.wasKilled) == [false])
            #expect(rows == 100)
            let database = try openDatabase(path)
            try database.write { _ in #expect(database.gate.holder?.pid == getpid()) }
        }
    }

    private static func stopAtGate(_ path: String) async {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path] in
            let database = try openDatabase(path, mayBeKilled: false)
            database.gate.enter(within: .seconds(60))
            raise(SIGSTOP)
        }
    }

    @Test func `names its holder only while it is held`() throws {
        try withDatabase { database throws in
            #expect(database.gate.holder == nil)
            database.gateIdentity.runnerID = 7
            try database.write { _ in
                let holder = try #require(database.gate.holder)
                #expect(holder == database.gateIdentity)
                #expect("\(holder)" == "test 7 (process \(getpid()))")
            }
            #expect(database.gate.holder == nil)
        }
    }

    @Test func `has a file that only its owner can read`() throws {
        try withDatabase { #expect(mode(of: $0.path + "-gate") == 0o600) }
    }

    @Test func `keeps a long name to its first bytes`() {
        var identity = GateIdentity.current(kind: String(repeating: "ä", count: 40), mayBeKilled: true)
        identity.runnerID = -1
        let record = GateRecord(hold: 5, identity: identity)
        let read = withUnsafeTemporaryAllocation(byteCount: GateRecord.size, alignment: 8) { bytes in
            record.write(to: bytes)
            return GateRecord(UnsafeRawBufferPointer(bytes))
        }
        identity.kind = String(repeating: "ä", count: 16)
        #expect(read == GateRecord(hold: 5, identity: identity))
    }
}

@Suite struct `A waiter's watch` {
    private func look(_ watch: inout HolderWatch, at hold: UInt64?, stopped: Bool = true, lasted: Int = 100) -> Bool {
        watch.look(at: hold, isStopped: stopped, planned: .milliseconds(100), lasted: .milliseconds(lasted))
    }

    @Test func `counts a hold from its second look on`() {
        var watch = HolderWatch(patience: .milliseconds(200))
        #expect([1, 1, 1, 1].map { look(&watch, at: $0) } == [false, false, true, false])
    }

    @Test func `begins anew with another hold, or when the holder goes on`() {
        var watch = HolderWatch(patience: .milliseconds(200))
        #expect([1, 1, 2, 2].map { look(&watch, at: $0) } == [false, false, false, false])
        #expect(!look(&watch, at: 2, stopped: false))
        #expect([2, 2, 2].map { look(&watch, at: $0) } == [false, false, true])
        #expect(!look(&watch, at: nil))
    }

    @Test func `counts no wait in which the waiter was stopped itself`() {
        var watch = HolderWatch(patience: .milliseconds(200))
        _ = look(&watch, at: 1)
        for _ in 0..<100 {
            let isOver = look(&watch, at: 1, lasted: 3_600_000)
            #expect(!isOver)
        }
        #expect(watch.stoppedFor == .zero)
    }
}

@Suite struct `The status of a process` {
    @Test func `is read although its name has parentheses and spaces`() {
        let fields = (4...21).map(String.init).joined(separator: " ")
        let status = ProcessStatus.parse("12 (a) T (b) T \(fields) 4711 0 0\n")
        #expect(status == ProcessStatus(state: "T", startTime: 4711))
        #expect(status?.isStopped == true)
        #expect(ProcessStatus.parse("12 (a") == nil)
    }

    @Test func `of this one is that it runs`() {
        #expect(ProcessStatus.ofSelf()?.isStopped == false)
        #expect(ProcessStatus.of(pid: getpid())?.startTime == ProcessStatus.ofSelf()?.startTime)
        #expect(ProcessStatus.pidNamespace() != 0)
    }
}
