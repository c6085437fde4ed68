import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A job that waits for a signal` {
    private func ask(_ store: JobStore, until: Timestamp? = nil) throws -> (PartRun, Claim) {
        let run = try PartRun(store, [.late("ask")])
        let claim = try run.claim("ask")
        try run.park(claim, .signal(until: until), memo: #"{"message":"ship it?"}"#)
        return (run, claim)
    }

    @Test func `is listed only while it does`() throws {
        try withJobStore { store, time in
            let due = time.now.advanced(by: 1_000)
            func waiting() throws -> Int { try store.look { try $0.waitingForSignal() }.rows.count }
            let (_, cancelled) = try ask(store)
            let (run, late) = try ask(store, until: due)
            #expect(try waiting() == 2)
            _ = try store.write { try $0.cancel(cancelled.job) }
            #expect(try waiting() == 1)
            time.advance(by: 1_000)
            let claim = try run.claim("ask")
            #expect(try waiting() == 0)
            #expect(claim.signal == nil)
            for job in [cancelled.job, late.job] {
                #expect(throws: JobStoreError.self) { try store.write { try $0.signal(job, value: "1") } }
            }
            #expect(throws: JobStoreError.noSuchJob(JobID(99))) {
                try store.write { try $0.signal(JobID(99), value: "1") }
            }
        }
    }

    @Test func `is not woken by what it had before, nor by what is not JSON`() throws {
        try withJobStore { store, time in
            let (run, ask) = try ask(store)
            for text in ["yes", "", "{", "'a'"] {
                #expect(throws: JobStoreError.self, "\(text)") {
                    try store.write { try $0.signal(ask.job, value: text) }
                }
            }
            #expect(try run.states == "running ask:blocked")
            try store.write { try $0.signal(ask.job, value: "1") }
            #expect(throws: JobStoreError.self) { try store.write { try $0.signal(ask.job, value: "2") } }
            let first = try run.claim("ask")
            #expect(first.signal == "1")
            // Its moment comes, and nobody said anything since.
            try run.park(first, .signal(until: time.now.advanced(by: 10)))
            time.advance(by: 10)
            #expect(try run.claim("ask").signal == nil)
        }
    }

    @Test func `keeps its signal when its runner dies`() throws {
        try withJobStore { store, _ in
            let (run, ask) = try ask(store)
            try store.write { try $0.signal(ask.job, value: "[1]") }
            _ = try run.claim("ask")
            _ = try store.write { try $0.fence(run.runner) }
            _ = try store.write { try $0.requeueJobs(of: run.runner) }
            let other = try store.runner()
            let again = try #require(try store.claim(for: other).first)
            #expect(again.signal == "[1]" && again.phase == 1 && again.attempt == 2)
        }
    }

    @Test(arguments: [nil, 500] as [Int?])
    func `waits as well for what it depends on when that is run again`(deadline: Int?) throws {
        try withJobStore { store, time in
            let run = try PartRun(
                store,
                [
                    .step("a") { $0.step?.isolate = true },
                    .late("ask") { $0.dependencies = [.init(.batch(0), .finished)] },
                ])
            try store.finish(run.claim("a"), .failed)
            let ask = try run.claim("ask")
            try run.park(ask, .signal(until: deadline.map { time.now.advanced(by: $0) }))
            _ = try store.write { try $0.retry(JobID(1)) }
            try store.checkInvariants()
            let a = try run.claim("a")
            // Neither alone lets it go on, in either order.
            try store.write { try $0.signal(ask.job, value: "1") }
            #expect(try run.states == "running a:running ask:blocked")
            try store.finish(a)
            #expect(try run.claim("ask").signal == "1")
        }
    }

    @Test func `goes back to waiting for its moment alone when that is run again in time`() throws {
        try withJobStore { store, time in
            let run = try PartRun(
                store,
                [
                    .step("a") { $0.step?.isolate = true },
                    .late("ask") { $0.dependencies = [.init(.batch(0), .finished)] },
                ])
            try store.finish(run.claim("a"), .failed)
            try run.park(run.claim("ask"), .signal(until: time.now.advanced(by: 500)))
            _ = try store.write { try $0.retry(JobID(1)) }
            #expect(try run.states == "running a:ready ask:blocked")
            try store.finish(run.claim("a"))
            #expect(try run.states == "running a:succeeded ask:scheduled")
            time.advance(by: 500)
            #expect(try run.claim("ask").signal == nil)
        }
    }

    @Test func `says so in its situation`() throws {
        try withJobStore { store, _ in
            let (run, ask) = try ask(store)
            let situation = try store.look { try $0.situation(of: ask.job) }
            #expect(situation.awaits == .signal(message: "ship it?"))
            #expect(situation.unmetCount == 0)
            try store.write { try $0.signal(ask.job, value: "1") }
            let claim = try run.claim("ask")
            #expect(try store.look { try $0.situation(of: ask.job) }.awaits == nil)
            try run.park(claim, .run(RunSpec(workflow: "inner", directory: "/", jobs: [.step("x")])))
            #expect(try store.look { try $0.situation(of: ask.job) }.awaits == .run(RunID(2)))
        }
    }
}

@Suite struct `A job whose upstream is run again while it runs` {
    /// However its attempt ends, it waits once more, and starts when that has ended.
    @Test(arguments: ["failed", "interrupted", "rescued", "parked", "parked for a moment", "parked for a run"])
    func `waits for it before its next attempt`(how: String) throws {
        try withJobStore { store, time in
            let run = try PartRun(
                store,
                [
                    .step("a") { $0.step?.isolate = true },
                    .late("b") {
                        $0.dependencies = [.init(.batch(0), .finished)]
                        $0.retries = 1
                    },
                ])
            try store.finish(run.claim("a"), .failed)
            let b = try run.claim("b")
            _ = try store.write { try $0.retry(JobID(1)) }
            switch how {
            case "failed": #expect(try store.finish(b, .failed) == .blocked)
            case "interrupted": #expect(try store.finish(b, .interrupted) == .blocked)
            case "rescued":
                _ = try store.write { try $0.fence(run.runner) }
                _ = try store.write { try $0.requeueJobs(of: run.runner) }
            case "parked": #expect(try run.park(b, .children([])) == .blocked)
            case "parked for a moment": #expect(try run.park(b, .until(time.now.advanced(by: 10))) == .blocked)
            default:
                let inner = RunSpec(workflow: "inner", directory: "/", jobs: [.step("x")])
                #expect(try run.park(b, .run(inner)) == .blocked)
            }
            #expect(try store.state(of: b.job) == .blocked)
            try store.checkInvariants()
            time.advance(by: 600_000)
            let runner = try store.runner()
            let claims = try store.claim(99, for: runner, from: .run(run.id))
            #expect(claims.allSatisfy { $0.job != b.job })
            for claim in claims { try store.finish(claim) }
            #expect(try store.claim(99, for: runner).map(\.job) == [b.job])
        }
    }
}
