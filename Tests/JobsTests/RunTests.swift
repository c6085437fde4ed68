import Jobs
import SQLite
import TestSupport
import Testing

/// A run under test: its jobs by step, and a runner.
private struct TestRun {
    let store: JobStore
    let id: RunID
    let jobs: [String: JobID]
    let runner: RunnerID

    init(_ store: JobStore, _ specs: [JobSpec], change: (inout RunSpec) -> Void = { _ in }) throws {
        self.store = store
        var spec = RunSpec(workflow: "w", directory: "/", jobs: specs)
        change(&spec)
        let started = try store.write { [spec] in try $0.start(spec) }
        id = started.run
        jobs = Dictionary(uniqueKeysWithValues: zip(specs.map { $0.step?.id ?? "?" }, started.jobs))
        runner = try store.runner()
    }

    var state: String {
        get throws { try store.column("SELECT state FROM runs WHERE id = ?", .integer(Int64(id.rawValue)))[0] }
    }

    /// Steps and states, as 'a:succeeded b:failed'.
    var states: String {
        get throws {
            try store.lines(
                "SELECT key || ':' || state FROM jobs WHERE run_id = ? ORDER BY key",
                .integer(Int64(id.rawValue))
            ).joined(separator: " ")
        }
    }

    /// Claims whatever is ready.
    func claim(_ count: Int = 99) throws -> [String: Claim] {
        let claims = try store.claim(count, for: runner, from: .run(id))
        return Dictionary(uniqueKeysWithValues: claims.map { ($0.key ?? "?", $0) })
    }

    /// Runs all that is left; `failing` steps fail, the others succeed.
    func finishAll(failing: Set<String> = []) throws {
        while true {
            let claims = try claim()
            if claims.isEmpty { return }
            for (step, claim) in claims.sorted(by: { $0.key < $1.key }) {
                try store.finish(claim, failing.contains(step) ? .failed : .succeeded)
            }
        }
    }
}

@Suite struct `A run` {
    @Test func `starts with its first job, ends with its last, and has its figures`() throws {
        try withJobStore { store, time in
            let run = try TestRun(store, [.step("a"), .step("b"), .step("c", level: 2, after: [0, 1])])
            #expect(try run.state == "pending")
            let first = try run.claim()
            #expect(try run.state == "running")
            #expect(Set(first.keys) == ["a", "b"])
            let start = time.now
            time.advance(by: 100)
            for claim in first.values { try store.finish(claim) { $0.startedAt = start } }
            let last = try #require(try run.claim()["c"])
            time.advance(by: 100)
            try store.finish(last) { $0.startedAt = start.advanced(by: 100) }
            let history = try store.lines(
                "SELECT state, jobs, succeeded, failed, duration_ms, speedup, efficiency FROM run_history")
            #expect(history == ["succeeded|3|3|0|200|1.5|1.0"])
            #expect(try store.column("SELECT count(*) FROM lanes WHERE run_id IS NOT NULL") == ["0"])
        }
    }

