import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `A page of a list` {
    @Test(arguments: [JobTransaction.jobRowsSQL, JobTransaction.runRowSQL, JobTransaction.uncountedRunRowSQL])
    func `finds its rows by their ids`(sql: SQL) throws {
        try withJobStore { store, _ in
            let plan = try store.read { try $0.dynamic("EXPLAIN QUERY PLAN \(sql.text)", [.null]) }
            let steps = plan.rows.map { $0[3].plainText }
            #expect(steps.contains { $0.hasPrefix("SEARCH") })
            #expect(!steps.contains { $0.hasPrefix("SCAN") && !$0.contains("VIRTUAL TABLE") }, "\(steps)")
        }
    }

    /// Every job of the list, page by page, and how many pages there were.
    private func all(_ filter: JobFilter, in store: JobStore) throws -> (ids: [Int], pages: Int) {
        var filter = filter
        var ids: [Int] = []
        var pages = 0
        repeat {
            let wanted = filter
            let page = try store.look { try $0.jobPage(wanted) }
            ids += page.table.rows.compactMap { Int($0[0].plainText) }
            filter.before = page.next
            pages += 1
        } while filter.before != nil
        return (ids, pages)
    }

    @Test func `has each job once, whatever is asked for`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            for number in 1...30 { try store.enqueue("job\(number)") { $0.retries = 0 } }
            for claim in try store.claim(20, for: runner) {
                let number = claim.job.rawValue
                if number <= 15 { try store.finish(claim, number % 3 == 0 ? .failed : .succeeded) }
            }
            try store.write { _ = try $0.cancel(JobID(30)) }
            for (states, expected) in [
                ([], Array(1...30)), ([.failed], [3, 6, 9, 12, 15]), ([.running], Array(16...20)),
                ([.ready], Array(21...29)), ([.cancelled], [30]), ([.cancelled, .failed], [3, 6, 9, 12, 15, 30]),
                ([.succeeded], (1...15).filter { $0 % 3 != 0 }), ([.blocked], []), ([.scheduled], []), ([.skipped], []),
            ] as [([JobState], [Int])] {
                var filter = JobFilter()
                filter.states = states
                filter.limit = 4
                let found = try all(filter, in: store)
                #expect(found.ids == expected.reversed(), "\(states)")
            }
            var filter = JobFilter()
            filter.search = "JOB2"
            #expect(try all(filter, in: store).ids == [29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 2])
            filter.states = [.failed]
            #expect(try all(filter, in: store).ids == [])
            filter.search = "100%"
            #expect(try all(filter, in: store).ids == [])
        }
    }

    @Test func `looks at a bounded number of rows, and the next one goes on from there`() throws {
        try withJobStore { store, _ in
            let count = JobTransaction.pageBound * 2 + 100
            try store.write { transaction in
                _ = try transaction.enqueue((1...count).map { JobSpec($0 == 1 ? "needle" : "hay") })
            }
            var filter = JobFilter()
            filter.search = "needle"
            let found = try all(filter, in: store)
            #expect(found.ids == [1])
            #expect(found.pages == 3)
        }
    }

    @Test func `of runs has their jobs by state`() throws {
        try withJobStore { store, _ in
            for number in 1...3 {
                var spec = RunSpec(workflow: "flow\(number)", directory: "/", jobs: [.step("a"), .step("b")])
                spec.version = "2.0"
                _ = try store.write { try $0.start(spec) }
            }
            let runner = try store.runner()
            for claim in try store.claim(2, for: runner) { try store.finish(claim) }
            var filter = JobFilter()
            let table = try store.look { try $0.runPage(filter).table }
            #expect(table.rows.map { $0[0].plainText } == ["3", "2", "1"])
            filter.search = "LOW2"
            #expect(try store.look { try $0.runPage(filter).table.rows.count } == 1)
            #expect(try store.look { try $0.runPage(JobFilter(), states: [.succeeded]).table.rows.count } == 1)
        }
    }
}

