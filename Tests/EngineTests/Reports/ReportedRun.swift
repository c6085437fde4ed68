import Jobs
import SQLite
import TestSupport
import Testing

@testable import Engine

/// A run that a test conducts: who starts and who ends at which millisecond.
final class ReportedRun {
    let store: JobStore
    let time: TestTime
    let id: RunID
    private let runner: RunnerID
    private var claims: [String: (claim: Claim, startedAt: Timestamp)] = [:]

    init(
        _ store: JobStore, _ time: TestTime, _ specs: [JobSpec], slots: Int = 8,
        change: (inout RunSpec) -> Void = { _ in }
    ) throws {
        self.store = store
        self.time = time
        var spec = RunSpec(workflow: "w", directory: "/", jobs: specs)
        change(&spec)
        id = try store.write { [spec] in try $0.start(spec).run }
        runner = try store.runner(slots: slots)
    }

    func at(_ milliseconds: Int) { time.advance(by: TestTime.start.rawValue + milliseconds - time.now.rawValue) }

    /// Claims what may start, and says what that was.
    @discardableResult
    func start(_ count: Int = 99) throws -> [String] {
        let new = try store.claim(count, for: runner, from: .run(id))
        for claim in new { claims[claim.key ?? "?"] = (claim, time.now) }
        return new.compactMap(\.key).sorted()
    }

    func end(_ key: String, _ state: AttemptState = .succeeded, change: (inout Outcome) -> Void = { _ in }) throws {
        let removed = claims.removeValue(forKey: key)
        let held = try #require(removed)
        try store.finish(held.claim, state) {
            $0.startedAt = held.startedAt
            change(&$0)
        }
    }

    func park(_ key: String, _ wait: Parking.Wait) throws {
        let removed = claims.removeValue(forKey: key)
        let held = try #require(removed)
        try store.write { _ = try $0.park(held.claim.job, leaseToken: held.claim.leaseToken, Parking(wait)) }
    }

    func held(_ key: String) throws -> Claim { try #require(claims[key]).claim }

    func holds(_ key: String) -> Bool { claims[key] != nil }

    func report() throws -> RunReport { try RunReport.read(id, from: store) }

    /// The four tasks of the reference, whose times are known.
    static func reference(_ store: JobStore, _ time: TestTime) throws -> ReportedRun {
        let run = try ReportedRun(store, time, (4...7).map { .step("task_\($0)") })
        try run.start()
        for (key, seconds) in [("task_6", 514), ("task_4", 622), ("task_7", 718), ("task_5", 794)] {
            run.at(seconds * 1_000)
            try run.end(key)
        }
        return run
    }
}

extension JobSpec {
    /// A step that is decided by its runner.
    static func control(_ id: String, _ kind: JobKind, after: [Int] = []) -> JobSpec {
        .step(id, after: after) {
            $0.kind = kind
            $0.template = "{}"
        }
    }

    static func part(_ key: String, of id: String = "part", after: [Int] = []) -> JobSpec {
        .step(id, after: after) { $0.step?.key = key }
    }
}
