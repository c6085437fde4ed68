import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `An indexed pool` {
    @Test func `gives each running job the lowest units that are free`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("port", capacity: 4, isIndexed: true) }
            for amount in [1, 2, 1] { try store.enqueue { $0.pools = ["port": amount] } }
            let running = try store.claim(9, for: runner)
            #expect(running.map(\.poolIndexes) == [#"{"port":[0]}"#, #"{"port":[1,2]}"#, #"{"port":[3]}"#])
            #expect(
                try store.lines("SELECT job_id, amount, indexes FROM job_pools") == ["1|1|[0]", "2|2|[1,2]", "3|1|[3]"])
            try store.finish(running[1])
            try store.finish(running[0], .interrupted)
            #expect(try store.column("SELECT unit FROM limit_units") == ["3"])
            try store.enqueue { $0.pools = ["port": 3] }
            #expect(try store.claim(1, for: runner).map(\.poolIndexes) == [#"{"port":[0]}"#])
            try store.finish(running[2])
            #expect(try store.claim(1, for: runner).map(\.poolIndexes) == [#"{"port":[1,2,3]}"#])
        }
    }

    @Test func `gives no unit twice, over all runners, whatever becomes of their jobs`() throws {
        try withJobStore(seed: 3) { store, _ in
            var random = SystemRandomNumberGenerator()
            let runners = try (0..<3).map { _ in try store.runner() }
            try store.write { try $0.setPool("gpu", capacity: 5) }
            try store.write { try $0.setPool("other", capacity: 3, isIndexed: true) }
            var held: [Claim] = []
            for round in 0..<120 {
                try store.enqueue {
                    $0.pools = round % 3 == 0 ? ["gpu": 1 + round % 4, "other": 1] : ["gpu": 1]
                    $0.retries = 9
                }
                held += try store.claim(2, for: runners[round % 3])
                // The store's primary key and the invariants say that no unit is given twice.
                try store.checkInvariants()
                let used = try store.column("SELECT used FROM pool_usage WHERE pool = 'gpu'")
                #expect(try store.column("SELECT count(*) FROM limit_units WHERE limit_id = 1") == used)
                while held.count > 2 {
                    let claim = held.remove(at: Int.random(in: 0..<held.count, using: &random))
                    switch round % 4 {
                    case 0: try store.finish(claim, .failed)
                    case 1: _ = try store.write { try $0.giveBack(claim.job, leaseToken: claim.leaseToken) }
                    case 2: try store.finish(claim, .cancelled)
                    default: try store.finish(claim)
                    }
                }
            }
            for claim in held { try store.finish(claim) }
            #expect(try store.column("SELECT count(*) FROM limit_units") == ["0"])
            #expect(try store.column("SELECT count(*) FROM jobs WHERE pool_indexes IS NOT NULL") == ["0"])
        }
    }

    @Test func `keeps the units of a dead runner until nothing of its jobs lives`() throws {
        try withJobStore { store, _ in
            let (dead, runner) = (try store.runner(), try store.runner())
            try store.write { try $0.setPool("gpu", capacity: 2) }
            for _ in 0..<3 { try store.enqueue { $0.pools = ["gpu": 1] } }
            #expect(try store.claim(1, for: dead).map(\.poolIndexes) == [#"{"gpu":[0]}"#])
            _ = try store.write { try $0.fence(dead) }
            #expect(try store.claim(9, for: runner).map(\.poolIndexes) == [#"{"gpu":[1]}"#])
            _ = try store.write { try $0.requeueJobs(of: dead) }
            #expect(try store.claim(9, for: runner).map(\.poolIndexes) == [#"{"gpu":[0]}"#])
        }
    }

    @Test func `is that of a workflow where it has one`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("gpu", capacity: 8) }
            var run = RunSpec(
                workflow: "train", directory: "/",
                jobs: (0..<3).map { index in .step("s\(index)") { $0.pools = ["gpu": 1] } })
            run.pools = ["gpu": 2]
            run.indexedPools = ["gpu"]
            _ = try store.write { try $0.start(run) }
            try store.enqueue { $0.pools = ["gpu": 1] }
            let claims = try store.claim(9, for: runner)
            #expect(claims.map(\.poolIndexes) == [#"{"gpu":[0]}"#, #"{"gpu":[1]}"#, #"{"gpu":[0]}"#])
        }
    }

    @Test func `may lose units or its numbers while jobs hold some`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("gpu", capacity: 3) }
            for _ in 0..<5 { try store.enqueue { $0.pools = ["gpu": 1] } }
            let first = try store.claim(9, for: runner)
            #expect(first.count == 3)
            try store.write { try $0.setPool("gpu", capacity: 2) }
            try store.finish(first[0])
            #expect(try store.claim(9, for: runner).isEmpty)
            try store.finish(first[1])
            #expect(try store.claim(9, for: runner).map(\.poolIndexes) == [#"{"gpu":[0]}"#])
            try store.write { try $0.setPool("gpu", capacity: 3, isIndexed: false) }
            #expect(try store.claim(9, for: runner).map(\.poolIndexes) == [nil])
        }
    }

    @Test func `of another name is not indexed unless it is asked for`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 3) }
            try store.enqueue { $0.pools = ["p": 1] }
            #expect(try store.claim(9, for: runner).map(\.poolIndexes) == [nil])
            try store.write { try $0.setPool("gpu", capacity: 3, isIndexed: false) }
            try store.write { try $0.setPool("gpu", capacity: 4) }
            #expect(
                try store.lines("SELECT pool, capacity, indexed FROM pool_usage ORDER BY 1") == ["gpu|4|0", "p|3|0"])
        }
    }

    @Test(
        arguments: [
            (1, [], [0]), (2, [0, 1], [2, 3]), (3, [0, 2, 5], [1, 3, 4]), (2, [1, 2, 3], [0, 4]), (1, [7], [0]),
        ] as [(Int, [Int], [Int])])
    func `gives the lowest`(count: Int, used: [Int], given: [Int]) {
        #expect(JobTransaction.lowestFree(count, besides: used) == given)
    }
}
