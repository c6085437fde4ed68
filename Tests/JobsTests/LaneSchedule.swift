import Jobs
import SQLite
import TestSupport

/// A random schedule of everything that touches lanes. Each claim is compared with a full search.
final class LaneSchedule {
    private let store: JobStore
    private let time: TestTime
    private let seed: UInt64
    private let maxAmount: Int
    private var random: SplitMix64
    private var steps: [String] = []
    private var runners: [RunnerID] = []
    private var running: [(claim: Claim, runner: RunnerID)] = []
    private(set) var claimed = 0

    private static let queues = ["default", "red", "blue"]
    private static let pools = ["cpu", "gpu", "net", "disk"]

    init(_ store: JobStore, _ time: TestTime, seed: UInt64, maxAmount: Int) {
        self.store = store
        self.time = time
        self.seed = seed
        self.maxAmount = maxAmount
        random = SplitMix64(seed: seed)
    }

    func execute(steps count: Int) throws {
        do {
            runners = try (0..<2).map { _ in try store.runner() }
            for pool in Self.pools { try setCapacity(of: pool) }
            for _ in 0..<8 { try enqueue() }
            for _ in 0..<count {
                try step()
                try check()
            }
            try drain()
        } catch {
            throw TestFailure("seed \(seed), amounts to \(maxAmount): \(error)\n\(steps.joined(separator: "\n"))")
        }
    }

    private func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    private func step() throws {
        switch number(0...99) {
        case 0..<30: try claim(number(1...3), from: try scope())
        case 30..<55: try finish()
        case 55..<70: try enqueue()
        case 70..<76: try startRun()
        case 76..<82: try insertIntoView()
        case 82..<88: try cancelReady()
        case 88..<91: try rescue()
        case 91..<95: try setCapacity(of: Self.pools[number(0...3)])
        case 95: try pause()
        default:
            let milliseconds = number(1...2_000)
            steps.append("\(milliseconds) ms go by")
            time.advance(by: milliseconds)
        }
    }

    // MARK: Steps

    private func pools() -> [String: Int] {
        var pools: [String: Int] = [:]
        for pool in Self.pools where oneIn(3) { pools[pool] = number(1...maxAmount) }
        return pools
    }

    private func spec(after: [Int] = []) -> JobSpec {
        JobSpec("true") { spec in
            spec.queue = Self.queues[number(0...2)]
            spec.priority = number(3...5)
            spec.pools = pools()
            spec.dependencies = after.map { .init(.batch($0), .finished) }
        }
    }

    private func enqueue() throws {
        let specs = (0..<number(1...3)).map { spec(after: $0 > 0 && oneIn(2) ? [$0 - 1] : []) }
        try attempt("enqueue") { transaction in
            try transaction.enqueue(specs).map { "\($0)" }.joined(separator: ",")
                + " \(specs.map { "\($0.queue)/\($0.priority) \($0.pools)" })"
        }
    }

    private func startRun() throws {
        var spec = RunSpec(workflow: "w\(number(1...2))", directory: "/", jobs: [])
        if oneIn(2) { spec.maxConcurrency = maxAmount == 1 ? number(1...2) : number(1...4) }
        if oneIn(3) { spec.pools = ["cpu": number(1...maxAmount + 2)] }
        spec.jobs = (0..<number(1...4)).map { position in
            var job = self.spec(after: position > 0 && oneIn(3) ? [position - 1] : [])
            job.step = .init(
                id: "s\(position)", level: 1, maxConcurrency: oneIn(3) ? number(1...2) : nil,
                exclusive: maxAmount > 1 && oneIn(6), isolate: true)
            return job
        }
        try attempt("start") { transaction in
            let (run, jobs) = try transaction.start(spec)
            return "run \(run) of \(spec.workflow), at most \(spec.maxConcurrency ?? 0), jobs \(jobs) "
                + "\(spec.jobs.map { "\($0.queue)/\($0.priority) \($0.pools) \($0.step?.maxConcurrency ?? 0)" })"
        }
    }

    /// Asking for more than there is may be refused.
    private func attempt(_ what: String, _ body: (JobTransaction) throws -> String) throws {
        do {
            steps.append("\(what) \(try store.write(body))")
        } catch JobStoreError.overCapacity {
            steps.append("\(what): over the capacity")
        }
    }

    private func insertIntoView() throws {
        let spec = spec()
        let pools =
            spec.pools.isEmpty ? nil : "{\(spec.pools.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", "))}"
        steps.append("insert \(spec.queue)/\(spec.priority) \(spec.pools)")
        do {
            try store.asStranger(
                "INSERT INTO enqueue(command, queue, priority, pool) VALUES ('true', ?, ?, ?)",
                [.text(spec.queue), .integer(Int64(spec.priority)), pools.map { .text($0) } ?? .null])
        } catch let error as SQLiteError where error.message.contains("less capacity") {}
    }

