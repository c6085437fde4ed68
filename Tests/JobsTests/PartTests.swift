import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A parked job` {
    @Test func `waits for its parts, keeps its place, and costs no attempt`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.late("each"), .step("after", after: [0])])
            let each = try run.claim("each")
            #expect(each.template == "{}")
            time.advance(by: 10)
            #expect(try run.park(each, .children([.part("each[0]"), .part("each[1]")]), memo: "[1]") == .blocked)
            #expect(try run.states == "running after:blocked each:blocked each[0]:ready each[1]:ready")
            let parts = try run.claim()
            #expect(parts.keys.sorted() == ["each[0]", "each[1]"])
            #expect(parts["each[0]"]?.parent == nil)
            time.advance(by: 100)
            for part in parts.values { try store.finish(part) { $0.result = "1" } }
            let again = try run.claim("each")
            #expect(again.phase == 1)
            #expect(again.memo == "[1]")
            #expect(again.attempt == 1)
            #expect(again.leaseToken > each.leaseToken)
            let facts = try store.look { try $0.factsOfParts(of: each.job) }
            #expect(facts.map(\.key) == ["each[0]", "each[1]"])
            #expect(facts.map(\.result) == ["1", "1"])
            try store.finish(again)
            try store.finish(try run.claim("after"))
            #expect(try run.states == "succeeded after:succeeded each:succeeded each[0]:succeeded each[1]:succeeded")
            // From its first start on, and with no time of its own in the sum.
            #expect(try store.column("SELECT duration_ms FROM job_history WHERE key = 'each'") == ["110"])
            #expect(try store.column("SELECT work_ms FROM runs") == ["0"])
            #expect(try store.column("SELECT jobs FROM runs") == ["4"])
        }
    }

    @Test func `can be parked only by who holds it`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("each")])
            let claim = try run.claim("each")
            _ = try store.write { try $0.fence(run.runner) }
            #expect(throws: JobStoreError.leaseLost(claim.job)) { try run.park(claim, .children([.part("each[0]")])) }
            #expect(throws: JobStoreError.leaseLost(claim.job)) {
                try store.write { try $0.skip(claim.job, leaseToken: claim.leaseToken, because: "x") }
            }
            #expect(throws: JobStoreError.leaseLost(claim.job)) {
                try store.write {
                    try $0.setProgress(claim.job, leaseToken: claim.leaseToken, percent: 1, message: nil)
                }
            }
            _ = try store.write { try $0.requeueJobs(of: run.runner) }
            #expect(try run.states == "running each:ready")
            #expect(try store.column("SELECT count(*) FROM jobs") == ["1"])
        }
    }

    @Test func `without parts is ready at once, and of parts that cannot be stored nothing is changed`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("each")])
            #expect(try run.park(try run.claim("each"), .children([])) == .ready)
            let claim = try run.claim("each")
            #expect(throws: JobStoreError.self) { try run.park(claim, .children([.part("x"), .part("x")])) }
            #expect(try run.states == "running each:running")
            try store.finish(claim)
        }
    }

    @Test func `keeps failures among its parts, and fails by itself`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(
                store, [.late("each"), .step("other"), .step("after", after: [0]), .late("later", after: [1])])
            let claims = try run.claim()
            try run.park(#require(claims["each"]), .children([.part("each[0]"), .part("each[1]")]))
            let part = try run.claim(1)["each[0]"]
            try store.finish(#require(part), .failed)
            // The other part had not begun; the rest of the run goes on.
            #expect(
                try run.states
                    == "running after:blocked each:ready each[0]:failed each[1]:cancelled later:blocked other:running")
            try store.finish(run.claim("each"), .failed) { $0.error = "1 of 2 failed" }
            #expect(try store.column("SELECT state FROM jobs WHERE key = 'later'") == ["cancelled"])
            try store.finish(#require(claims["other"]))
            #expect(try store.column("SELECT state, error FROM runs") == ["failed"])
            #expect(try store.column("SELECT error FROM runs") == ["partial results: 1 of 4"])
        }
    }

    @Test func `is cancelled with its parts`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("each")])
            let each = try run.claim("each")
            try run.park(each, .children([.part("each[0]"), .part("each[1]")]))
            let part = try #require(try run.claim(1)["each[0]"])
            _ = try store.write { try $0.cancel(each.job) }
            #expect(try run.states == "running each:cancelled each[0]:running each[1]:cancelled")
            #expect(try store.write { try $0.jobsToStop(of: run.runner) }.count == 1)
            try store.finish(part, .cancelled)
            #expect(try run.states == "failed each:cancelled each[0]:cancelled each[1]:cancelled")
        }
    }

    @Test func `is taken for running where a failure stops its group, and for pending nowhere`() throws {
        for isolate in [nil, false] as [Bool?] {
            try withJobStore { store, _ in
                let run = try PartRun(store, [.late("each"), .step("bad") { $0.step?.isolate = isolate }])
                let claims = try run.claim()
                try run.park(#require(claims["each"]), .children([.part("each[0]")]))
                let part = try run.claim("each[0]")
                try store.finish(#require(claims["bad"]), .failed)
                #expect(
                    try store.column("SELECT state FROM jobs WHERE key = 'each'") == [
                        isolate == nil ? "blocked" : "cancelled"
                    ])
                try store.finish(part, isolate == nil ? .succeeded : .cancelled)
                if isolate == nil { try store.finish(run.claim("each")) }
                #expect(try store.column("SELECT state FROM runs") == ["failed"])
            }
        }
    }

    @Test func `waits for a moment, or for a signal until a moment`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.late("wait"), .late("ask"), .late("ever")])
            let claims = try run.claim()
            let due = store.timekeeper.now().advanced(by: 1_000)
            #expect(try run.park(#require(claims["wait"]), .until(due)) == .scheduled)
            #expect(try run.park(#require(claims["ask"]), .signal(until: due)) == .scheduled)
            #expect(try run.park(#require(claims["ever"]), .signal(until: nil)) == .blocked)
            #expect(try run.claim().isEmpty)
            #expect(try store.look { try $0.waitingForSignal() }.rows.count == 2)
            try store.write { try $0.signal(claims["ever"]?.job ?? JobID(0), value: #"{"approved":true}"#) }
            #expect(try run.claim("ever").signal == #"{"approved":true}"#)
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.signal(claims["wait"]?.job ?? JobID(0), value: "1") }
            }
            time.advance(by: 1_000)
            let due2 = try run.claim()
            #expect(due2.keys.sorted() == ["ask", "wait"])
            #expect(due2["ask"]?.signal == nil)
        }
    }

    @Test func `that skips itself is nobody's fault, and neither are those that it lets down`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(
                store,
                [
                    .late("maybe"), .step("then", after: [0]),
                    .step("anyway") { $0.dependencies = [.init(.batch(0), .passed)] },
                    .step("end") { $0.dependencies = [.init(.batch(1), .passed), .init(.batch(2), .finished)] },
                ])
            let claim = try run.claim("maybe")
            try store.write { try $0.skip(claim.job, leaseToken: claim.leaseToken, because: "its condition is false") }
            #expect(try run.states == "running anyway:ready end:blocked maybe:skipped then:skipped")
            try store.finish(run.claim("anyway"))
            try store.finish(run.claim("end"))
            #expect(try run.states == "succeeded anyway:succeeded end:succeeded maybe:skipped then:skipped")
            #expect(try store.column("SELECT attempt FROM jobs WHERE key = 'maybe'") == ["0"])
        }
    }
}

