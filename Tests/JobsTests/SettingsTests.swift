import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `Settings in the database` {
    @Test func `are set, changed and removed`() throws {
        try withJobStore { store, _ in
            let first = try store.write { try $0.setParallelSetting("parallel.workers", to: "4") }
            let same = try store.write { try $0.setParallelSetting("parallel.workers", to: "4") }
            let other = try store.write { try $0.setParallelSetting("parallel.workers", to: "5") }
            try store.write { try $0.setParallelSetting("parallel.profile", to: "auto") }
            #expect([first, same, other] == [true, false, true])
            let stored = try store.look { try $0.parallelSettings() }
            #expect(stored == ["parallel.workers": "5", "parallel.profile": "auto"])
            let removed = try store.write { try $0.setParallelSetting("parallel.workers", to: nil) }
            let missing = try store.write { try $0.setParallelSetting("parallel.workers", to: nil) }
            #expect([removed, missing] == [true, false])
            #expect(try store.look { try $0.parallelSettings() } == ["parallel.profile": "auto"])
        }
    }

    @Test func `wake runners when they change, and only then`() throws {
        try withJobStore { store, _ in
            let changed = try store.write { transaction in
                try transaction.setParallelSetting("parallel.workers", to: "4")
                return transaction.leftWork
            }
            let same = try store.write { transaction in
                try transaction.setParallelSetting("parallel.workers", to: "4")
                return transaction.leftWork
            }
            #expect([changed, same] == [true, false])
        }
    }

    @Test func `leave what is the database's own alone`() throws {
        try withJobStore { store, _ in
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.setParallelSetting("database_id", to: "x") }
            }
            let stored = try store.look { try $0.parallelSettings() }
            #expect(stored == [:])
        }
    }

    @Test func `tell a runner's slots and profile to those who look`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner(slots: 2)
            try store.write { try $0.setTuning(slots: 6, profile: "auto", of: runner) }
            let row = try store.read { connection in
                try connection.dynamic("SELECT slots, profile FROM runners", []).rows.map { $0.map(\.plainText) }
            }
            #expect(row == [["6", "auto"]])
        }
    }
}