    private func cancelReady() throws {
        let ready = try store.column("SELECT id FROM jobs WHERE state IN ('ready', 'scheduled') ORDER BY id")
        guard !ready.isEmpty, let id = Int(ready[number(0...ready.count - 1)]) else { return }
        steps.append("cancel \(id)")
        _ = try store.write { try $0.cancel(JobID(id)) }
    }

    private func finish() throws {
        guard !running.isEmpty else { return }
        let (claim, _) = running.remove(at: number(0...running.count - 1))
        let state: AttemptState = [.succeeded, .succeeded, .failed, .interrupted, .cancelled][number(0...4)]
        steps.append("finish \(claim.job): \(try store.finish(claim, state))")
    }

    private func rescue() throws {
        let index = number(0...runners.count - 1)
        let runner = runners[index]
        running.removeAll { $0.runner == runner }
        let lost = try store.write { try $0.fence(runner) }
        let ready = try store.write { try $0.requeueJobs(of: runner) }
        runners[index] = try store.runner()
        steps.append("rescue \(lost.map(\.job)): \(ready) are ready")
    }

    private func setCapacity(of pool: String) throws {
        let capacity = maxAmount == 1 ? number(0...3) : number(1...6)
        steps.append("capacity of \(pool): \(capacity)")
        try store.write { try $0.setPool(pool, capacity: capacity) }
    }

    private func pause() throws {
        let queue = Self.queues[number(0...2)]
        let isPaused = oneIn(2)
        steps.append("\(isPaused ? "pause" : "resume") \(queue)")
        try store.write { transaction in
            guard
                try transaction.connection.first("SELECT 1 FROM queues WHERE name = :n", queue, read: { $0.int(0) })
                    == 1
            else { return }
            try transaction.setPaused(isPaused, queue: queue)
        }
    }

    // MARK: Claims

    private struct Undo: Error {}

    private func scope() throws -> ClaimScope {
        switch number(1...6) {
        case 1: return .queues([Self.queues[number(0...2)]])
        case 2: return .queues([Self.queues[number(0...2)], Self.queues[number(0...2)]])
        case 3:
            let runs = try store.column("SELECT id FROM runs WHERE finished_at IS NULL ORDER BY id")
            guard !runs.isEmpty, let run = Int(runs[number(0...runs.count - 1)]) else { return .queues(nil) }
            return .run(RunID(run))
        default: return .queues(nil)
        }
    }

    private func claim(_ count: Int, from scope: ClaimScope) throws {
        let runner = runners[number(0...runners.count - 1)]
        try store.write { transaction in
            try transaction.promoteDueJobs()
            try transaction.placeJobs()
        }
        // One by one, each compared with the search; then undone, and all at once.
        var expected: [JobID] = []
        do {
            try store.write { transaction in
                for _ in 0..<count {
                    guard let job = try claimBest(for: runner, from: scope, in: transaction) else { break }
                    expected.append(job)
                }
                throw Undo()
            }
        } catch is Undo {}
        let claims = try store.write { try $0.claim(count, for: runner, from: scope).claims }
        steps.append("claim \(count) from \(scope): \(claims.map(\.job))")
        guard claims.map(\.job) == expected else {
            throw TestFailure("claimed \(claims.map(\.job)) at once, but one by one \(expected)")
        }
        running += claims.map { ($0, runner) }
        claimed += claims.count
    }

    private func claimBest(
        for runner: RunnerID, from scope: ClaimScope, in transaction: JobTransaction
    ) throws -> JobID? {
        let before = try LaneModel(transaction.connection)
        let claim = try transaction.claim(1, for: runner, from: scope).claims.first
        var after = try LaneModel(transaction.connection)
        if let job = before.ready.first(where: { $0.id == claim?.job.rawValue }) { after = after.before(claiming: job) }
        let best = maxAmount == 1 ? before.best(in: scope) : after.bestWithoutOvertaking(in: scope)
        guard best?.id == claim?.job.rawValue else {
            throw TestFailure(
                "claimed \(claim?.job.description ?? "nothing") from \(scope), but the best is "
                    + (best.map { "\($0)" } ?? "nothing"))
        }
        return claim?.job
    }

    /// Everything that can run does so in the end.
    private func drain() throws {
        steps.append("drain")
        for queue in try store.column("SELECT name FROM queues") {
            try store.write { try $0.setPaused(false, queue: queue) }
        }
        for _ in 0..<2_000 {
            try claim(3, from: .queues(nil))
            guard !running.isEmpty else { return }
            let (claim, _) = running.removeFirst()
            steps.append("finish \(claim.job): \(try store.finish(claim))")
            try check()
        }
        throw TestFailure("the jobs have no end")
    }

    private static let perStep = Invariant.all.filter { ["usage", "heads", "sleepers", "lease"].contains($0.name) }

    private func check() throws {
        try store.read { connection in
            for invariant in Self.perStep {
                let places = try invariant.violations(in: connection)
                guard places.isEmpty else { throw TestFailure("\(invariant.name): \(places)") }
            }
        }
    }
}
