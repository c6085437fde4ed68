import Jobs
import TestSupport
import Testing

@Suite struct `Claims ahead of slots` {
    private func claim(
        _ slots: Int, for runner: RunnerID, in store: JobStore, room: [String: ClaimRoom]
    ) throws -> [Claim] {
        let serving = Serving(types: Set(room.keys))
        return try store.write { try $0.claim(slots, for: runner, from: .queues(nil), serving: serving, room: room) }
            .claims
    }

    private func enqueue(_ type: String, _ count: Int, in store: JobStore, priority: Int = 5) throws {
        try store.write { transaction in
            var spec = JobSpec(type: type, data: nil)
            spec.priority = priority
            _ = try transaction.enqueue(Array(repeating: spec, count: count))
        }
    }

    @Test func `go to types with room, and take the slots first`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try enqueue("a", 20, in: store)
            try store.enqueue("script")
            let claims = try claim(2, for: runner, in: store, room: ["a": ClaimRoom(now: 2, ahead: 5)])
            #expect(claims.map(\.command) == Array(repeating: "worker a", count: 7))
            #expect(try claim(0, for: runner, in: store, room: ["a": ClaimRoom(now: 0, ahead: 3)]).count == 3)
            #expect(try claim(0, for: runner, in: store, room: ["a": ClaimRoom(now: 2, ahead: 0)]).isEmpty)
        }
    }

    @Test func `never overtake a job that waits for a slot`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try enqueue("a", 20, in: store)
            try store.enqueue("script") { $0.priority = 9 }
            #expect(try claim(0, for: runner, in: store, room: ["a": ClaimRoom(now: 0, ahead: 5)]).isEmpty)
            let claims = try claim(1, for: runner, in: store, room: ["a": ClaimRoom(now: 0, ahead: 5)])
            #expect(claims.map(\.command) == ["script"] + Array(repeating: "worker a", count: 5))
        }
    }

    @Test func `pass over types whose workers are busy`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try enqueue("busy", 5, in: store, priority: 9)
            try enqueue("free", 5, in: store)
            try store.enqueue("script")
            let claims = try claim(
                3, for: runner, in: store,
                room: ["busy": ClaimRoom(now: 0, ahead: 0), "free": ClaimRoom(now: 1, ahead: 0)])
            #expect(claims.map(\.command) == ["worker free", "script"])
        }
    }

    @Test func `leave jobs that hold pools to who can begin them`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { transaction in
                try transaction.setPool("p", capacity: 9)
                var spec = JobSpec(type: "a", data: nil)
                spec.pools = ["p": 1]
                _ = try transaction.enqueue(Array(repeating: spec, count: 9))
            }
            #expect(try claim(4, for: runner, in: store, room: ["a": ClaimRoom(now: 2, ahead: 9)]).count == 2)
            #expect(try store.lines("SELECT used FROM pool_usage") == ["2"])
        }
    }

    @Test func `are given back without an attempt, or cancelled if somebody asked for that`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try enqueue("a", 2, in: store)
            let claims = try claim(0, for: runner, in: store, room: ["a": ClaimRoom(now: 0, ahead: 2)])
            try store.write { try $0.cancel(claims[1].job) }
            try store.write { transaction in
                for claim in claims { try transaction.giveBack(claim.job, leaseToken: claim.leaseToken) }
            }
            #expect(try store.lines("SELECT state, attempt FROM jobs ORDER BY id") == ["ready|0", "cancelled|1"])
        }
    }
}
