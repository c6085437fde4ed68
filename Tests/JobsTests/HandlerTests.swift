import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Handlers of a run` {
    /// A run whose step failed and whose handlers have begun.
    private func begun(_ store: JobStore, _ handlers: [JobSpec], step: AttemptState = .failed) throws -> PartRun {
        let run = try PartRun(store, [.step("a")]) { ($0.isJudged, $0.hasHandlers) = (true, true) }
        try store.finish(run.claim("a"), step)
        try begin(run, handlers)
        return run
    }

    private func begin(_ run: PartRun, _ handlers: [JobSpec]) throws {
        let settlement = try #require(try run.store.look { try $0.settlement(of: run.id) })
        #expect(
            try run.store.write {
                try $0.startHandlers(handlers, of: run.id, after: settlement.ending, judging: settlement)
            })
    }

    private func close(_ run: PartRun) throws -> RunEnding {
        let settlement = try #require(try run.store.look { try $0.settlement(of: run.id) })
        #expect(settlement.isAfterHandlers)
        #expect(try run.store.write { try $0.close(run.id, as: settlement.ending, judging: settlement) })
        return settlement.ending
    }

    @Test func `keep steps from being retried until they have ended`() throws {
        try withJobStore { store, _ in
            let run = try begun(store, [.step("h")])
            #expect(throws: JobStoreError.self) { try store.write { try $0.retry(JobID(1)) } }
            #expect(try run.states == "running a:failed h:ready")
            try store.finish(run.claim("h"))
            // They have ended, and nobody has closed the run yet.
            _ = try store.write { try $0.retry(JobID(1)) }
            #expect(try run.states.hasPrefix("running a:ready h@"))
            try store.finish(run.claim("a"))
            try begin(run, [.step("h")])
            try store.finish(run.claim("h"))
            #expect(try close(run).state == .succeeded)
        }
    }

    @Test(arguments: [true, false])
    func `are retried by themselves, and leave what the run was`(byRerun: Bool) throws {
        try withJobStore { store, _ in
            let run = try begun(store, [.step("h"), .step("i") { $0.step?.isolate = true }], step: .succeeded)
            let claims = try run.claim()
            try store.finish(#require(claims["h"]), .failed)
            try store.finish(#require(claims["i"]))
            #expect(try close(run) == RunEnding(.failed, error: "a handler failed"))
            if byRerun {
                _ = try store.write { try $0.rerun(run.id, .failed) }
            } else {
                _ = try store.write { try $0.retry(JobID(2)) }
            }
            #expect(try run.states == "running a:succeeded h:ready i:succeeded")
            try store.finish(run.claim("h"))
            #expect(try close(run).state == .succeeded)
            #expect(try store.column("SELECT count(*) FROM attempts WHERE job_id = 2") == ["2"])
        }
    }

    @Test func `with parts give their names to those of the next time`() throws {
        try withJobStore { store, _ in
            let run = try begun(store, [.late("h")])
            for _ in 0..<2 {
                try run.park(run.claim("h"), .children([.part("h[0]")]))
                for key in ["h[0]", "h"] { try store.finish(run.claim(key)) }
                _ = try close(run)
                _ = try store.write { try $0.rerun(run.id, .restart) }
                try store.finish(run.claim("a"))
                try begin(run, [.late("h")])
            }
            #expect(try store.column("SELECT count(*) FROM jobs WHERE superseded = 1") == ["4"])
            try store.finish(run.claim("h"))
            #expect(try close(run).state == .succeeded)
        }
    }

    @Test func `have to be some, and what joins them is one of them`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")]) { ($0.isJudged, $0.hasHandlers) = (true, true) }
            try store.finish(run.claim("a"))
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.startHandlers([], of: run.id, after: RunEnding(.succeeded)) }
            }
            #expect(try store.look { try $0.settledRuns(in: .run(run.id)) } == [run.id])
            try begin(run, [.step("h")])
            let handler = try run.claim("h")
            try store.write { try $0.addJobs([.step("more")], to: run.id, beside: handler.job) }
            try store.finish(handler)
            try store.finish(run.claim("more"))
            _ = try close(run)
            _ = try store.write { try $0.rerun(run.id, .restart) }
            #expect(try run.states.hasPrefix("running a:ready h@"))
        }
    }

    @Test func `run when the run is cancelled, and then it is`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a"), .step("b")]) { ($0.isJudged, $0.hasHandlers) = (true, true) }
            let a = try run.claim(1)["a"]
            _ = try store.write { try $0.cancel(run.id) }
            // Nothing new joins what is being cancelled.
            #expect(throws: JobStoreError.self) {
                try store.write { try $0.addJobs([.step("c")], to: run.id, beside: #require(a).job) }
            }
            try store.finish(#require(a), .cancelled)
            try begin(run, [.step("h")])
            try store.finish(run.claim("h"))
            #expect(try close(run).state == .cancelled)
        }
    }

    @Test func `are not wanted by who cancels a run that has only a judge`() throws {
        try withJobStore { store, _ in
            let run = try PartRun(store, [.step("a")]) { $0.isJudged = true }
            try store.finish(run.claim("a"))
            #expect(try store.write { try $0.cancel(run.id) })
            #expect(try store.column("SELECT state FROM runs") == ["cancelled"])
        }
    }
}

@Suite struct `The time of a run` {
    @Test func `is over for its steps, not for its judge`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.step("a")]) { ($0.isJudged, $0.timeout) = (true, 1_000) }
            try store.finish(run.claim("a"))
            #expect(try store.look { try $0.nextDue() } == nil)
            time.advance(by: 5_000)
            try store.write { try $0.expireRuns() }
            #expect(try store.look { try $0.settlement(of: run.id) }?.ending.state == .succeeded)
        }
    }

    @Test func `does not make a cancelled run a failed one`() throws {
        try withJobStore { store, time in
            let run = try PartRun(store, [.step("a")]) { $0.timeout = 1_000 }
            let slow = try run.claim("a")
            _ = try store.write { try $0.cancel(run.id) }
            time.advance(by: 5_000)
            try store.write { try $0.expireRuns() }
            try store.finish(slow, .cancelled)
            #expect(try store.column("SELECT state FROM runs") == ["cancelled"])
        }
    }
}
