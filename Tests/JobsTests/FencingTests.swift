import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `A lost lease` {
    @Test func `costs a crash and no retry, and the sixth loss is not tried`() throws {
        try withJobStore { store, _ in
            let job = try store.enqueue { $0.retries = 0 }
            for crash in 1...5 {
                let runner = try store.runner()
                let claim = try #require(try store.claim(for: runner).first)
                let lost = try store.write { try $0.fence(runner) }
                #expect(lost.map(\.job) == [job] && lost.map(\.leaseToken) == [claim.leaseToken])
                #expect(try store.state(of: job) == .reclaiming)
                let requeued = try store.write { try $0.requeueJobs(of: runner) }
                #expect(requeued == (crash < 5 ? 1 : 0))
                #expect(try store.state(of: job) == (crash < 5 ? .ready : .failed))
                #expect(try store.column("SELECT failures || '/' || crashes FROM jobs") == ["0/\(crash)"])
            }
            #expect(try store.claim(for: store.runner()).isEmpty)
        }
    }

    @Test func `refuses every late write of its runner`() throws {
        try withJobStore { store, _ in
            let (slow, next) = (try store.runner(), try store.runner())
            let job = try store.enqueue()
            let late = try #require(try store.claim(for: slow).first)
            _ = try store.write { try $0.fence(slow) }
            let writes: [(JobTransaction) throws -> Void] = [
                { try $0.setPID(1, of: job, leaseToken: late.leaseToken) },
                { try $0.append([.init(start: 0, stream: 1, bytes: [65])], to: job, leaseToken: late.leaseToken) },
                {
                    try $0.finish(
                        job, leaseToken: late.leaseToken, Outcome(.succeeded, startedAt: $0.now, finishedAt: $0.now))
                },
            ]
            for write in writes { #expect(throws: JobStoreError.leaseLost(job)) { try store.write(write) } }
            _ = try store.write { try $0.requeueJobs(of: slow) }
            for write in writes { #expect(throws: JobStoreError.leaseLost(job)) { try store.write(write) } }
            let current = try #require(try store.claim(for: next).first)
            #expect(current.leaseToken > late.leaseToken && current.attempt == 2)
            for write in writes { #expect(throws: JobStoreError.leaseLost(job)) { try store.write(write) } }
            try store.finish(current)
            for write in writes { #expect(throws: JobStoreError.leaseLost(job)) { try store.write(write) } }
            #expect(throws: JobStoreError.leaseLost(job)) { try store.finish(current, .failed) }
            #expect(try store.column("SELECT state FROM attempts ORDER BY attempt") == ["lost", "succeeded"])
            #expect(throws: JobStoreError.runnerLost(slow)) {
                try store.write { try $0.renewLease(of: slow, until: 9) }
            }
            #expect(throws: JobStoreError.runnerLost(slow)) { try store.write { try $0.requireLive(slow) } }
            #expect(throws: JobStoreError.runnerLost(slow)) { try store.write { try $0.set(.stopped, of: slow) } }
        }
    }

    @Test func `is taken over when the rescuer dies between its two transactions`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue()
            _ = try store.claim(for: runner)
            let first = try store.write { try $0.fence(runner) }
            let second = try store.write { try $0.fence(runner) }
            #expect(first == second && first.count == 1)
            let counts = try (1...2).map { _ in try store.write { try $0.requeueJobs(of: runner) } }
            #expect(counts == [1, 0])
            let again = try store.write { try $0.fence(runner) }
            #expect(again.isEmpty)
            #expect(try store.state(of: job) == .ready)
            #expect(try store.column("SELECT state FROM runners") == ["rescued"])
            #expect(try store.column("SELECT count(*) FROM attempts") == ["1"])
        }
    }

    @Test func `of a job that was to be cancelled cancels it`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let (running, reclaiming) = (try store.enqueue(), try store.enqueue())
            _ = try store.claim(2, for: runner)
            let first = try store.write { try $0.cancel(running) }
            #expect(first == .requested)
            _ = try store.write { try $0.fence(runner) }
            let second = try store.write { try $0.cancel(reclaiming) }
            #expect(second == .requested)
            let requeued = try store.write { try $0.requeueJobs(of: runner) }
            #expect(requeued == 0)
            #expect(try store.column("SELECT state FROM jobs") == ["cancelled", "cancelled"])
        }
    }

    @Test func `is nothing to a runner without jobs, or one that stopped`() throws {
        try withJobStore { store, _ in
            let (idle, stopped) = (try store.runner(), try store.runner())
            let lost = try store.write { try $0.fence(idle) }
            let requeued = try store.write { try $0.requeueJobs(of: idle) }
            #expect(lost.isEmpty && requeued == 0)
            try store.write { try $0.set(.stopped, of: stopped) }
            let held = try store.write { try $0.fence(stopped) }
            #expect(held.isEmpty)
            #expect(try store.column("SELECT state FROM runners ORDER BY id") == ["rescued", "stopped"])
            let others = try store.write { try $0.otherRunners(than: nil) }
            #expect(others.isEmpty)
        }
    }

    private enum Step: CaseIterable { case complete, fail, timeOut, cancel, rescue }

    /// Whatever comes first wins; what comes later is refused or changes nothing.
    @Test func `in every order of complete, fail, time out, cancel and rescue`() throws {
        for order in permutations(of: Step.allCases) {
            try withJobStore { store, _ in
                let runner = try store.runner()
                let job = try store.enqueue { $0.retries = 0 }
                let claim = try #require(try store.claim(for: runner).first)
                var ended: JobState?
                for step in order {
                    let before = try store.lines("SELECT * FROM jobs")
                    switch step {
                    case .complete, .fail, .timeOut:
                        let state: AttemptState = step == .complete ? .succeeded : step == .fail ? .failed : .timedOut
                        do {
                            let state = try store.finish(claim, state) { $0.error = "as asked" }
                            #expect(ended == nil)
                            ended = state
                        } catch JobStoreError.leaseLost {
                            #expect(ended != nil)
                        }
                    case .cancel:
                        let answer = try store.write { try $0.cancel(job) }
                        if let ended, ended.isFinal {
                            #expect(answer == .alreadyFinal(ended))
                        } else {
                            #expect(answer == (ended == nil ? .requested : .cancelled))
                            if ended != nil { ended = .cancelled }
                        }
                    case .rescue:
                        _ = try store.write { try $0.fence(runner) }
                        _ = try store.write { try $0.requeueJobs(of: runner) }
                        if ended == nil { ended = try store.state(of: job) }
                    }
                    if step != .rescue, step != .cancel, let ended, before == (try store.lines("SELECT * FROM jobs")) {
                        #expect(try store.state(of: job) == ended)
                    }
                    try store.checkInvariants()
                }
                #expect(try store.state(of: job) == ended)
                #expect(try store.column("SELECT count(*) FROM attempts") == ["1"])
            }
        }
    }

    private func permutations<Element>(of elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { index in
            var rest = elements
            let first = rest.remove(at: index)
            return permutations(of: rest).map { [first] + $0 }
        }
    }
}
