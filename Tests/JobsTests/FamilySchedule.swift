import Jobs
import SQLite
import TestSupport

/// A random schedule of everything that can happen to steps with parts, runs within runs, handlers and judges, by two
/// stores on one file. After each step the invariants hold, and at the end nothing is left that waits for ever.
final class FamilySchedule {
    private let stores: [JobStore]
    private let time: TestTime
    private let seed: UInt64
    private var random: SplitMix64
    private var steps: [String] = []
    private var runners: [RunnerID] = []
    private var running: [(claim: Claim, runner: RunnerID)] = []
    private var names = 0

    private static let mostJobs = 80

    init(_ stores: [JobStore], _ time: TestTime, seed: UInt64) {
        self.stores = stores
        self.time = time
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    private var store: JobStore { stores[number(0...stores.count - 1)] }
    private func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }

    func execute(steps count: Int) throws {
        do {
            runners = try (0..<2).map { _ in try store.runner() }
            try store.write { try $0.setPool("p", capacity: 3) }
            try startRun()
            for _ in 0..<count {
                try step()
                try store.checkInvariants()
            }
            try drain()
        } catch {
            throw TestFailure("seed \(seed): \(error)\n\(steps.joined(separator: "\n"))")
        }
    }

    private func step() throws {
        switch number(0...99) {
        case 0..<25: try claim(number(1...3))
        case 25..<60: try goOn()
        case 60..<63: try startRun()
        case 63..<67: try cancelJob()
        case 67..<69: try cancelRun()
        case 69..<75: try retry()
        case 75..<80: try rerun()
        case 80..<83: try rescue()
        case 83..<87: try signal()
        case 87..<92: try judge()
        case 92..<95: try join()
        default: try pass(number(1...2_000))
        }
    }

    // MARK: What there is to do

    private func name() -> String {
        names += 1
        return "s\(names)"
    }

    private func specs(_ count: Int) -> [JobSpec] {
        (0..<count).map { position in
            let after = position > 0 && oneIn(2) ? [number(0...position - 1)] : []
            return .step(name(), level: after.isEmpty ? 1 : 2, after: after) { spec in
                if oneIn(2) { (spec.kind, spec.template) = (.foreach, "{}") }
                spec.retries = number(0...1)
                if oneIn(3) { spec.pools = ["p": number(1...2)] }
                if oneIn(3) { spec.step?.isolate = oneIn(2) }
                spec.step?.continueOnError = oneIn(5)
                spec.step?.exclusive = oneIn(12)
                spec.dependencies = spec.dependencies.map { dependency in
                    .init(dependency.upstream, Condition.allCases[number(0...3)])
                }
            }
        }
    }

    private func runSpec() -> RunSpec {
        var spec = RunSpec(workflow: "w", directory: "/", jobs: specs(number(1...4)))
        let kind = number(0...2)
        spec.isJudged = kind > 0
        spec.hasHandlers = kind == 2
        if oneIn(4) { spec.timeout = number(500...5_000) }
        if oneIn(3) { spec.maxConcurrency = number(1...3) }
        return spec
    }

    private func startRun() throws {
        guard try jobCount() < Self.mostJobs else { return }
        let spec = runSpec()
        let started = try store.write { try $0.start(spec) }
        steps.append("start run \(started.run), judged \(spec.isJudged)/\(spec.hasHandlers), jobs \(started.jobs)")
    }

    private func jobCount() throws -> Int {
        try stores[0].look { try $0.connection.first("SELECT count(*) FROM jobs") { $0.int(0) } ?? 0 }
    }

    private func claim(_ count: Int) throws {
        let runner = runners[number(0...1)]
        let claims = try store.claim(count, for: runner)
        running += claims.map { ($0, runner) }
        steps.append("claim \(claims.map { "\($0.job)/\($0.phase)" })")
    }

    private func takeRunning() -> Claim? {
        guard !running.isEmpty else { return nil }
        return running.remove(at: number(0...running.count - 1)).claim
    }

