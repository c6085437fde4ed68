import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A job's life` {
    @Test func `goes from ready over running to succeeded, with an attempt and a result`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue { $0.arguments = ["a", "ü\"/"] }
            #expect(try store.state(of: job) == .ready)
            let claim = try #require(try store.claim(for: runner).first)
            #expect(claim.job == job && claim.attempt == 1 && claim.arguments == ["a", "ü\"/"])
            #expect(try store.state(of: job) == .running)
            time.advance(by: 250)
            let state = try store.finish(claim) {
                $0.startedAt = TestTime.start
                $0.exitCode = 0
                $0.result = #"{"answer":42}"#
            }
            #expect(state == .succeeded)
            #expect(try store.claim(for: runner).isEmpty)
            let history = try store.lines("SELECT id, state, attempts, duration_ms, exit_code, result FROM job_history")
            #expect(history == [#"\#(job)|succeeded|1|250|0|{"answer":42}"#])
            #expect(try store.lines("SELECT attempt, state, duration_ms FROM attempt_history") == ["1|succeeded|250"])
        }
    }

    @Test func `an open attempt is shown as running`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue()
            let claim = try #require(try store.claim(for: runner).first)
            try store.write { try $0.setPID(4711, of: claim.job, leaseToken: claim.leaseToken) }
            #expect(try store.lines("SELECT attempt, state, pid FROM attempt_history") == ["1|running|4711"])
            try store.finish(claim, .failed) { ($0.isFinal, $0.error) = (true, "no such program") }
            #expect(try store.lines("SELECT attempt, state, pid FROM attempt_history") == ["1|failed|4711"])
        }
    }

    @Test func `a failed attempt is followed by others until the retries are used up`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue { $0.retries = 2 }
            for attempt in 1...2 {
                let claim = try #require(try store.claim(for: runner).first)
                #expect(claim.attempt == attempt)
                #expect(try store.finish(claim, attempt == 1 ? .failed : .timedOut) { $0.error = "no" } == .scheduled)
                time.advance(by: 2_000)
            }
            let claim = try #require(try store.claim(for: runner).first)
            #expect(try store.finish(claim, .failed) { $0.error = "no" } == .failed)
            #expect(
                try store.column("SELECT state FROM attempts ORDER BY attempt") == ["failed", "timed_out", "failed"])
            time.advance(by: 1_000_000)
            #expect(try store.claim(for: runner).isEmpty)
            #expect(try store.state(of: job) == .failed)
        }
    }

    @Test func `an outcome that is final leaves no other attempt`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue()
            let claim = try #require(try store.claim(for: runner).first)
            #expect(try store.finish(claim, .failed) { ($0.isFinal, $0.error) = (true, "no such program") } == .failed)
        }
    }

    @Test func `backoff is drawn once from the seed, bounded, and survives a restart`() throws {
        var delays: [[Int]] = []
        for seed: UInt64 in [7, 7, 8] {
            try withJobStore(seed: seed) { store, time in
                let runner = try store.runner()
                _ = try store.write { try $0.enqueue((0..<40).map { _ in JobSpec("true") }) }
                var first: [Int] = []
                var second: [Int] = []
                for claim in try store.claim(40, for: runner) { try store.finish(claim, .failed) }
                let stored = try store.column("SELECT run_at FROM jobs ORDER BY id")
                first = stored.compactMap { Int($0) }.map { $0 - TestTime.start.rawValue }
                let reopened = try openJobStore(store.path, time, seed: seed + 100)
                defer { reopened.close() }
                #expect(try reopened.column("SELECT run_at FROM jobs ORDER BY id") == stored)
                time.advance(by: 1_000)
                for claim in try reopened.claim(40, for: runner) { try reopened.finish(claim, .failed) }
                second = try reopened.column("SELECT run_at FROM jobs ORDER BY id").compactMap { Int($0) }
                    .map { $0 - time.now.rawValue }
                #expect(first.count == 40 && first.allSatisfy { (0...1_000).contains($0) } && first.max()! > 600)
                #expect(second.count == 40 && second.allSatisfy { (0...2_000).contains($0) } && second.max()! > 1_200)
                delays.append(first)
                try reopened.checkInvariants()
            }
        }
        #expect(delays[0] == delays[1])
        #expect(delays[0] != delays[2])
    }

    @Test func `backoff has a bound and does not overflow`() {
        var generator = SplitMix64(seed: 1)
        let policy = RetryPolicy()
        #expect((1...4).map { policy.bound(failures: $0) } == [1_000, 2_000, 4_000, 8_000])
        for failures in [10, 11, 100, 10_000] {
            #expect(policy.bound(failures: failures) == 300_000)
            #expect((0...300_000).contains(policy.delay(failures: failures, using: &generator)))
        }
    }

    @Test func `an interrupted attempt is a row and costs nothing`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue { $0.retries = 0 }
            for _ in 1...10 {
                let claim = try #require(try store.claim(for: runner).first)
                #expect(try store.finish(claim, .interrupted) == .ready)
            }
            #expect(try store.column("SELECT count(*) FROM attempts WHERE state = 'interrupted'") == ["10"])
            let claim = try #require(try store.claim(for: runner).first)
            #expect(claim.attempt == 11 && claim.job == job)
            try store.finish(claim)
        }
    }

    @Test func `a job with a time waits for it`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue { $0.runAt = TestTime.start.advanced(by: 5_000) }
            #expect(try store.state(of: job) == .scheduled)
            let next = try store.write { try $0.nextDue() }
            #expect(next == TestTime.start.advanced(by: 5_000))
            time.advance(by: 4_999)
            #expect(try store.claim(for: runner).isEmpty)
            time.advance(by: 1)
            #expect(try store.claim(for: runner).map(\.job) == [job])
            let later = try store.write { try $0.nextDue() }
            #expect(later == nil)
            #expect(try store.lines("SELECT ready_at FROM jobs") == ["\(TestTime.start.rawValue + 5_000)"])
        }
    }

    @Test func `nothing due means no due time`() throws {
        try withJobStore { store, _ in
            let next = try store.write { try $0.nextDue() }
            #expect(next == nil)
        }
    }

    @Test(arguments: JobState.allCases.filter { !$0.isFinal })
    func `only an operator's retry leaves a final state`(other: JobState) {
        for state in JobState.allCases where state.isFinal {
            for event in JobEvent.allCases where state.next(on: event) != nil {
                #expect(event == .reopened || event == .reblocked)
            }
        }
    }
}