    /// The five rows of the table of failures. Level 1: f fails, s is its sibling that runs, i an isolated one that
    /// runs; level 2: d depends on f, p waits for q; j is isolated and waits for q; q waits out its time.
    @Test(arguments: [
        (true, Bool?.none, "d:ready f:failed i:running j:blocked p:blocked q:scheduled s:running", false),
        (true, false, "d:ready f:failed i:running j:blocked p:blocked q:scheduled s:cancelled", true),
        (false, nil, "d:skipped f:failed i:running j:skipped p:skipped q:cancelled s:running", false),
        (false, true, "d:skipped f:failed i:running j:blocked p:blocked q:scheduled s:running", false),
        (false, false, "d:skipped f:failed i:running j:skipped p:skipped q:cancelled s:cancelled", true),
    ])
    func `spreads a failure as the table says`(
        continueOnError: Bool, isolate: Bool?, expected: String, stopsSiblings: Bool
    ) throws {
        try withJobStore { store, time in
            let run = try TestRun(
                store,
                [
                    .step("f") { spec in
                        spec.step?.continueOnError = continueOnError
                        spec.step?.isolate = isolate
                    },
                    .step("s"),
                    .step("i") { $0.step?.isolate = true },
                    .step("q") { $0.runAt = TestTime.start.advanced(by: 60_000) },
                    .step("d", level: 2, after: [0]),
                    .step("p", level: 2, after: [3]),
                    .step("j", level: 2, after: [3]) { $0.step?.isolate = true },
                ])
            let claims = try run.claim()
            #expect(Set(claims.keys) == ["f", "s", "i"])
            try store.finish(#require(claims["f"]), .failed)
            let stopped = try store.write { try $0.jobsToStop(of: run.runner) }
            #expect(stopped.map(\.job) == (stopsSiblings ? [try #require(run.jobs["s"])] : []))
            for job in stopped {
                let claim = try #require(claims["s"])
                #expect(job.leaseToken == claim.leaseToken)
                try store.finish(claim, .cancelled)
            }
            #expect(try run.states == expected)
            #expect(
                try store.column("SELECT key FROM jobs WHERE state IN ('skipped', 'cancelled') AND error IS NULL")
                    .filter { $0 != "s" }
                    .isEmpty)
            try store.checkInvariants()
            if !stopsSiblings { try store.finish(#require(claims["s"])) }
            try store.finish(#require(claims["i"]))
            time.advance(by: 60_000)
            try run.finishAll()
            #expect(try run.state == (continueOnError && !stopsSiblings ? "succeeded" : "failed"))
        }
    }

    @Test func `does not fail by a step with continueOnError, and lets its dependents run`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(
                store, [.step("a") { $0.step?.continueOnError = true }, .step("b", level: 2, after: [0])])
            try run.finishAll(failing: ["a"])
            #expect(try run.states == "a:failed b:succeeded")
            #expect(try run.state == "succeeded")
        }
    }

    @Test func `says how much of it succeeded when it failed`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(store, [.step("a"), .step("b"), .step("c"), .step("d") { $0.priority = 1 }])
            try run.finishAll(failing: ["d"])
            #expect(try run.state == "failed")
            #expect(try store.column("SELECT error FROM runs") == ["partial results: 3 of 4"])
        }
    }

    @Test func `can be cancelled, with what runs and what waits`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(
                store, [.step("a"), .step("b", level: 2, after: [0]), .step("c") { $0.priority = 1 }])
            let claim = try #require(try run.claim(1)["a"])
            #expect(try store.write { try $0.cancel(run.id) })
            #expect(try run.states == "a:running b:cancelled c:cancelled")
            try store.finish(claim, .cancelled)
            #expect(try run.state == "cancelled")
            #expect(try store.write { try $0.cancel(run.id) } == false)
        }
    }

    @Test func `comes back with its failed step, and ends anew`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(
                store,
                [
                    .step("a"), .step("f", level: 2, after: [0]), .step("g", level: 3, after: [1]),
                    .step("h", level: 4, after: [2]), .step("p", level: 2, after: [0]) { $0.priority = 1 },
                    .step("r", level: 3, after: [4]),
                ], change: { $0.maxConcurrency = 1 })
            try run.finishAll(failing: ["f"])
            #expect(try run.states == "a:succeeded f:failed g:skipped h:skipped p:cancelled r:skipped")
            #expect(try run.state == "failed")
            let failed = try #require(run.jobs["f"])
            let back = try store.write { try $0.retry(failed) }
            #expect(Set(back) == Set(["f", "g", "h", "p", "r"].compactMap { run.jobs[$0] }) && back.first == failed)
            #expect(try run.states == "a:succeeded f:ready g:blocked h:blocked p:ready r:blocked")
            #expect(try run.state == "running")
            try store.checkInvariants()
            try run.finishAll()
            #expect(try run.state == "succeeded")
            let attempts = try store.lines(
                "SELECT state FROM attempts WHERE job_id = ?", .integer(Int64(failed.rawValue)))
            #expect(attempts == ["failed", "succeeded"])
        }
    }

    @Test func `brings back a sibling that the failure stopped`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(
                store,
                [.step("f") { $0.step?.isolate = false }, .step("s"), .step("t", level: 2, after: [1])])
            let claims = try run.claim()
            try store.finish(#require(claims["f"]), .failed)
            try store.finish(#require(claims["s"]), .cancelled)
            #expect(try run.states == "f:failed s:cancelled t:cancelled")
            _ = try store.write { try $0.retry(#require(run.jobs["f"])) }
            #expect(try run.states == "f:ready s:ready t:blocked")
            try run.finishAll()
            #expect(try run.state == "succeeded")
        }
    }

    @Test func `with two failed steps is mended by a retry of each`() throws {
        try withJobStore { store, _ in
            let isolated = { (spec: inout JobSpec) -> Void in spec.step?.isolate = true }
            let run = try TestRun(
                store,
                [
                    .step("a", change: isolated), .step("b", change: isolated),
                    .step("c", level: 2, after: [0, 1], change: isolated),
                    .step("d", level: 3, after: [2], change: isolated),
                ])
            try run.finishAll(failing: ["a", "b"])
            #expect(try run.states == "a:failed b:failed c:skipped d:skipped")
            _ = try store.write { try $0.retry(#require(run.jobs["a"])) }
            #expect(try run.states == "a:ready b:failed c:skipped d:skipped")
            try store.checkInvariants()
            _ = try store.write { try $0.retry(#require(run.jobs["b"])) }
            #expect(try run.states == "a:ready b:ready c:blocked d:blocked")
            try run.finishAll()
            #expect(try run.state == "succeeded")
        }
    }

    @Test func `blocks again what the undone end let start`() throws {
        try withJobStore { store, _ in
            let run = try TestRun(
                store,
                [
                    .step("a") { $0.step?.isolate = true }, .step("slow") { $0.priority = 1 },
                    .step("both", level: 2) {
                        $0.step?.isolate = true
                        $0.dependencies = [.init(.batch(0), .finished), .init(.batch(1))]
                    },
                    .step("handler", level: 2) {
                        $0.step?.isolate = true
                        $0.priority = 0
                        $0.dependencies = [.init(.batch(0), .failed)]
                    },
                ], change: { $0.maxConcurrency = 1 })
            try store.finish(#require(try run.claim(1)["a"]), .failed)
            #expect(try run.states == "a:failed both:blocked handler:ready slow:ready")
            _ = try store.write { try $0.retry(#require(run.jobs["a"])) }
            #expect(try run.states == "a:ready both:blocked handler:blocked slow:ready")
            try store.finish(#require(try run.claim(1)["a"]))
            #expect(try run.states == "a:succeeded both:blocked handler:skipped slow:ready")
            try run.finishAll()
            #expect(try run.states == "a:succeeded both:succeeded handler:skipped slow:succeeded")
            #expect(try run.state == "succeeded")
        }
    }

    @Test func `whose jobs are all skipped at birth ends at once and fails`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let failed = try store.enqueue { $0.retries = 0 }
            try store.finish(#require(try store.claim(for: runner).first), .failed)
            let run = try TestRun(
                store,
                [.step("a") { $0.dependencies = [.init(.stored(failed))] }, .step("b", level: 2, after: [0])])
            #expect(try run.states == "a:skipped b:skipped")
            #expect(try run.state == "failed")
        }
    }

    @Test func `without steps is refused`() throws {
        try withJobStore { (store, _) throws in
            #expect(throws: JobStoreError.self) { _ = try TestRun(store, []) }
        }
    }

    @Test func `is claimed alone by its own process`() throws {
        try withJobStore { store, _ in
            try store.enqueue { $0.priority = 9 }
            let (one, two) = (try TestRun(store, [.step("a")]), try TestRun(store, [.step("b")]))
            #expect(try Set(two.claim().keys) == ["b"])
            #expect(try Set(one.claim().keys) == ["a"])
        }
    }
}

@Suite struct `A retry of a job without a run` {
    @Test func `gives it fresh attempts and brings back what it skipped`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let ids = try store.write { transaction in
                try transaction.enqueue([
                    JobSpec("a") { $0.retries = 0 }, JobSpec("b") { $0.dependencies = [.init(.batch(0))] },
                    JobSpec("c") { $0.dependencies = [.init(.batch(1))] },
                ])
            }
            try store.finish(#require(try store.claim(for: runner).first), .failed)
            let back = try store.write { try $0.retry(ids[0]) }
            #expect(back == ids)
            while let claim = try store.claim(for: runner).first { try store.finish(claim) }
            #expect(try store.column("SELECT DISTINCT state FROM jobs") == ["succeeded"])
            #expect(try store.column("SELECT state FROM attempts WHERE job_id = 1") == ["failed", "succeeded"])
        }
    }

    @Test func `is refused for one that succeeded, has not ended, or does not exist`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue()
            #expect(throws: JobStoreError.notFinal(job, .ready)) { try store.write { try $0.retry(job) } }
            try store.finish(#require(try store.claim(for: runner).first))
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(job) } }
            #expect(throws: JobStoreError.noSuchJob(JobID(9))) { try store.write { try $0.retry(JobID(9)) } }
        }
    }

    @Test func `is refused while another job holds its key`() throws {
        try withJobStore { store, _ in
            let job = try store.enqueue { $0.key = UniqueKey("k") }
            _ = try store.write { try $0.cancel(job) }
            try store.enqueue { $0.key = UniqueKey("k") }
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(job) } }
            #expect(try store.state(of: job) == .cancelled)
        }
    }

    @Test func `brings back a cancelled job`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue()
            _ = try store.write { try $0.cancel(job) }
            #expect(try store.claim(for: runner).isEmpty)
            _ = try store.write { try $0.retry(job) }
            #expect(try store.claim(for: runner).map(\.job) == [job])
        }
    }
}