    private func goOn() throws {
        guard let claim = takeRunning() else { return }
        let token = claim.leaseToken
        let mayPark = try claim.template != nil && jobCount() < Self.mostJobs
        let now = time.now
        let wait: Parking.Wait? =
            switch mayPark ? number(0...(claim.phase == 0 ? 9 : 19)) : 99 {
            case 0..<4: .children(specs(number(0...3)))
            case 4..<6: .run(runSpec())
            case 6: .until(now.advanced(by: number(1...2_000)))
            case 7: .signal(until: oneIn(2) ? now.advanced(by: number(1...2_000)) : nil)
            default: nil
            }
        if let wait {
            let state = try store.write { try $0.park(claim.job, leaseToken: token, Parking(wait)) }
            steps.append("park \(claim.job): \(Self.text(wait)), \(state)")
        } else if claim.template != nil, claim.phase == 0, oneIn(4) {
            try store.write { try $0.skip(claim.job, leaseToken: token, because: "its condition is false") }
            steps.append("skip \(claim.job)")
        } else {
            let state: AttemptState = [.succeeded, .succeeded, .failed, .cancelled, .interrupted][number(0...4)]
            let after = try store.finish(claim, state) { outcome in
                if claim.template != nil, state == .succeeded, oneIn(20) {
                    outcome.extras = OutcomeExtras()
                    outcome.extras?.runEnd = RunEnding(.succeeded, result: "1")
                }
                if state == .failed { outcome.error = "as asked" }
            }
            steps.append("finish \(claim.job) \(state): \(after)")
        }
    }

    private static func text(_ wait: Parking.Wait) -> String {
        switch wait {
        case .children(let specs): "children \(specs.map { "\($0.step?.id ?? "?") \($0.dependencies)" })"
        case .run(let spec): "run, judged \(spec.isJudged)/\(spec.hasHandlers), \(spec.jobs.count) jobs"
        case .until: "until"
        case .signal(let until): until == nil ? "signal" : "signal until"
        }
    }

    // MARK: What others do

    private func pick(_ sql: String) throws -> Int? {
        let ids = try stores[0].column(sql).compactMap { Int($0) }
        return ids.isEmpty ? nil : ids[number(0...ids.count - 1)]
    }

    private func cancelJob() throws {
        guard let job = try pick("SELECT id FROM jobs WHERE finished_at IS NULL") else { return }
        steps.append("cancel job \(job): \(try store.write { try $0.cancel(JobID(job)) })")
    }

    private func cancelRun() throws {
        guard let run = try pick("SELECT id FROM runs WHERE finished_at IS NULL") else { return }
        steps.append("cancel run \(run): \(try store.write { try $0.cancel(RunID(run)) })")
    }

    private func retry() throws {
        guard let job = try pick("SELECT id FROM jobs WHERE finished_at IS NOT NULL AND state <> 'succeeded'") else {
            return
        }
        try refusable("retry \(job)") { try $0.retry(JobID(job)) }
    }

    private func rerun() throws {
        guard let run = try pick("SELECT id FROM runs WHERE finished_at IS NOT NULL") else { return }
        let steps = try stores[0].column(
            "SELECT step FROM jobs WHERE run_id = ? AND parent_id IS NULL AND handler = 0", .integer(Int64(run)))
        let scope: RerunScope =
            switch number(0...3) {
            case 0, 1: .failed
            case 2: .from(steps[number(0...steps.count - 1)])
            default: .restart
            }
        try refusable("rerun \(run) \(scope)") { try $0.rerun(RunID(run), scope) }
    }

    private func refusable(_ what: String, _ body: (JobTransaction) throws -> [JobID]) throws {
        do {
            steps.append("\(what): \(try store.write(body))")
        } catch JobStoreError.invalid(let reason) {
            steps.append("\(what): \(reason)")
        }
    }

    private func rescue() throws {
        let place = number(0...1)
        let lost = runners[place]
        _ = try store.write { try $0.fence(lost) }
        try store.checkInvariants()
        _ = try store.write { try $0.requeueJobs(of: lost) }
        steps.append("rescue \(running.filter { $0.runner == lost }.map(\.claim.job))")
        for late in running where late.runner == lost { try refuse(late.claim) }
        running.removeAll { $0.runner == lost }
        runners[place] = try store.runner()
    }