@Suite struct `Changes since a cursor` {
    @Test func `have every job that ended, in the order of the ends, each once`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner(slots: 100)
            let begin = try store.look { try $0.presentCursor().cursor }
            for _ in 0..<25 { try store.enqueue() }
            let claims = try store.claim(25, for: runner)
            for claim in claims.reversed().dropLast(5) { try store.finish(claim) }
            var cursor = begin
            var ended: [Int] = []
            var hasMore = true
            while hasMore {
                let from = cursor
                let set = try store.look { try $0.changes(since: from, lastJob: nil, limit: 3, isComplete: true) }
                ended += set.jobs.filter { $0.state.isFinal }.map(\.id.rawValue)
                (cursor, hasMore) = (set.cursor, set.hasMore)
            }
            #expect(ended == (6...25).reversed())
            let nothing = try store.look { try $0.changes(since: cursor, lastJob: 25, limit: 3, isComplete: true) }
            #expect(nothing.jobs.isEmpty)
            let skipped = try store.look { try $0.changes(since: begin, lastJob: nil, limit: 3, isComplete: false) }
            #expect(skipped.isTruncated && !skipped.hasMore)
            #expect(skipped.cursor == cursor)
        }
    }

    @Test func `have what runs and what is new`() throws {
        try withJobStore { store, _ in
            let (cursor, last) = try store.look { try $0.presentCursor() }
            try store.enqueue()
            try store.enqueue()
            _ = try store.claim(1, for: store.runner())
            let set = try store.look { try $0.changes(since: cursor, lastJob: last, limit: 100, isComplete: false) }
            #expect(set.jobs.map(\.state) == [.running, .ready])
            #expect(set.lastJob == 2)
        }
    }
}

@Suite struct `A paused run` {
    @Test func `has none of its jobs claimed, and keeps nobody else waiting at its limits`() throws {
        try withJobStore { store, _ in
            try store.write { try $0.setPool("p", capacity: 1) }
            let run = try store.write { transaction in
                try transaction.start(
                    RunSpec(workflow: "w", directory: "/", jobs: [.step("a") { $0.pools = ["p": 1] }, .step("b")])
                ).run
            }
            #expect(try store.write { try $0.setPaused(true, run: run) })
            #expect(try !store.write { try $0.setPaused(true, run: run) })
            let other = try store.enqueue { $0.pools = ["p": 1] }
            let runner = try store.runner()
            #expect(try store.claim(5, for: runner).map(\.job) == [other])
            // What becomes ready meanwhile waits too.
            try store.write { _ = try $0.addJobs([.step("c")], to: run) }
            #expect(try store.claim(5, for: runner).isEmpty)
            #expect(try store.look { try $0.state(of: run) } == .paused)
            #expect(try store.write { try $0.setPaused(false, run: run) })
            #expect(try store.claim(5, for: runner).count == 2)
            #expect(try store.look { try $0.state(of: run) } == .running)
        }
    }
}

@Suite struct `A run that is started with a key` {
    @Test func `is started once`() throws {
        try withJobStore { store, _ in
            let spec = RunSpec(workflow: "w", directory: "/", jobs: [.step("a")])
            let asked = RequestKey("k", request: "this")
            let first = try store.write { try $0.start(spec, once: asked) }
            let second = try store.write { try $0.start(spec, once: asked) }
            #expect(first.isNew && !second.isNew)
            #expect(first.run == second.run)
            let taken = JobStoreError.requestKeyTaken("k", by: "run 1")
            #expect(throws: taken) { try store.write { try $0.start(spec, once: RequestKey("k", request: "that")) } }
            for other in ["k#", "k$", "j", "k/0", "K"] {
                #expect(try store.write { try $0.start(spec, once: RequestKey(other, request: "that")) }.isNew)
            }
            #expect(try store.write { try $0.start(spec, once: nil) }.isNew)
        }
    }
}
