import Glibc
import Jobs
import SQLite
import TestSupport
import Testing

@testable import Engine

@Suite struct `The doorbell` {
    private func isReadable(_ doorbell: Doorbell, within milliseconds: Int32 = 0) -> Bool {
        var file = pollfd(fd: doorbell.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&file, 1, milliseconds) == 1
    }

    @Test func `hears the bell, and only after it rang`() throws {
        try withTemporaryFolder { folder in
            let doorbell = try Doorbell(database: "\(folder)/w.db")
            #expect(!isReadable(doorbell))
            Bell(database: "\(folder)/w.db").ring()
            #expect(isReadable(doorbell))
            #expect(doorbell.drain().bell)
            #expect(!isReadable(doorbell))
            #expect(!doorbell.drain().bell)
        }
    }

    @Test func `hears an enqueue, and nothing of a write that leaves no work`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let doorbell = try Doorbell(database: store.path)
            try store.enqueue()
            #expect(doorbell.drain().bell)
            _ = try store.claim(for: runner)
            _ = doorbell.drain()
            try store.write { try $0.renewLease(of: runner, until: 1) }
            #expect(!doorbell.drain().bell)
        }
    }

    @Test func `hears a stranger's commit by the log, once for each watch`() throws {
        try withJobStore { store, _ in
            let doorbell = try Doorbell(database: store.path)
            doorbell.watchLog()
            #expect(doorbell.watchesLog)
            try store.write { try $0.connection.script("UPDATE sequence SET value = value + 1") }
            #expect(isReadable(doorbell, within: 1_000))
            #expect(doorbell.drain().log)
            #expect(!doorbell.watchesLog)
            try store.write { try $0.connection.script("UPDATE sequence SET value = value + 1") }
            #expect(!doorbell.drain().log)
            doorbell.watchLog()
            try store.write { try $0.connection.script("UPDATE sequence SET value = value + 1") }
            #expect(doorbell.drain().log)
        }
    }

    @Test func `hears nothing of the log after it left it`() throws {
        try withJobStore { store, _ in
            let doorbell = try Doorbell(database: store.path)
            doorbell.watchLog()
            doorbell.leaveLog()
            try store.write { try $0.connection.script("UPDATE sequence SET value = value + 1") }
            #expect(!doorbell.drain().log)
        }
    }

    @Test func `watches a log that was made anew`() throws {
        try withTemporaryFolder { folder in
            let time = TestTime()
            try openJobStore("\(folder)/w.db", time).close()
            #expect(access("\(folder)/w.db-wal", F_OK) != 0)
            let doorbell = try Doorbell(database: "\(folder)/w.db")
            doorbell.watchLog()
            #expect(!doorbell.watchesLog)
            let store = try openJobStore("\(folder)/w.db", time)
            defer { store.close() }
            doorbell.watchLog()
            #expect(doorbell.watchesLog)
            try store.enqueue()
            #expect(doorbell.drain().log)
        }
    }

    @Test func `a waiter sees what was committed before it slept and while it sleeps`() throws {
        try withTemporaryFolder { folder in
            let store = try JobStore(options("\(folder)/w.db"))
            let other = try JobStore(options("\(folder)/w.db"))
            defer {
                store.close()
                other.close()
            }
            let waiter = try ChangeWaiter(store: store)
            try other.enqueue()
            #expect(try waiter.wait(atMost: 30_000))
            #expect(try !waiter.wait(atMost: 1))
            let path = other.path
            let shell = try #require(
                popen("sqlite3 -cmd '.timeout 9000' \(path) \"INSERT INTO enqueue(command) VALUES('a')\"", "r"))
            #expect(try waiter.wait(atMost: 30_000))
            #expect(pclose(shell) == 0)
        }
    }

    private func options(_ path: String) -> Database.Options {
        Database.Options(
            path: path, durability: .normal, identity: .current(kind: "test", mayBeKilled: false),
            createIfMissing: true, applicationID: JobStore.applicationID)
    }
}
