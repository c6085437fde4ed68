import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Parts of a step` {
    /// The table of failures within a step: f fails, s is its sibling that runs, i an isolated one that runs; d depends
    /// on f, q waits out its time, p waits for q, j is isolated and waits for q. Beside the step, o waits, r runs.
    @Test(arguments: [
        (true, Bool?.none, "d:ready f:failed i:running j:blocked p:blocked q:scheduled s:running", false),
        (true, false, "d:ready f:failed i:running j:blocked p:blocked q:scheduled s:cancelled", true),
        (false, nil, "d:skipped f:failed i:running j:skipped p:skipped q:cancelled s:running", false),
        (false, true, "d:skipped f:failed i:running j:blocked p:blocked q:scheduled s:running", false),
        (false, false, "d:skipped f:failed i:running j:skipped p:skipped q:cancelled s:cancelled", true),
    ])
    func `spread a failure among themselves as the table says, and no further`(
        continueOnError: Bool, isolate: Bool?, expected: String, stopsSiblings: Bool
    ) throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("group"), .step("r"), .step("o", level: 2, after: [1])])
            let outer = try run.claim()
            try run.park(
                #require(outer["group"]),
                .children([
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
                ]))
            let claims = try run.claim()
            #expect(Set(claims.keys) == ["f", "s", "i"])
            try store.finish(#require(claims["f"]), .failed)
            let stopped = try store.write { try $0.jobsToStop(of: run.runner) }.map(\.job)
            #expect(try stopped == (stopsSiblings ? [#require(claims["s"]).job] : []))
            if stopsSiblings { try store.finish(#require(claims["s"]), .cancelled) }
            #expect(
                try store.column(
                    "SELECT group_concat(word, ' ') FROM (SELECT key || ':' || state AS word FROM jobs "
                        + "WHERE parent_id IS NOT NULL ORDER BY key)") == [expected])
            #expect(
                try store.lines("SELECT key, state FROM jobs WHERE parent_id IS NULL ORDER BY key") == [
                    "group|blocked", "o|blocked", "r|running",
                ])
            #expect(try store.column("SELECT failures FROM runs") == ["0"])
        }
    }

    @Test func `that ask for a pass are not there to clean up after a failure`() throws {
        try withJobStore { store, time in
            let run = try PartRun(
                store,
                [
                    .step("f"), .step("a") { $0.runAt = time.now.advanced(by: 1_000) },
                    .step("passed") { $0.dependencies = [.init(.batch(1), .passed)] },
                    .step("finished") { $0.dependencies = [.init(.batch(1), .finished)] },
                ])
            try store.finish(run.claim("f"), .failed)
            #expect(try run.states == "running a:cancelled f:failed finished:ready passed:skipped")
            try store.finish(run.claim("finished"))
        }
    }

    @Test func `of a sibling that the failure stopped come back with the retry`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("f") { $0.step?.isolate = false }, .late("each")])
            let claims = try run.claim()
            try run.park(#require(claims["each"]), .children([.part("each[0]"), .part("each[1]", isolate: true)]))
            let parts = try run.claim()
            try store.finish(#require(parts["each[0]"]))
            try store.finish(#require(claims["f"]), .failed)
            try store.finish(#require(parts["each[1]"]), .cancelled)
            #expect(try run.states == "failed each:cancelled each[0]:succeeded each[1]:cancelled f:failed")
            _ = try store.write { try $0.retry(#require(claims["f"]).job) }
            #expect(try run.states == "running each:blocked each[0]:succeeded each[1]:ready f:ready")
            for claim in try run.claim().values { try store.finish(claim) }
            try store.finish(run.claim("each"))
            #expect(try store.column("SELECT state FROM runs") == ["succeeded"])
        }
    }

    @Test func `are not retried while their step looks at how they ended`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("each")])
            try run.park(run.claim("each"), .children([.part("each[0]")]))
            let part = try run.claim("each[0]")
            try store.finish(part, .failed)
            let looking = try run.claim("each")
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(part.job) } }
            try store.finish(looking, .failed)
            _ = try store.write { try $0.retry(part.job) }
            try store.finish(run.claim("each[0]"))
            try store.finish(run.claim("each"))
        }
    }

    @Test func `that are history harm nobody, even when they end later`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("each"), .step("other")])
            let claims = try run.claim()
            try run.park(#require(claims["each"]), .children([.part("each[0]")]))
            let old = try run.claim("each[0]")
            _ = try store.write { try $0.cancel(#require(claims["each"]).job) }
            _ = try store.write { try $0.retry(#require(claims["each"]).job) }
            try run.park(run.claim("each"), .children([.part("each[0]"), .late("each[1]")]))
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(old.job) } }
            try store.finish(old, .failed)
            #expect(try run.states.contains("each[0]:ready"))
            #expect(try run.states.contains("each[1]:ready"))
            for claim in try run.claim().values { try store.finish(claim) }
            try store.finish(run.claim("each"))
            try store.finish(#require(claims["other"]))
            #expect(try store.column("SELECT state FROM runs") == ["succeeded"])
        }
    }

    @Test func `lengthen the chain of durations, and again after a retry`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.step("a"), .late("each", after: [0]), .step("z", after: [1])])
            func work(_ key: String, _ length: Int, _ state: AttemptState = .succeeded) throws {
                let claim = try run.claim(key)
                let start = time.now
                time.advance(by: length)
                try store.finish(claim, state) { $0.startedAt = start }
            }
            try work("a", 100)
            try run.park(run.claim("each"), .children([.part("each[0]"), .step("each[1]", after: [0])]))
            try work("each[0]", 50)
            try work("each[1]", 30)
            try store.finish(run.claim("each"))
            try work("z", 10, .failed)
            let figures = "SELECT work_ms, critical_ms FROM runs"
            #expect(try store.lines(figures) == ["190|190"])
            func path() throws -> [String] {
                try store.look { transaction in
                    try transaction.criticalPath(of: run.id).flatMap { job in
                        try transaction.connection.dynamic("SELECT key FROM jobs WHERE id = \(job)").rows.map {
                            $0[0].plainText
                        }
                    }
                }
            }
            #expect(try path() == ["a", "each[0]", "each[1]", "z"])
            _ = try store.write { try $0.rerun(run.id, .failed) }
            #expect(try store.lines(figures) == ["180|180"])
            try work("z", 20)
            #expect(try store.lines(figures) == ["200|200"])
            #expect(try path() == ["a", "each[0]", "each[1]", "z"])
        }
    }
}

@Suite struct `What a step leaves for its run` {
    private func set(_ run: PartRun, _ key: String, _ variables: [String: String]) throws {
        try run.store.finish(run.claim(key)) {
            $0.extras = OutcomeExtras()
            $0.extras?.variables = variables
        }
    }

    @Test func `is kept under any name, until the run begins anew`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("a"), .late("b", after: [0]), .late("c", after: [1])])
            func variables() throws -> String? { try store.look { try $0.facts(of: run.id) }.variables }
            #expect(try variables() == nil)
            try set(run, "a", [#"a"b\c"#: "1", "x.y[0]": #"{"z":[true,null]}"#, "": "null", "ü": #""t""#])
            try set(run, "b", ["ü": "2"])
            let expected = #"{"":null,"a\"b\\c":1,"x.y[0]":{"z":[true,null]},"ü":2}"#
            #expect(try variables() == expected)
            try store.finish(run.claim("c"), .failed)
            _ = try store.write { try $0.rerun(run.id, .failed) }
            #expect(try variables() == expected)
            try store.finish(run.claim("c"), .failed)
            _ = try store.write { try $0.rerun(run.id, .restart) }
            #expect(try variables() == nil)
        }
    }

    @Test func `has a bound before it is stored`() throws {
        try withJobStore { store, _ in
            let long = String(repeating: "x", count: JobTransaction.templateLimit + 1)
            for change in [{ (spec: inout JobSpec) in spec.template = long }, { spec in spec.locals = long }] {
                #expect(throws: JobStoreError.self) { try PartRun(store, [.late("a", change: change)]) }
            }
            #expect(try store.column("SELECT count(*) FROM runs") == ["0"])
            let run = try PartRun(store, [.late("a")])
            let many = (0...JobTransaction.mostParts).map { JobSpec.part("p\($0)") }
            let claim = try run.claim("a")
            #expect(throws: JobStoreError.self) { try run.park(claim, .children(many)) }
            try store.finish(claim)
        }
    }

    @Test func `shows the gates of its last attempt that had some`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("a") { $0.retries = 1 }])
            for (attempt, status) in [GateResult.Status.failed, .passed].enumerated() {
                let claim = try #require(try store.claim(for: run.runner).first)
                try store.finish(claim, status == .passed ? .succeeded : .failed) {
                    $0.extras = OutcomeExtras()
                    $0.extras?.gates = [
                        GateResult(
                            metric: "coverage", label: "Coverage", threshold: ">= 95%", actual: "\(attempt)",
                            status: status)
                    ]
                }
                let rows = try store.lines("SELECT attempt, actual, status FROM gate_results")
                #expect(rows == ["\(attempt + 1)|\(attempt)|\(status.rawValue)"])
                try store.write { try $0.connection.script("UPDATE jobs SET run_at = 0 WHERE state = 'scheduled'") }
            }
        }
    }
}
