import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `A checkpoint` {
    private func save(_ json: String?, of claim: Claim, in store: JobStore) throws {
        try store.write { try $0.setCheckpoint(claim.job, leaseToken: claim.leaseToken, json) }
    }

    private func next(_ store: JobStore, _ time: TestTime, _ runner: RunnerID) throws -> Claim {
        time.advance(by: 600_000)
        return try #require(try store.claim(for: runner).first)
    }

    @Test func `is given to the attempt after one that failed, was interrupted or lost`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue()
            let first = try #require(try store.claim(for: runner).first)
            #expect(first.checkpoint == nil)
            try save(#"{"page":1}"#, of: first, in: store)
            try store.finish(first, .failed)
            let second = try next(store, time, runner)
            #expect(second.checkpoint == #"{"page":1}"#)
            try save(#"{"page":2}"#, of: second, in: store)
            try store.finish(second, .interrupted)
            let third = try next(store, time, runner)
            #expect(third.checkpoint == #"{"page":2}"#)
            try save(#"{"page":3}"#, of: third, in: store)
            _ = try store.write { try $0.fence(runner) }
            _ = try store.write { try $0.requeueJobs(of: runner) }
            let other = try store.runner()
            let fourth = try next(store, time, other)
            #expect(fourth.checkpoint == #"{"page":3}"#)
            #expect(try store.lines("SELECT checkpoint FROM job_history") == [#"{"page":3}"#])
            try store.finish(fourth)
            #expect(try store.look { try $0.checkpoint(of: job) } == nil)
        }
    }

    @Test func `of a lost attempt does not overwrite the next one's`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue()
            let first = try #require(try store.claim(for: runner).first)
            _ = try store.write { try $0.fence(runner) }
            #expect(throws: JobStoreError.leaseLost(job)) { try save("1", of: first, in: store) }
            _ = try store.write { try $0.requeueJobs(of: runner) }
            #expect(throws: JobStoreError.leaseLost(job)) { try save("1", of: first, in: store) }
            let second = try next(store, time, try store.runner())
            try save("2", of: second, in: store)
            #expect(throws: JobStoreError.leaseLost(job)) { try save("1", of: first, in: store) }
            #expect(try store.look { try $0.checkpoint(of: job) } == "2")
            try store.finish(second)
            #expect(throws: JobStoreError.leaseLost(job)) { try save("3", of: second, in: store) }
        }
    }

    @Test func `stays with a job that failed for good, until a fresh retry`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue { $0.retries = 0 }
            let first = try #require(try store.claim(for: runner).first)
            try save("7", of: first, in: store)
            try store.finish(first, .failed)
            try store.write { try $0.retry(job) }
            let second = try next(store, time, runner)
            #expect(second.checkpoint == "7")
            try store.finish(second, .failed)
            var change = RetryChange()
            change.isFresh = true
            try store.write { try $0.retry(job, with: change) }
            #expect(try next(store, time, runner).checkpoint == nil)
        }
    }

    @Test func `is JSON of at most one mebibyte, and can be taken back`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue()
            let claim = try #require(try store.claim(for: runner).first)
            try save("[]", of: claim, in: store)
            for refused in ["", "{", "\"" + String(repeating: "x", count: JobTransaction.checkpointLimit) + "\""] {
                #expect(throws: JobStoreError.self) { try save(refused, of: claim, in: store) }
            }
            #expect(try store.look { try $0.checkpoint(of: job) } == "[]")
            try save(nil, of: claim, in: store)
            #expect(try store.look { try $0.checkpoint(of: job) } == nil)
        }
    }
}

@Suite struct `A retry with changes` {
    @Test func `gives a job other arguments, and leaves its old attempts`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue {
                ($0.retries, $0.arguments, $0.environment) = (0, ["a", "b"], ["X": "1", "Y": "2"])
            }
            try store.finish(try #require(try store.claim(for: runner).first), .failed)
            var change = RetryChange()
            (change.arguments, change.environment) = (["c"], ["Y": "3"])
            try store.write { try $0.retry(job, with: change) }
            let claim = try #require(try store.claim(for: runner).first)
            #expect(claim.arguments == ["c"] && claim.attempt == 2)
            #expect(claim.environment == ["X": "1", "Y": "3"])
            #expect(try store.column("SELECT state FROM attempt_history ORDER BY attempt") == ["failed", "running"])
            try store.finish(claim, .failed)
            change.arguments = []
            try store.write { try $0.retry(job, with: change) }
            #expect(try store.claim(for: runner).first?.arguments == [])
        }
    }

    @Test func `gives other data to jobs with a type only, and changes nothing when it is refused`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let plain = try store.enqueue { $0.retries = 0 }
            try store.finish(try #require(try store.claim(for: runner).first), .failed)
            var typed = JobSpec(type: "resize", data: "1")
            typed.retries = 0
            let job = try store.write { try $0.enqueue(typed) }
            func claimTyped() throws -> Claim {
                let claims = try store.write {
                    try $0.claim(1, for: runner, from: .queues(nil), serving: Serving(types: ["resize"])).claims
                }
                return try #require(claims.first)
            }
            try store.finish(try claimTyped(), .failed)
            var data = RetryChange()
            data.data = "2"
            var arguments = RetryChange()
            arguments.arguments = ["x"]
            var broken = RetryChange()
            broken.data = "{"
            for (job, change) in [(plain, data), (job, arguments), (job, broken)] {
                #expect(throws: JobStoreError.self) { try store.write { try $0.retry(job, with: change) } }
                #expect(try store.state(of: job) == .failed)
            }
            try store.write { try $0.retry(job, with: data) }
            try store.write { try $0.placeJobs() }
            #expect(try claimTyped().data == "2")
        }
    }
}

@Suite struct `A request to drain` {
    @Test func `is seen by the runner with its next turn, and by no other`() throws {
        try withJobStore { store, _ in
            let one = try store.runner(), other = try store.runner()
            #expect(try store.write { try $0.requestDrain(of: one) })
            #expect(try store.write { try $0.requireLive(one) })
            #expect(try store.write { try $0.renewLease(of: one, until: 99_999) })
            #expect(try store.write { try $0.requireLive(other) } == false)
            try store.write { try $0.set(.stopped, of: one) }
            #expect(try store.write { try $0.requestDrain(of: one) } == false)
            #expect(throws: JobStoreError.noSuchRunner(RunnerID(99))) {
                try store.write { try $0.requestDrain(of: RunnerID(99)) }
            }
        }
    }

    @Test func `wakes it`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let rings = try store.write { transaction in
                _ = try transaction.requestDrain(of: runner)
                return transaction.leftWork
            }
            #expect(rings)
        }
    }
}
