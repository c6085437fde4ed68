import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Dependencies` {
    /// How the upstream ends, and what becomes of its dependents by condition.
    @Test(arguments: [
        (AttemptState.succeeded, [Condition.succeeded, .finished, .passed], [Condition.failed]),
        (.failed, [.finished, .failed], [.succeeded, .passed]),
        (.cancelled, [.finished], [.succeeded, .failed, .passed]),
    ])
    func `are met or broken by the upstream's end`(end: AttemptState, met: [Condition], broken: [Condition]) throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let upstream = try store.enqueue { $0.retries = 0 }
            var dependents: [Condition: JobID] = [:]
            for condition in Condition.allCases {
                dependents[condition] = try store.enqueue { $0.dependencies = [.init(.stored(upstream), condition)] }
            }
            let claim = try #require(try store.claim(9, for: runner).first)
            #expect(claim.job == upstream)
            try store.finish(claim, end) { $0.error = "as asked" }
            for condition in met {
                let job = try #require(dependents[condition])
                #expect(try store.state(of: job) == .ready)
            }
            for condition in broken {
                let job = try #require(dependents[condition])
                #expect(try store.state(of: job) == .skipped)
            }
            let after = try store.claim(9, for: runner)
            #expect(Set(after.map(\.job)) == Set(met.compactMap { dependents[$0] }))
            // The same, found out at birth.
            for condition in Condition.allCases {
                let late = try store.enqueue { $0.dependencies = [.init(.stored(upstream), condition)] }
                #expect(try store.state(of: late) == (met.contains(condition) ? .ready : .skipped))
            }
        }
    }

    @Test func `a diamond's end waits for both sides, whichever ends first`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let ids = try store.write { transaction in
                try transaction.enqueue([
                    JobSpec("end") { $0.dependencies = [.init(.batch(1)), .init(.batch(2))] },
                    JobSpec("left") { $0.dependencies = [.init(.batch(3))] },
                    JobSpec("right") { $0.dependencies = [.init(.batch(3))] },
                    JobSpec("start"),
                ])
            }
            var order: [String] = []
            while let claim = try store.claim(for: runner).first {
                order.append(claim.command)
                try store.finish(claim)
            }
            #expect(order == ["start", "left", "right", "end"])
            #expect(try store.state(of: ids[0]) == .succeeded)
        }
    }

    @Test func `a job skipped at birth in a batch is not what lets another start early`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let failed = try store.enqueue { $0.retries = 0 }
            let first = try #require(try store.claim(for: runner).first)
            try store.finish(first, .failed)
            let ids = try store.write { transaction in
                try transaction.enqueue([
                    JobSpec("skipped") { $0.dependencies = [.init(.stored(failed))] },
                    JobSpec("other"),
                    JobSpec("both") { $0.dependencies = [.init(.batch(0), .finished), .init(.batch(1))] },
                    JobSpec("skipped too") { $0.dependencies = [.init(.batch(0))] },
                ])
            }
            let states = try ids.map { try store.state(of: $0) }
            #expect(states == [.skipped, .ready, .blocked, .skipped])
            let other = try #require(try store.claim(9, for: runner).first)
            try store.finish(other)
            #expect(try store.claim(9, for: runner).map(\.command) == ["both"])
        }
    }

    @Test func `a chain of 100,000 is skipped without recursion when its first job fails`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let ids = try store.write { transaction in
                try transaction.enqueue(
                    (0..<100_000).map { position in
                        JobSpec("true") { spec in
                            spec.retries = 0
                            if position > 0 { spec.dependencies = [.init(.batch(position - 1))] }
                        }
                    })
            }
            #expect(try store.column("SELECT max(path) FROM jobs") == ["99999"])
            let claim = try #require(try store.claim(for: runner).first)
            try store.finish(claim, .failed)
            #expect(try store.state(of: ids[99_999]) == .skipped)
            #expect(try store.lines("SELECT state, count(*) FROM jobs GROUP BY 1") == ["failed|1", "skipped|99999"])
        }
    }

    @Test func `a cycle is refused with its positions`() throws {
        try withJobStore { (store, _) throws in
            let specs = [
                JobSpec("apart"),
                JobSpec("b") { $0.dependencies = [.init(.batch(3))] },
                JobSpec("c") { $0.dependencies = [.init(.batch(1))] },
                JobSpec("d") { $0.dependencies = [.init(.batch(2)), .init(.batch(0))] },
                JobSpec("below") { $0.dependencies = [.init(.batch(3))] },
            ]
            #expect(throws: JobStoreError.cycle([1, 3, 2, 1])) { try store.write { try $0.enqueue(specs) } }
            let itself = [JobSpec("a") { $0.dependencies = [.init(.batch(0))] }]
            #expect(throws: JobStoreError.cycle([0, 0])) { try store.write { try $0.enqueue(itself) } }
            #expect(try store.column("SELECT count(*) FROM jobs") == ["0"])
        }
    }

    @Test func `an upstream that is not there is refused`() throws {
        try withJobStore { (store, _) throws in
            #expect(throws: JobStoreError.noSuchJob(JobID(99))) {
                try store.enqueue { $0.dependencies = [.init(.stored(JobID(99)))] }
            }
            #expect(throws: JobStoreError.self) { try store.enqueue { $0.dependencies = [.init(.batch(4))] } }
            #expect(throws: JobStoreError.self) {
                try store.enqueue { $0.dependencies = [.init(.stored(JobID(1)))] }
            }
        }
    }

    @Test func `dependents of a job with a later time wait for that too`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let first = try store.enqueue()
            let second = try store.enqueue {
                $0.dependencies = [.init(.stored(first))]
                $0.runAt = TestTime.start.advanced(by: 1_000)
            }
            try store.finish(#require(try store.claim(9, for: runner).first))
            #expect(try store.state(of: second) == .scheduled)
            time.advance(by: 1_000)
            #expect(try store.claim(9, for: runner).map(\.job) == [second])
        }
    }

    @Test func `say in a view whether they are satisfied`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let upstream = try store.enqueue { $0.retries = 0 }
            for condition in Condition.allCases {
                try store.enqueue { $0.dependencies = [.init(.stored(upstream), condition)] }
            }
            let sql = "SELECT condition, satisfied FROM dependency_history ORDER BY job_id"
            #expect(try store.lines(sql) == ["succeeded|", "finished|", "failed|", "passed|"])
            try store.finish(#require(try store.claim(for: runner).first), .failed)
            #expect(try store.lines(sql) == ["succeeded|0", "finished|1", "failed|1", "passed|0"])
        }
    }
}
