import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Output` {
    private func piece(_ start: Int, _ text: String, stream: Int = 1) -> JobTransaction.Output {
        JobTransaction.Output(start: start, stream: stream, bytes: Array(text.utf8))
    }

    @Test func `is kept by attempt, in order, with its stream`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue()
            for attempt in 1...2 {
                let claim = try #require(try store.claim(for: runner).first)
                try store.write { transaction in
                    try transaction.append(
                        [piece(3, "err", stream: 2), piece(0, "out")], to: claim.job, leaseToken: claim.leaseToken)
                }
                try store.finish(claim, attempt == 1 ? .interrupted : .succeeded)
            }
            #expect(
                try store.lines("SELECT attempt, start, stream, CAST(data AS TEXT) FROM outputs")
                    == ["1|0|1|out", "1|3|2|err", "2|0|1|out", "2|3|2|err"])
        }
    }

    @Test func `in the middle goes, when head and tail are to stay`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue()
            let claim = try #require(try store.claim(for: runner).first)
            try store.write { transaction in
                try transaction.append(
                    (0..<6).map { piece($0 * 10, "0123456789") }, to: claim.job, leaseToken: claim.leaseToken,
                    trim: (head: 10, keptFrom: 45))
            }
            #expect(try store.column("SELECT start FROM outputs") == ["0", "40", "50"])
            try store.write { transaction in
                try transaction.append([], to: claim.job, leaseToken: claim.leaseToken, trim: (head: 10, keptFrom: 60))
            }
            #expect(try store.column("SELECT start FROM outputs") == ["0"])
            try store.finish(claim)
            #expect(throws: JobStoreError.leaseLost(claim.job)) {
                try store.write { try $0.append([piece(60, "late")], to: claim.job, leaseToken: claim.leaseToken) }
            }
        }
    }
}

@Suite struct `Runners` {
    @Test func `are known to the others until they stop`() throws {
        try withJobStore { store, time in
            let (one, two) = (try store.runner(queues: ["a", "b"]), try store.runner())
            try store.enqueue()
            _ = try store.claim(for: one)
            time.advance(by: 5_000)
            try store.write { try $0.renewLease(of: one, until: 99) }
            let others = try store.write { try $0.otherRunners(than: two) }
            #expect(others.map(\.id) == [one] && others.map(\.leaseUntil) == [99] && others.map(\.holdsJobs) == [true])
            #expect(try store.column("SELECT queues FROM runners WHERE id = 1") == [#"["a","b"]"#])
            for state in [RunnerState.suspended, .live, .draining] {
                try store.write { try $0.set(state, of: two) }
                try store.write { try $0.requireLive(two) }
            }
            try store.write { try $0.set(.stopped, of: two) }
            let left = try store.write { try $0.otherRunners(than: one) }
            #expect(left.isEmpty)
            #expect(throws: JobStoreError.runnerLost(two)) { try store.write { try $0.requireLive(two) } }
        }
    }

    @Test func `hold their lock before anybody sees them, or are not stored`() throws {
        try withJobStore { (store, _) throws in
            struct NoLock: Error {}
            let info = RunnerInfo(
                kind: .run, slots: 1, queues: nil, host: "h",
                process: ProcessIdentity(pid: 1, start: 1, namespace: 1, bootID: "b"), version: "1", lease: 1)
            #expect(throws: NoLock.self) {
                try store.write { try $0.register(info, leaseUntil: 1) { _ in throw NoLock() } }
            }
            #expect(try store.column("SELECT count(*) FROM runners") == ["0"])
        }
    }

    @Test func `keep an older schema from being changed under them`() throws {
        try withJobStore { store, _ in
            try store.write { try $0.requireKnownSchema() }
            try store.database.connection.script("PRAGMA user_version = 99")
            #expect(throws: JobStoreError.schemaChanged(found: 99, known: JobStore.schemaVersion)) {
                try store.write { try $0.requireKnownSchema() }
            }
        }
    }
}
