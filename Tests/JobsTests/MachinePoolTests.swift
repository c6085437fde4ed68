import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A pool of the machine` {
    private let columns = "SELECT pool, capacity, used, origin FROM pool_usage ORDER BY pool"

    @Test func `has what the machine has when a job names it`() throws {
        try withJobStore { store, _ in
            store.machine = { ["cpu": 4, "memory": 8_000] }
            try store.enqueue { $0.pools = ["other": 1] }
            #expect(try store.lines(columns) == [])
            for _ in 0..<3 { try store.enqueue { $0.pools = ["cpu": 2] } }
            #expect(try store.lines(columns) == ["cpu|4|0|machine"])
            #expect(try store.claim(9, for: store.runner()).count == 3)
            #expect(try store.lines(columns) == ["cpu|4|4|machine"])
            #expect(throws: JobStoreError.overCapacity(pool: "memory", asked: 9_000, capacity: 8_000)) {
                try store.enqueue { $0.pools = ["memory": 9_000] }
            }
        }
    }

    @Test func `bounds jobs of the view too`() throws {
        try withJobStore { store, _ in
            store.machine = { ["cpu": 1, "memory": 100] }
            for _ in 0..<2 { try store.asStranger("INSERT INTO enqueue(command, pool) VALUES ('true', 'cpu')") }
            #expect(try store.claim(9, for: store.runner()).count == 1)
        }
    }

    @Test func `that somebody set stays as it was set`() throws {
        try withJobStore { store, _ in
            store.machine = { ["cpu": 4, "memory": 8_000] }
            try store.write { try $0.setPool("cpu", capacity: 64) }
            try store.enqueue { $0.pools = ["cpu": 50, "memory": 1] }
            try store.write { try $0.setPool("memory", capacity: 7) }
            try store.write { try $0.updateMachinePools(mayShrink: true) }
            #expect(try store.lines(columns) == ["cpu|64|0|", "memory|7|0|"])
        }
    }

    @Test func `follows the machine, but takes nothing from runners that may use more of it`() throws {
        try withJobStore { store, _ in
            store.machine = { ["cpu": 4, "memory": 8_000] }
            try store.enqueue { $0.pools = ["cpu": 4] }
            store.machine = { ["cpu": 2, "memory": 8_000] }
            try store.write { try $0.updateMachinePools(mayShrink: false) }
            #expect(try store.lines(columns) == ["cpu|4|0|machine"])
            store.machine = { ["cpu": 8, "memory": 8_000] }
            try store.write { try $0.updateMachinePools(mayShrink: false) }
            #expect(try store.lines(columns) == ["cpu|8|0|machine"])
            store.machine = { ["cpu": 4, "memory": 8_000] }
            try store.write { try $0.updateMachinePools(mayShrink: true) }
            #expect(try store.lines(columns) == ["cpu|4|0|machine"])
        }
    }

    @Test func `is not taken from under a big job by small ones`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            store.machine = { ["cpu": 4, "memory": 8_000] }
            for _ in 0..<4 { try store.enqueue("small") { $0.pools = ["cpu": 1, "memory": 100] } }
            let running = try store.claim(9, for: runner)
            #expect(running.count == 4)
            try store.enqueue("big") { $0.pools = ["cpu": 3, "memory": 6_000] }
            for _ in 0..<20 { try store.enqueue("small") { $0.pools = ["cpu": 1, "memory": 100] } }
            for claim in running.prefix(2) {
                try store.finish(claim)
                #expect(try store.claim(9, for: runner).isEmpty)
            }
            try store.finish(running[2])
            #expect(try store.claim(9, for: runner).map(\.command) == ["big"])
        }
    }
}
