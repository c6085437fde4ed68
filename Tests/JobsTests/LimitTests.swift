import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `Limits` {
    private func commands(_ claims: [Claim]) -> [String] { claims.map(\.command) }

    @Test func `claims follow priority, then the path below, then age, over all lanes`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.enqueue("old")
            try store.enqueue("low") { $0.priority = 0 }
            _ = try store.write { transaction in
                try transaction.enqueue([
                    JobSpec("long") { $0.queue = "other" },
                    JobSpec("below") { $0.dependencies = [.init(.batch(0))] },
                ])
            }
            try store.write { try $0.setPool("p", capacity: 9) }
            try store.enqueue("young") { $0.pools = ["p": 1] }
            try store.enqueue("high") { $0.priority = 99 }
            #expect(try commands(store.claim(9, for: runner)) == ["high", "long", "old", "young", "low"])
        }
    }

    @Test func `a pool bounds what runs, over all runners and queues`() throws {
        try withJobStore { store, _ in
            let runners = try (0..<3).map { _ in try store.runner() }
            try store.write { try $0.setPool("p", capacity: 2) }
            for queue in ["a", "b", "c"] {
                for _ in 0..<2 {
                    try store.enqueue(queue) {
                        $0.queue = queue
                        $0.pools = ["p": 1]
                    }
                }
            }
            let claims = try runners.flatMap { try store.claim(2, for: $0) }
            #expect(claims.count == 2)
            #expect(try store.lines("SELECT pool, capacity, used, waiting, workflow FROM pool_usage") == ["p|2|2|4|"])
            try store.finish(claims[0])
            #expect(try store.claim(9, for: runners[2]).count == 1)
        }
    }

    @Test func `who asks for much is not starved by those who ask for little`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 4) }
            for _ in 0..<4 { try store.enqueue("small") { $0.pools = ["p": 1] } }
            let running = try store.claim(9, for: runner)
            try store.enqueue("big") { $0.pools = ["p": 4] }
            for _ in 0..<8 { try store.enqueue("small") { $0.pools = ["p": 1] } }
            for claim in running.dropLast() {
                try store.finish(claim)
                #expect(try store.claim(9, for: runner).isEmpty)
            }
            try store.finish(running[3])
            #expect(try commands(store.claim(9, for: runner)) == ["big"])
        }
    }

    @Test func `a capacity that is raised lets those who wait start, a lowered one lets the running finish`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            for _ in 0..<6 { try store.enqueue { $0.pools = ["p": 1] } }
            var running = try store.claim(9, for: runner)
            #expect(running.count == 1)
            try store.write { try $0.setPool("p", capacity: 4) }
            running += try store.claim(9, for: runner)
            #expect(running.count == 4)
            try store.write { try $0.setPool("p", capacity: 2) }
            for claim in running.prefix(2) {
                try store.finish(claim)
                #expect(try store.claim(9, for: runner).isEmpty)
            }
            try store.finish(running[2])
            #expect(try store.claim(9, for: runner).count == 1)
        }
    }

    @Test func `a pool that is made later holds the jobs that named it`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("q", capacity: 1) }
            for index in 0..<4 {
                try store.enqueue("p") {
                    $0.pools = index == 0 ? ["p": 1, "q": 1] : ["p": 1]
                    $0.retries = 0
                }
            }
            try store.enqueue("q") { $0.pools = ["q": 1] }
            let running = try store.claim(1, for: runner)
            try store.write { try $0.setPool("p", capacity: 2) }
            #expect(try store.lines("SELECT pool, used FROM pool_usage ORDER BY pool") == ["p|1", "q|1"])
            try store.checkInvariants()
            let more = try store.claim(9, for: runner)
            #expect(commands(more) == ["p"])
            try store.finish(running[0], .interrupted)
            #expect(try commands(store.claim(9, for: runner)) == ["p"])
        }
    }

    @Test func `a pool that is made later lets others start that waited behind those who name it`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("q", capacity: 2) }
            try store.enqueue("first") { ($0.pools, $0.priority) = (["q": 1], 9) }
            let first = try store.claim(for: runner)
            try store.enqueue("big") { ($0.pools, $0.priority) = (["q": 2, "p": 1], 8) }
            try store.enqueue("small") { $0.pools = ["q": 1] }
            #expect(try store.claim(for: runner).isEmpty)
            try store.write { try $0.setPool("p", capacity: 0) }
            try store.checkInvariants()
            #expect(first.count == 1)
        }
    }

    @Test func `a workflow's pool belongs to all its runs, and the latest capacity holds`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 9) }
            func start(_ workflow: String, capacity: Int) throws {
                var spec = RunSpec(
                    workflow: workflow, directory: "/",
                    jobs: (0..<3).map { .step("\(workflow)\($0)") { $0.pools = ["p": 1] } })
                spec.pools = ["p": capacity]
                _ = try store.write { [spec] in try $0.start(spec) }
            }
            try start("a", capacity: 1)
            try start("b", capacity: 1)
            #expect(try store.claim(9, for: runner).count == 2)
            try start("a", capacity: 3)
            #expect(try store.claim(9, for: runner).count == 2)
            #expect(
                try store.lines("SELECT workflow, capacity, used FROM pool_usage ORDER BY 1") == [
                    "|9|0", "a|3|3", "b|1|1",
                ])
        }
    }

    @Test func `a step's maxConcurrency counts over all runs of the workflow`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            func start(_ bound: Int) throws {
                let step = JobSpec.step("s") { $0.step?.maxConcurrency = bound }
                _ = try store.write { try $0.start(RunSpec(workflow: "w", directory: "/", jobs: [step])) }
            }
            for _ in 0..<4 { try start(1) }
            #expect(try store.claim(9, for: runner).count == 1)
            try start(3)
            #expect(try store.claim(9, for: runner).count == 2)
        }
    }

    @Test func `a run's maxConcurrency bounds its jobs, and an exclusive step runs alone`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            var spec = RunSpec(
                workflow: "w", directory: "/",
                jobs: [
                    .step("a"), .step("b"), .step("c"),
                    .step("alone") {
                        $0.step?.exclusive = true
                        $0.priority = 4
                    }, .step("d") { $0.priority = 3 },
                ])
            spec.maxConcurrency = 2
            _ = try store.write { [spec] in try $0.start(spec) }
            var order: [[String]] = []
            while true {
                let claims = try store.claim(9, for: runner)
                guard !claims.isEmpty else { break }
                order.append(claims.compactMap(\.key))
                for claim in claims { try store.finish(claim) }
            }
            #expect(order == [["a", "b"], ["c"], ["alone"], ["d"]])
        }
    }

    @Test func `an exclusive step runs alone where the run has no limit of its own`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let steps: [JobSpec] = [.step("a"), .step("b") { $0.step?.exclusive = true }, .step("c")]
            _ = try store.write { try $0.start(RunSpec(workflow: "w", directory: "/", jobs: steps)) }
            let first = try store.claim(9, for: runner)
            #expect(first.compactMap(\.key) == ["a"])
            try store.finish(first[0])
            let second = try store.claim(9, for: runner)
            #expect(second.compactMap(\.key) == ["b"])
            try store.finish(second[0])
            #expect(try store.claim(9, for: runner).compactMap(\.key) == ["c"])
        }
    }

    @Test func `asking for more than a pool has is refused, a pool found nowhere bounds nobody`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 2) }
            #expect(throws: JobStoreError.overCapacity(pool: "p", asked: 3, capacity: 2)) {
                try store.enqueue { $0.pools = ["p": 3] }
            }
            for _ in 0..<3 { try store.enqueue { $0.pools = ["nowhere": 5] } }
            #expect(try store.claim(9, for: runner).count == 3)
        }
    }

    @Test func `an undone enqueue leaves no limits behind in memory`() throws {
        try withJobStore { store, _ in
            struct Undo: Error {}
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            #expect(throws: Undo.self) {
                try store.write { transaction in
                    _ = try transaction.enqueue(JobSpec("a") { $0.queue = "x" })
                    throw Undo()
                }
            }
            for _ in 0..<2 { try store.enqueue { $0.pools = ["p": 1] } }
            #expect(try store.claim(9, for: runner).count == 1)
        }
    }

    // MARK: Queues

    @Test func `runners take from the queues that they name, and from none that is paused`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            for queue in ["default", "red", "blue"] { try store.enqueue(queue) { $0.queue = queue } }
            #expect(try commands(store.claim(9, for: runner, from: .queues(["red"]))) == ["red"])
            try store.write { try $0.setPaused(true, queue: "blue") }
            #expect(try commands(store.claim(9, for: runner)) == ["default"])
            try store.write { try $0.setPaused(false, queue: "blue") }
            #expect(try commands(store.claim(9, for: runner)) == ["blue"])
            try store.write { try $0.requireQueues(["red", "blue"]) }
            #expect(throws: JobStoreError.noSuchQueue("green", known: ["blue", "default", "red"])) {
                try store.write { try $0.requireQueues(["red", "green"]) }
            }
        }
    }

    @Test func `a waiter whose queue is paused keeps nobody from a pool with room`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            try store.enqueue("first") { ($0.pools, $0.priority) = (["p": 1], 9) }
            let first = try store.claim(9, for: runner)
            try store.enqueue("paused") { ($0.pools, $0.priority, $0.queue) = (["p": 1], 8, "red") }
            try store.enqueue("next") { $0.pools = ["p": 1] }
            #expect(try store.claim(9, for: runner).isEmpty)
            try store.write { try $0.setPaused(true, queue: "red") }
            try store.finish(first[0])
            #expect(try commands(store.claim(9, for: runner)) == ["next"])
        }
    }

    @Test func `a waiter of a queue or a run that nobody serves keeps nobody from a pool with room`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            try store.enqueue("first") { ($0.pools, $0.priority) = (["p": 1], 9) }
            let first = try store.claim(9, for: runner)
            func start() throws -> RunID {
                let step = JobSpec.step("s") { $0.pools = ["p": 1] }
                return try store.write { try $0.start(RunSpec(workflow: "w", directory: "/", jobs: [step])).run }
            }
            let (abandoned, run) = (try start(), try start())
            #expect(try store.claim(for: runner, from: .run(abandoned)).isEmpty)
            #expect(try store.claim(for: runner, from: .run(run)).isEmpty)
            try store.enqueue("mine") { ($0.pools, $0.queue, $0.priority) = (["p": 1], "red", 1) }
            #expect(try store.claim(for: runner, from: .queues(["red"])).isEmpty)
            try store.finish(first[0])
            let second = try store.claim(for: runner, from: .run(run))
            #expect(second.count == 1)
            try store.finish(second[0])
            #expect(try commands(store.claim(for: runner, from: .queues(["red"]))) == ["mine"])
        }
    }
}