@Suite struct `A run within a run` {
    private func start(_ store: JobStore) throws -> (PartRun, Claim) {
        let run = try PartRun(store, [.late("call") { $0.kind = .workflow }])
        let call = try run.claim("call")
        try run.park(
            call, .run(RunSpec(workflow: "inner", directory: "/", jobs: [.step("a"), .step("b", after: [0])])))
        return (run, call)
    }

    @Test func `is executed by who executes the outer one, and wakes the job that waits for it`() throws {
        try withJobStore { store, _ in
            let (run, call) = try start(store)
            for key in ["a", "b"] { try store.finish(run.claim(key)) }
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["running", "succeeded"])
            let again = try run.claim("call")
            #expect(again.job == call.job)
            #expect(again.phase == 1)
            #expect(try store.look { try $0.childRun(of: call.job) } == RunID(2))
            #expect(try store.look { try $0.depth(of: RunID(2)) } == 1)
            try store.finish(again)
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["succeeded", "succeeded"])
            #expect(try store.column("SELECT count(*) FROM lanes") == ["0"])
        }
    }

    @Test func `is cancelled with the outer one`() throws {
        try withJobStore { store, _ in
            let (run, _) = try start(store)
            let inner = try run.claim("a")
            _ = try store.write { try $0.cancel(run.id) }
            try store.finish(inner, .cancelled)
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["cancelled", "cancelled"])
        }
    }

    @Test func `that is retried makes the outer one wait again`() throws {
        try withJobStore { store, _ in
            let (run, call) = try start(store)
            try store.finish(run.claim("a"), .failed)
            try store.finish(run.claim("call"), .failed)
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["failed", "failed"])
            let inner = try #require(try store.look { try $0.facts(of: "a", in: RunID(2)) }).job
            _ = try store.write { try $0.retry(inner) }
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["running", "running"])
            for key in ["a", "b"] { try store.finish(run.claim(key)) }
            let again = try run.claim("call")
            #expect(again.job == call.job)
            try store.finish(again)
            #expect(try store.column("SELECT state FROM runs ORDER BY id") == ["succeeded", "succeeded"])
        }
    }
}