    private func refuse(_ late: Claim) throws {
        let token = late.leaseToken
        let writes: [(JobTransaction) throws -> Void] = [
            { _ = try $0.park(late.job, leaseToken: token, Parking(.children([.step("late")]))) },
            { try $0.skip(late.job, leaseToken: token, because: "late") },
            { try $0.setProgress(late.job, leaseToken: token, percent: 1, message: nil) },
            {
                _ = try $0.finish(
                    late.job, leaseToken: token, Outcome(.succeeded, startedAt: $0.now, finishedAt: $0.now))
            },
        ]
        for write in writes {
            do {
                try store.write(write)
                throw TestFailure("a late write to job \(late.job) was taken")
            } catch JobStoreError.leaseLost {}
        }
    }

    private func signal() throws {
        let waiting = try stores[0].look { try $0.waitingForSignal() }.rows
        guard !waiting.isEmpty, case .integer(let job)? = waiting[number(0...waiting.count - 1)].first else { return }
        try store.write { try $0.signal(JobID(Int(job)), value: "1") }
        steps.append("signal \(job)")
    }

    private func judge() throws {
        for run in try store.look({ try $0.settledRuns(in: .queues(nil)) }) { try judge(run) }
    }

    private func judge(_ run: RunID) throws {
        guard let settlement = try store.look({ try $0.settlement(of: run) }) else { return }
        if !settlement.isAfterHandlers, oneIn(2) {
            let handlers = specs(number(1...2))
            let isFirst = try store.write {
                try $0.startHandlers(handlers, of: run, after: settlement.ending, judging: settlement)
            }
            steps.append("start \(handlers.count) handlers of run \(run): \(isFirst)")
            if isFirst { return }
        }
        steps.append(
            "close run \(run): \(try store.write { try $0.close(run, as: settlement.ending, judging: settlement) })")
    }

    private func join() throws {
        guard try jobCount() < Self.mostJobs, let held = running.randomElement(using: &random)?.claim,
            let run = held.run
        else { return }
        let specs = specs(number(1...2))
        do {
            let jobs = try store.write { try $0.addJobs(specs, to: run, beside: held.job) }
            steps.append("add \(jobs) beside \(held.job)")
        } catch JobStoreError.invalid(let reason) {
            steps.append("add beside \(held.job): \(reason)")
        }
    }

    private func pass(_ milliseconds: Int) throws {
        time.advance(by: milliseconds)
        try store.write { try $0.expireRuns() }
        steps.append("\(milliseconds) ms go by")
    }

    // MARK: The end

    /// All that is left succeeds; nobody parks any more.
    private func drain() throws {
        steps.append("drain")
        for _ in 0..<1_000 {
            time.advance(by: 600_000)
            try store.write { try $0.expireRuns() }
            for row in try store.look({ try $0.waitingForSignal() }).rows {
                guard case .integer(let job)? = row.first else { continue }
                try store.write { try $0.signal(JobID(Int(job)), value: "1") }
            }
            running += try store.claim(99, for: runners[0]).map { ($0, runners[0]) }
            for (claim, _) in running {
                let state = try store.finish(claim)
                steps.append("finish \(claim.job): \(state)")
            }
            running.removeAll()
            try judge()
            try store.checkInvariants()
            if try stores[0].column("SELECT id FROM runs WHERE finished_at IS NULL").isEmpty { break }
        }
        let left = try stores[0].lines(
            "SELECT id, run_id, state, unmet, phase, awaits FROM jobs WHERE finished_at IS NULL")
        let runs = try stores[0].lines(
            "SELECT id, state, unfinished, settled_at, phase FROM runs WHERE finished_at IS NULL")
        guard left.isEmpty, runs.isEmpty else { throw TestFailure("left: jobs \(left), runs \(runs)") }
        let used = try stores[0].lines("SELECT kind, scope, name, used FROM limits WHERE used <> 0")
        guard used.isEmpty else { throw TestFailure("still used: \(used)") }
        let lanes = try stores[0].lines("SELECT id, key FROM lanes WHERE run_id IS NOT NULL")
        guard lanes.isEmpty else { throw TestFailure("lanes of ended runs: \(lanes)") }
    }
}
