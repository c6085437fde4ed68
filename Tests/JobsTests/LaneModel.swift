import Jobs
import SQLite

/// What a claim should see: every ready job, what each holds, and the limits, read without any use of the heads.
struct LaneModel {
    struct Job: Equatable {
        let id: Int
        let lane: Int
        let queue: Int
        let run: Int?
        let priority: Int
        let path: Int

        func goesBefore(_ other: Job) -> Bool {
            (priority, path, -id) > (other.priority, other.path, -other.id)
        }
    }

    /// Best first.
    private(set) var ready: [Job]
    private(set) var free: [Int: Int] = [:]
    private(set) var holds: [Int: [(limit: Int, amount: Int)]] = [:]
    private(set) var waits: [Int: Int] = [:]
    /// Names of the queues that are not paused.
    private(set) var openQueues: [Int: String] = [:]

    init(_ connection: Connection) throws {
        ready = try connection.all(
            "SELECT id, lane_id, queue_id, run_id, priority, path FROM jobs WHERE state = 'ready'"
        ) { row in
            Job(
                id: row.int(0), lane: row.int(1), queue: row.int(2), run: row.optionalInt(3), priority: row.int(4),
                path: row.int(5))
        }.sorted { $0.goesBefore($1) }
        try connection.forEach("SELECT id, capacity - used FROM limits") { free[$0.int(0)] = $0.int(1) }
        try connection.forEach("SELECT lane_id, limit_id, amount FROM lane_limits") { row in
            holds[row.int(0), default: []].append((row.int(1), row.int(2)))
        }
        try connection.forEach("SELECT id, waits_for FROM lanes WHERE waits_for IS NOT NULL") { row in
            waits[row.int(0)] = row.int(1)
        }
        try connection.forEach("SELECT id, name FROM queues WHERE paused_at IS NULL") { row in
            openQueues[row.int(0)] = row.text(1)
        }
    }

    /// The model before `job` was claimed, but with who waits for what as it is now.
    func before(claiming job: Job) -> LaneModel {
        var model = self
        model.ready.append(job)
        model.ready.sort { $0.goesBefore($1) }
        for held in holds[job.lane] ?? [] { model.free[held.limit]? += held.amount }
        return model
    }

    func fits(_ job: Job) -> Bool { (holds[job.lane] ?? []).allSatisfy { (free[$0.limit] ?? .max) >= $0.amount } }

    func isClaimable(_ job: Job, from scope: ClaimScope) -> Bool {
        switch scope {
        case .run(let run): return job.run == run.rawValue
        case .queues(let names):
            guard let queue = openQueues[job.queue] else { return false }
            return names?.contains(queue) ?? true
        }
    }

    func best(in scope: ClaimScope) -> Job? { ready.first { isClaimable($0, from: scope) && fits($0) } }

    func bestWithoutOvertaking(in scope: ClaimScope) -> Job? {
        ready.first { isClaimable($0, from: scope) && fits($0) && !overtakes($0) }
    }

    /// Whether a better ready job waits at one of the job's limits without fitting there.
    private func overtakes(_ job: Job) -> Bool {
        ready.prefix { $0.goesBefore(job) }.contains { better in
            guard let limit = waits[better.lane], openQueues[better.queue] != nil,
                (holds[job.lane] ?? []).contains(where: { $0.limit == limit }),
                let asked = (holds[better.lane] ?? []).first(where: { $0.limit == limit })?.amount
            else { return false }
            return asked > free[limit] ?? .max
        }
    }
}
