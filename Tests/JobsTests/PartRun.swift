import Jobs
import SQLite
import TestSupport
import Testing

/// A run whose steps are claimed one by one.
struct PartRun {
    let store: JobStore
    let id: RunID
    let runner: RunnerID

    init(_ store: JobStore, _ specs: [JobSpec], change: (inout RunSpec) -> Void = { _ in }) throws {
        self.store = store
        var spec = RunSpec(workflow: "w", directory: "/", jobs: specs)
        change(&spec)
        id = try store.write { [spec] in try $0.start(spec).run }
        runner = try store.runner()
    }

    func claim(_ count: Int = 99) throws -> [String: Claim] {
        let claims = try store.claim(count, for: runner, from: .run(id))
        return Dictionary(uniqueKeysWithValues: claims.map { ($0.key ?? "?", $0) })
    }

    func claim(_ key: String) throws -> Claim {
        let claims = try claim()
        return try #require(claims[key], "\(claims.keys)")
    }

    @discardableResult
    func park(_ claim: Claim, _ wait: Parking.Wait, memo: String? = nil) throws -> JobState {
        try store.write { try $0.park(claim.job, leaseToken: claim.leaseToken, Parking(wait, memo: memo)) }
    }

    /// Keys and states of the jobs, and the run's.
    var states: String {
        get throws {
            let jobs = try store.lines("SELECT key || ':' || state FROM jobs ORDER BY key").joined(separator: " ")
            return "\(try store.column("SELECT state FROM runs WHERE id = ?", .integer(Int64(id.rawValue)))[0]) \(jobs)"
        }
    }
}

extension JobSpec {
    static func part(_ key: String, isolate: Bool? = nil) -> JobSpec {
        .step("p") {
            $0.step?.key = key
            $0.step?.isolate = isolate
        }
    }

    static func late(_ id: String, after: [Int] = [], change: (inout JobSpec) -> Void = { _ in }) -> JobSpec {
        .step(id, after: after) {
            $0.kind = .foreach
            $0.template = "{}"
            change(&$0)
        }
    }
}