@Suite struct `A judged run` {
    @Test func `ends only when somebody closes it, once`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")]) { $0.isJudged = true }
            try store.finish(run.claim("a"))
            #expect(try store.column("SELECT state FROM runs") == ["running"])
            #expect(try store.look { try $0.settledRuns(in: .queues(nil)) } == [run.id])
            #expect(try store.look { try $0.settlement(of: run.id) }?.ending == RunEnding(.succeeded))
            let ending = RunEnding(.failed, error: "criteria: x", result: "{}")
            #expect(try store.write { try $0.close(run.id, as: ending) })
            #expect(try !store.write { try $0.close(run.id, as: RunEnding(.succeeded)) })
            #expect(try store.lines("SELECT state, error, result FROM runs") == ["failed|criteria: x|{}"])
            #expect(throws: JobStoreError.self) { try store.write { try $0.addJobs([.step("b")], to: run.id) } }
        }
    }

    @Test func `runs its handlers once, after all else, and remembers what it was`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")]) { ($0.isJudged, $0.hasHandlers) = (true, true) }
            try store.finish(run.claim("a"), .failed)
            let settlement = try #require(try store.look { try $0.settlement(of: run.id) })
            #expect(settlement.ending.state == .failed)
            #expect(try store.write { try $0.startHandlers([.step("clean")], of: run.id, after: settlement.ending) })
            #expect(try !store.write { try $0.startHandlers([.step("clean")], of: run.id, after: settlement.ending) })
            #expect(try store.look { try $0.settledRuns(in: .run(run.id)) } == [])
            try store.finish(run.claim("clean"))
            let after = try #require(try store.look { try $0.settlement(of: run.id) })
            #expect(after.isAfterHandlers)
            #expect(after.ending.state == .failed)
            _ = try store.write { try $0.close(run.id, as: after.ending) }
            _ = try store.write { try $0.rerun(run.id, .failed) }
            #expect(try run.states.hasPrefix("running a:ready clean@"))
        }
    }

    @Test func `that nobody has to clean up after ends with its cancellation`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")]) { $0.isJudged = true }
            _ = try store.write { try $0.cancel(run.id) }
            #expect(try run.states == "cancelled a:cancelled")
        }
    }

    @Test func `whose time is over is cancelled and fails`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.step("a"), .step("b", after: [0])]) { $0.timeout = 1_000 }
            let claim = try run.claim("a")
            #expect(try store.look { try $0.nextDeadline() } == store.timekeeper.now().advanced(by: 1_000))
            time.advance(by: 1_000)
            try store.write { try $0.expireRuns() }
            try store.finish(claim, .cancelled)
            #expect(try run.states == "failed a:cancelled b:cancelled")
            #expect(try store.column("SELECT error FROM runs") == ["the run timed out after 1 s"])
        }
    }

    @Test func `ends where a step says so`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.late("stop") { $0.kind = .end }, .step("b", after: [0]), .step("c")])
            let claims = try run.claim()
            try store.finish(#require(claims["stop"])) {
                $0.extras = OutcomeExtras()
                $0.extras?.runEnd = RunEnding(.succeeded, error: nil, result: "7")
            }
            #expect(try store.write { try $0.jobsToStop(of: run.runner) }.map(\.job) == [claims["c"]?.job])
            try store.finish(#require(claims["c"]), .cancelled)
            #expect(try store.lines("SELECT state, result FROM runs") == ["succeeded|7"])
        }
    }
}

