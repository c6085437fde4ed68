import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A family of runs` {
    /// A run whose step `call` waits for an inner run of these steps.
    private func start(
        _ store: JobStore, _ inner: [JobSpec], change: (inout RunSpec) -> Void = { _ in },
        outer: (inout RunSpec) -> Void = { _ in }
    ) throws -> (PartRun, Claim) {
        let run = try PartRun(store, [.late("call") { $0.kind = .workflow }], change: outer)
        let call = try run.claim("call")
        var spec = RunSpec(workflow: "inner", directory: "/", jobs: inner)
        change(&spec)
        try run.park(call, .run(spec))
        return (run, call)
    }

    private func runs(_ store: JobStore) throws -> [String] { try store.column("SELECT state FROM runs ORDER BY id") }

    @Test func `gives back what an inner job holds though the outer run has ended before it`() throws {
        try withJobStore { store, _ in
            try store.write { try $0.setPool("p", capacity: 1) }
            let (run, _) = try start(store, [.step("a") { $0.pools = ["p": 1] }]) { $0.maxConcurrency = 1 }
            let inner = try run.claim("a")
            _ = try store.write { try $0.cancel(run.id) }
            #expect(try runs(store) == ["cancelled", "running"])
            #expect(try store.column("SELECT used FROM limits WHERE name = 'p'") == ["1"])
            try store.checkInvariants()
            try store.finish(inner, .cancelled)
            #expect(try store.column("SELECT used FROM limits WHERE name = 'p'") == ["0"])
            #expect(try runs(store) == ["cancelled", "cancelled"])
            #expect(try store.column("SELECT count(*) FROM lanes WHERE run_id IS NOT NULL") == ["0"])
        }
    }

    @Test func `has one that ends at once when all of its steps are skipped at birth`() throws {
        try withJobStore { store, _ in
            let outside = try store.enqueue("true") { $0.queue = "other" }
            _ = try store.write { try $0.cancel(outside) }
            let (run, call) = try start(store, [.step("a") { $0.dependencies = [.init(.stored(outside))] }])
            #expect(try store.state(of: call.job) == .ready)
            #expect(try runs(store) == ["running", "failed"])
            #expect(try run.claim("call").phase == 1)
        }
    }

    @Test func `has inner runs that are history once their step was begun anew`() throws {
        try withJobStore { store, _ in
            let (run, call) = try start(store, [.step("a")])
            try store.finish(run.claim("a"), .failed)
            try store.finish(run.claim("call"), .failed)
            _ = try store.write { try $0.rerun(run.id, .from("call")) }
            #expect(throws: JobStoreError.self) { try store.write { try $0.rerun(RunID(2), .failed) } }
            let again = try run.claim("call")
            #expect(again.phase == 0)
            try run.park(again, .run(RunSpec(workflow: "inner", directory: "/", jobs: [.step("a")])))
            for change in [
                { (transaction: JobTransaction) in _ = try transaction.rerun(RunID(2), .restart) },
                { (transaction: JobTransaction) in _ = try transaction.retry(JobID(2)) },
            ] {
                #expect(throws: JobStoreError.self) { try store.write(change) }
            }
            #expect(try store.state(of: call.job) == .blocked)
            try store.finish(run.claim("a"))
            try store.finish(run.claim("call"))
            #expect(try runs(store) == ["succeeded", "failed", "succeeded"])
        }
    }

    @Test func `waits again for an inner run whose step it had not looked at yet, and refuses while it looks`() throws {
        try withJobStore { store, _ in
            let (run, call) = try start(store, [.step("a")])
            try store.finish(run.claim("a"), .failed)
            #expect(try store.state(of: call.job) == .ready)
            _ = try store.write { try $0.retry(JobID(2)) }
            #expect(try store.state(of: call.job) == .blocked)
            try store.finish(run.claim("a"), .failed)
            let looking = try run.claim("call")
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(JobID(2)) } }
            try store.finish(looking, .failed)
            _ = try store.write { try $0.retry(JobID(2)) }
            try store.finish(run.claim("a"))
            try store.finish(run.claim("call"))
            #expect(try runs(store) == ["succeeded", "succeeded"])
        }
    }

    @Test func `comes back whole when an inner job of a part is retried`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("group"), .step("after", after: [0])])
            try run.park(run.claim("group"), .children([.late("call")]))
            try run.park(run.claim("call"), .run(RunSpec(workflow: "inner", directory: "/", jobs: [.step("a")])))
            for key in ["a", "call", "group"] { try store.finish(run.claim(key), .failed) }
            #expect(try runs(store) == ["failed", "failed"])
            let inner = try #require(try store.look { try $0.facts(of: "a", in: RunID(2)) }).job
            _ = try store.write { try $0.retry(inner) }
            for key in ["a", "call", "group", "after"] { try store.finish(run.claim(key)) }
            #expect(try runs(store) == ["succeeded", "succeeded"])
        }
    }

    @Test func `is bounded in depth`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("l1")])
            for level in 1..<JobTransaction.mostLevels {
                let claim = try run.claim("l\(level)")
                if level % 10 == 0 {
                    try run.park(claim, .run(RunSpec(workflow: "w", directory: "/", jobs: [.late("l\(level + 1)")])))
                } else {
                    try run.park(claim, .children([.late("l\(level + 1)")]))
                }
            }
            let deepest = try run.claim("l\(JobTransaction.mostLevels)")
            for wait in [
                Parking.Wait.children([.step("x")]), .run(RunSpec(workflow: "w", directory: "/", jobs: [.step("x")])),
            ] {
                #expect(throws: JobStoreError.self) { try run.park(deepest, wait) }
            }
            _ = try store.write { try $0.cancel(run.id) }
            try store.finish(deepest, .cancelled)
            #expect(try store.column("SELECT count(*) FROM jobs WHERE finished_at IS NULL") == ["0"])
            #expect(try store.column("SELECT DISTINCT state FROM runs") == ["cancelled"])
        }
    }

    @Test func `is told its end once by two judges, and never by one that looked too early`() throws {
        try withJobStore { store, time in
            let second = try openJobStore(store.path, time)
            defer { second.close() }
            let (run, _) = try start(store, [.step("a")]) { $0.isJudged = true }
            try store.finish(run.claim("a"), .failed)
            let early = try #require(try store.look { try $0.settlement(of: RunID(2)) })
            _ = try second.write { try $0.retry(JobID(2)) }
            #expect(try !store.write { try $0.close(RunID(2), as: early.ending, judging: early) })
            try store.finish(run.claim("a"))
            // Settled again, within the same millisecond.
            #expect(try !store.write { try $0.close(RunID(2), as: early.ending, judging: early) })
            #expect(
                try !store.write {
                    try $0.startHandlers([.step("h")], of: RunID(2), after: early.ending, judging: early)
                })
            let settlement = try #require(try second.look { try $0.settlement(of: RunID(2)) })
            #expect(settlement.ending.state == .succeeded)
            let answers = try [store, second].map { store in
                try store.write { try $0.close(RunID(2), as: settlement.ending, judging: settlement) }
            }
            #expect(answers == [true, false])
            #expect(try runs(store) == ["running", "succeeded"])
            try store.finish(run.claim("call"))
        }
    }
}
