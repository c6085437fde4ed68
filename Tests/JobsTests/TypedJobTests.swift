import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `A job with a type` {
    private func claim(
        _ store: JobStore, for runner: RunnerID, serving: Serving, from scope: ClaimScope = .queues(nil)
    ) throws -> [Claim] {
        try store.write { transaction in
            try transaction.placeJobs()
            return try transaction.claim(9, for: runner, from: scope, serving: serving).claims
        }
    }

    @Test func `is claimed by who serves the type, and by nobody else`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.write { try $0.enqueue(JobSpec(type: "resize", data: #"{"width":3}"#)) }
            #expect(try claim(store, for: runner, serving: .plain).isEmpty)
            #expect(try claim(store, for: runner, serving: Serving(types: ["other"])).isEmpty)
            let claims = try claim(store, for: runner, serving: Serving(isPlain: false, types: ["other", "resize"]))
            #expect(claims.map(\.job) == [job])
            #expect(claims.first?.type == "resize")
            #expect(claims.first?.data == #"{"width":3}"#)
            #expect(claims.first?.kind == .worker)
        }
    }

    @Test func `leaves jobs without a type to those who take them`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let plain = try store.enqueue()
            #expect(try claim(store, for: runner, serving: Serving(isPlain: false, types: ["a"])).isEmpty)
            #expect(try claim(store, for: runner, serving: Serving(types: ["a"])).map(\.job) == [plain])
        }
    }

    @Test func `goes in the order of priority over all types that are served`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            var jobs: [JobID] = []
            for (type, priority) in [("a", 3), (nil, 9), ("b", 5), ("a", 7)] as [(String?, Int)] {
                var spec = type.map { JobSpec(type: $0, data: nil) } ?? JobSpec(command: "true")
                spec.priority = priority
                jobs.append(try store.write { try $0.enqueue(spec) })
            }
            let claims = try claim(store, for: runner, serving: Serving(types: ["a", "b"]))
            #expect(claims.map(\.job) == [jobs[1], jobs[3], jobs[2], jobs[0]])
        }
    }

    @Test func `that nobody serves keeps nobody from a pool`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            let first = try store.enqueue { $0.pools = ["p": 1] }
            #expect(try claim(store, for: runner, serving: .plain).map(\.job) == [first])
            var unserved = JobSpec(type: "nobody", data: nil)
            unserved.pools = ["p": 1]
            unserved.priority = 9
            _ = try store.write { [unserved] in try $0.enqueue(unserved) }
            let second = try store.enqueue { $0.pools = ["p": 1] }
            let held = try #require(
                try store.read { try $0.first("SELECT lease_token FROM jobs WHERE id = 1", read: { $0.int(0) }) })
            _ = try store.write { transaction in
                try transaction.finish(
                    first, leaseToken: held,
                    Outcome(.succeeded, startedAt: transaction.now, finishedAt: transaction.now))
            }
            #expect(try claim(store, for: runner, serving: .plain).map(\.job) == [second])
        }
    }

    @Test func `can be inserted by any program, and finds its lane`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.asStranger(#"INSERT INTO enqueue(type, data) VALUES ('resize', '{"a": [1]}')"#)
            #expect(try claim(store, for: runner, serving: .plain).isEmpty)
            let claims = try claim(store, for: runner, serving: Serving(types: ["resize"]))
            #expect(claims.first?.data == #"{"a":[1]}"#)
        }
    }

    @Test(arguments: [
        ("type, command", "'a', 'true'", "either command or shell or type"),
        ("command, data", "'true', '1'", "of a job with a type"), ("type, data", "'a', '{'", "data must be JSON"),
        ("type", "'a b'", "type must be a name"), ("type, args", "'a', '[]'", "no args, cwd, env or stdin"),
    ])
    func `is refused by the view with a reason`(columns: String, values: String, reason: String) throws {
        try withJobStore { store, _ in
            let error = #expect(throws: SQLiteError.self) {
                try store.asStranger("INSERT INTO enqueue(\(columns)) VALUES (\(values))")
            }
            #expect("\(String(describing: error))".contains(reason))
        }
    }

    @Test func `that was claimed ahead of its time goes back as if it never was`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let serving = Serving(types: ["a"])
            _ = try store.write { try $0.enqueue(JobSpec(type: "a", data: nil)) }
            let first = try #require(try claim(store, for: runner, serving: serving).first)
            try store.write { _ = try $0.giveBack(first.job, leaseToken: first.leaseToken) }
            let again = try #require(try claim(store, for: runner, serving: serving).first)
            #expect(again.attempt == 1)
            #expect(again.leaseToken > first.leaseToken)
            #expect(throws: JobStoreError.self) {
                try store.write { _ = try $0.giveBack(first.job, leaseToken: first.leaseToken) }
            }
            #expect(try store.read { try $0.first("SELECT count(*) FROM attempts", read: { $0.int(0) }) } == 0)
        }
    }
}

@Suite struct `An attempt that is lost while its runner lives` {
    @Test func `costs a crash and no retry, and fails the job when that happens too often`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let job = try store.enqueue { $0.retries = 0 }
            for crash in 1...5 {
                let claim = try #require(try store.claim(for: runner).first)
                let state = try store.write { transaction in
                    try transaction.finish(
                        job, leaseToken: claim.leaseToken,
                        Outcome(.lost, startedAt: transaction.now, finishedAt: transaction.now))
                }
                #expect(state == (crash < 5 ? .ready : .failed))
            }
            for invariant in Invariant.all { #expect(try store.read { try invariant.violations(in: $0) } == []) }
        }
    }

    @Test func `comes again no earlier than its outcome allows`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            let job = try store.enqueue()
            let claim = try #require(try store.claim(for: runner).first)
            try store.write { transaction in
                var outcome = Outcome(.failed, startedAt: transaction.now, finishedAt: transaction.now)
                outcome.retryAfter = 60_000
                _ = try transaction.finish(job, leaseToken: claim.leaseToken, outcome)
            }
            let runAt = try store.read { try $0.first("SELECT run_at FROM jobs", read: { $0.int(0) }) }
            #expect(runAt == time.now.rawValue + 60_000)
        }
    }
}