@Suite struct `Running again` {
    private func ended(_ store: JobStore) throws -> PartRun {
        let run = try PartRun(store, [.step("a"), .late("each", after: [0]), .step("z", after: [1])])
        try store.finish(run.claim("a"))
        try run.park(run.claim("each"), .children([.part("each[0]", isolate: true), .part("each[1]", isolate: true)]))
        let parts = try run.claim()
        try store.finish(#require(parts["each[0]"]))
        try store.finish(#require(parts["each[1]"]), .failed)
        try store.finish(run.claim("each"), .failed)
        #expect(try run.states == "failed a:succeeded each:failed each[0]:succeeded each[1]:failed z:skipped")
        return run
    }

    private func finish(_ run: PartRun, _ keys: String...) throws {
        for key in keys { try run.store.finish(run.claim(key)) }
        #expect(try run.store.column("SELECT state FROM runs") == ["succeeded"])
    }

    @Test func `what failed goes on with the parts that failed`() throws {
        try withJobStore { store, _ in
            let run = try ended(store)
            let reopened = try store.write { try $0.rerun(run.id, .failed) }
            #expect(reopened.count == 3)
            #expect(try run.states == "running a:succeeded each:blocked each[0]:succeeded each[1]:ready z:blocked")
            try store.finish(run.claim("each[1]"))
            #expect(try run.claim("each").phase == 1)
            #expect(try store.column("SELECT count(*) FROM attempts WHERE job_id = 5") == ["2"])
        }
    }

    @Test func `a part, or the step that it belongs to, by retry`() throws {
        for key in ["each[1]", "each"] {
            try withJobStore { store, _ in
                let run = try ended(store)
                let job = try #require(try store.look { try $0.facts(of: key, in: run.id) }).job
                _ = try store.write { try $0.retry(job) }
                try finish(run, "each[1]", "each", "z")
            }
        }
    }

    @Test func `from a step begins that anew, with all that depends on it`() throws {
        try withJobStore { store, _ in
            let run = try ended(store)
            _ = try store.write { try $0.rerun(run.id, .from("each")) }
            #expect(try run.states.hasPrefix("running a:succeeded each:ready each[0]@"))
            let each = try run.claim("each")
            #expect(each.phase == 0)
            try run.park(each, .children([.part("each[0]")]))
            try finish(run, "each[0]", "each", "z")
        }
    }

    @Test func `the whole begins everything anew, succeeded steps too`() throws {
        try withJobStore { store, _ in
            let run = try ended(store)
            _ = try store.write { try $0.rerun(run.id, .restart) }
            try store.finish(run.claim("a"))
            try run.park(run.claim("each"), .children([]))
            try finish(run, "each", "z")
            #expect(try store.column("SELECT count(*) FROM attempts WHERE job_id = 1") == ["2"])
            #expect(throws: JobStoreError.self) { try store.write { try $0.rerun(run.id, .failed) } }
            #expect(throws: JobStoreError.self) { try store.write { try $0.rerun(run.id, .from("y")) } }
        }
    }

    @Test func `needs a run that has ended`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")])
            #expect(throws: JobStoreError.self) { try store.write { try $0.rerun(run.id, .restart) } }
        }
    }
}
