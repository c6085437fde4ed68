import SQLite

/// Finds the queue and the lane of the jobs of one batch, looking each up once.
final class Placing {
    let run: RunningRun?
    private unowned let transaction: JobTransaction
    private var queues: [String: Int] = [:]
    private var lanes: [String: Int] = [:]
    private var pools: [String: JobTransaction.Limit?] = [:]

    init(transaction: JobTransaction, run: RunningRun?) {
        self.transaction = transaction
        self.run = run
    }

    func place(of spec: JobSpec) throws -> (queue: Int, lane: Int) {
        let queue = try queue(named: spec.queue)
        let limits = try limits(of: spec)
        var key = "\(queue)|\(spec.type ?? "")"
        for limit in limits { key += "|\(limit.limit)=\(limit.amount)" }
        if let known = lanes[key] { return (queue, known) }
        let lane = try transaction.lane(queue: queue, run: run?.root, type: spec.type, holding: limits)
        lanes[key] = lane
        return (queue, lane)
    }

    private func queue(named name: String) throws -> Int {
        if let known = queues[name] { return known }
        let id = try transaction.queue(named: name)
        queues[name] = id
        return id
    }

    private func limits(of spec: JobSpec) throws -> [LaneLimit] {
        if let run, let step = spec.step, let bound = step.maxConcurrency {
            try transaction.setLimit(.step, scope: run.workflow, name: step.id, capacity: bound)
        }
        let limits = try self.limits(pools: spec.pools, step: spec.step?.id, exclusive: spec.step?.exclusive ?? false)
        for (limit, pool) in limits.over {
            throw JobStoreError.overCapacity(pool: pool, asked: spec.pools[pool] ?? 0, capacity: limit.capacity)
        }
        return limits.held
    }

    /// What a job with these pools holds, and the pools that it asks more of than they have.
    func limits(
        pools: [String: Int], step: String?, exclusive: Bool
    ) throws -> (held: [LaneLimit], over: [(JobTransaction.Limit, String)]) {
        var limits: [LaneLimit] = []
        var over: [(JobTransaction.Limit, String)] = []
        for (name, amount) in pools {
            guard let limit = try pool(named: name) else { continue }  // found nowhere: without limit
            if amount > limit.capacity { over.append((limit, name)) }
            limits.append(LaneLimit(limit: limit.id, amount: amount))
        }
        if let run {
            if let limit = run.limit {
                limits.append(LaneLimit(limit: limit.id, amount: exclusive ? limit.capacity : 1))
            }
            if let step, let limit = try transaction.limit(.step, scope: run.workflow, name: step) {
                limits.append(LaneLimit(limit: limit.id, amount: 1))
            }
        }
        return (limits.sorted { $0.limit < $1.limit }, over)
    }

    /// The workflow's pool of that name, else the database's.
    private func pool(named name: String) throws -> JobTransaction.Limit? {
        if let known = pools[name] { return known }
        var found: JobTransaction.Limit?
        if let run { found = try transaction.limit(.pool, scope: run.workflow, name: name) }
        if found == nil { found = try transaction.limit(.pool, scope: "", name: name) }
        if found == nil { found = try transaction.machinePool(named: name) }
        pools[name] = .some(found)
        return found
    }
}

/// The run that jobs are put into.
struct RunningRun {
    let id: RunID
    /// The run for whose process its jobs are claimed.
    let root: RunID
    let workflow: String
    /// How many of its jobs may run at once; `nil`: no limit of its own.
    let limit: JobTransaction.Limit?
}
