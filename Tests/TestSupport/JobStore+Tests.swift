package import Jobs
package import SQLite

/// Opens a migrated database in a new temporary folder for `body`. When `body` is through, every invariant must hold
/// and only the changes of state of `JobState.next(on:)` may have happened.
@discardableResult
package func withJobStore<Result>(
    seed: UInt64 = 1, _ body: (JobStore, TestTime) throws -> Result
) throws -> Result {
    try withTemporaryFolder { folder in
        let time = TestTime()
        let store = try openJobStore("\(folder)/weir.db", time, seed: seed)
        defer { store.close() }
        try Transitions.record(in: store)
        let result = try body(store, time)
        try store.checkInvariants()
        try Transitions.check(in: store)
        return result
    }
}

/// Opens the database, and makes it when it is missing.
package func openJobStore(_ path: String, _ time: TestTime, seed: UInt64 = 1) throws -> JobStore {
    let options = Database.Options(
        path: path, durability: .normal, identity: .current(kind: "test", mayBeKilled: false), createIfMissing: true,
        applicationID: JobStore.applicationID)
    return try JobStore(options, timekeeper: time.timekeeper, seed: seed)
}

extension JobStore {
    package func checkInvariants() throws {
        var broken: [String] = []
        try read { connection in
            for invariant in Invariant.all {
                let places = try invariant.violations(in: connection)
                if !places.isEmpty { broken.append("\(invariant.name): \(places.joined(separator: "; "))") }
            }
        }
        guard broken.isEmpty else { throw TestFailure("broken invariants: \(broken.joined(separator: "\n"))") }
    }

    /// Registers a runner that holds no lock.
    package func runner(slots: Int = 8, queues: [String]? = nil) throws -> RunnerID {
        let process = ProcessIdentity(pid: 1, start: 0, namespace: 0, bootID: "test")
        let info = RunnerInfo(
            kind: .runner, slots: slots, queues: queues, host: "test", process: process, version: "test", lease: 15_000)
        return try write { try $0.register(info, leaseUntil: timekeeper.boottime() + 15_000) { _ in } }
    }

    /// A turn of the runner's: what is due and what was not placed yet is offered, then `count` jobs are claimed.
    package func claim(
        _ count: Int = 1, for runner: RunnerID, from scope: ClaimScope = .queues(nil)
    ) throws -> [Claim] {
        try write { transaction in
            try transaction.promoteDueJobs()
            try transaction.placeJobs()
            return try transaction.claim(count, for: runner, from: scope).claims
        }
    }

    @discardableResult
    package func finish(
        _ claim: Claim, _ state: AttemptState = .succeeded, change: (inout Outcome) -> Void = { _ in }
    ) throws -> JobState {
        try write { transaction in
            var outcome = Outcome(state, startedAt: transaction.now, finishedAt: transaction.now)
            change(&outcome)
            return try transaction.finish(claim.job, leaseToken: claim.leaseToken, outcome)
        }
    }

    @discardableResult
    package func enqueue(_ command: String = "true", change: (inout JobSpec) -> Void = { _ in }) throws -> JobID {
        try write { try $0.enqueue(JobSpec(command, change: change)) }
    }

    package func state(of job: JobID) throws -> JobState { try write { try $0.state(of: job) } }

    /// Runs `sql` in a transaction of its own as another program would: it trusts the schema, which is SQLite's
    /// default, and without that the view `enqueue` may not use the functions for JSON.
    package func asStranger(_ sql: String, _ values: [SQLiteValue] = []) throws {
        try database.connection.script("PRAGMA trusted_schema = ON")
        defer { try? database.connection.script("PRAGMA trusted_schema = OFF") }
        _ = try database.write { try $0.dynamic(sql, values) }
    }

    /// The first column of every row, as text.
    package func column(_ sql: String, _ values: SQLiteValue...) throws -> [String] {
        try read { try $0.dynamic(sql, values).rows.map { $0.first?.plainText ?? "" } }
    }

    /// The rows as lines, with '|' between columns, as the shell of SQLite prints them.
    package func lines(_ sql: String, _ values: SQLiteValue...) throws -> [String] {
        try read { try $0.dynamic(sql, values).rows.map { $0.map(\.plainText).joined(separator: "|") } }
    }
}

extension JobSpec {
    package init(_ command: String, change: (inout JobSpec) -> Void = { _ in }) {
        self.init(command: command)
        change(&self)
    }

    /// A step of a run; `after` has positions in the run's list.
    package static func step(
        _ id: String, level: Int = 1, after: [Int] = [], change: (inout JobSpec) -> Void = { _ in }
    ) -> JobSpec {
        JobSpec("true") { spec in
            spec.step = StepSpec(id: id, level: level)
            spec.retries = 0
            spec.dependencies = after.map { Dependency(.batch($0)) }
            change(&spec)
        }
    }
}

extension SQLiteValue {
    package var plainText: String {
        switch self {
        case .null: ""
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let value): value
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
