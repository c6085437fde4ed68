import SQLite

/// The database's own pools.
extension JobTransaction {
    /// Those of `names` that are neither the workflow's pools nor the database's: they bound nobody.
    ///
    /// - Parameter workflow: `nil` for jobs of no run.
    package func unknownPools(_ names: Set<String>, workflow: String?) throws -> [String] {
        try names.sorted().filter { name in
            if let workflow, try limit(.pool, scope: workflow, name: name) != nil { return false }
            return try limit(.pool, scope: "", name: name) == nil
        }
    }

    private static let setKindSQL: SQL = """
        UPDATE limits
        SET indexed = coalesce(:indexed, indexed), origin = :origin
        WHERE id = :id
        """

    /// Sets the capacity of one of the database's own pools, and makes the pool when it is new. Jobs that named a new
    /// pool before it was there are held to it from now on; those that run hold it too, even beyond its capacity.
    ///
    /// - Parameter isIndexed: whether each unit has a number, of which jobs are told those that are their own; those
    ///   that run already have none. `nil`: as it was; of a new pool, only if it is called `gpu`.
    package func setPool(_ name: String, capacity: Int, isIndexed: Bool? = nil) throws {
        try setPool(name, capacity: capacity, isIndexed: isIndexed, origin: nil)
    }

    private func setPool(_ name: String, capacity: Int, isIndexed: Bool?, origin: PoolOrigin?) throws {
        let isNew = try limit(.pool, scope: "", name: name) == nil
        let pool = try setLimit(.pool, scope: "", name: name, capacity: capacity)
        let isIndexed = isIndexed ?? (isNew ? name == Self.indexedByName : nil)
        try connection.execute(Self.setKindSQL, isIndexed, origin, pool.id)
        guard isNew else { return }
        try hold(pool.id, forRunningJobsOf: name)
        if try connection.execute(Self.jobsOfPoolSQL, name) > 0 {
            try correctAllHeads()
            alertsRunners = true
        }
    }

    /// The pool whose units have numbers without being asked.
    package static let indexedByName = "gpu"

    // MARK: What the machine has

    private enum PoolOrigin: String, SQLiteBindable { case machine }

    /// The pool that was asked for by a job, if it is one that is filled from the machine and nobody has set it.
    func machinePool(named name: String) throws -> Limit? {
        guard JobStore.machinePools.contains(name), let capacity = store.machine?()[name] else { return nil }
        try setPool(name, capacity: capacity, isIndexed: false, origin: .machine)
        return try limit(.pool, scope: "", name: name)
    }

    private static let machinePoolsSQL: SQL = """
        SELECT name, capacity
        FROM limits
        WHERE kind = 'pool' AND scope = '' AND origin = 'machine'
        """

    /// Gives the pools that are filled from the machine what it has now. What somebody set stays.
    ///
    /// - Parameter mayShrink: a process that may use less of the machine than others that live takes nothing from them.
    package func updateMachinePools(mayShrink: Bool) throws {
        guard let machine = store.machine?() else { return }
        for (name, capacity) in try connection.all(Self.machinePoolsSQL, read: { ($0.text(0), $0.int(1)) }) {
            guard let now = machine[name], now > capacity || (mayShrink && now < capacity) else { continue }
            try setLimit(.pool, scope: "", name: name, capacity: now)
        }
    }

    private static let jobsOfPoolSQL: SQL = """
        UPDATE jobs
        SET lane_id = NULL
        WHERE state IN ('blocked', 'scheduled', 'ready')
          AND pools IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(pools) p WHERE p.key = :pool)
        """

    private static let runningOfPoolSQL: SQL = """
        SELECT id, lane_id, queue_id, run_id, (SELECT p.value FROM json_each(pools) p WHERE p.key = :pool), type
        FROM jobs
        WHERE runner_id IS NOT NULL
          AND pools IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(pools) p WHERE p.key = :pool)
          AND NOT EXISTS (SELECT 1 FROM runs r JOIN limits l ON l.kind = 'pool' AND l.scope = r.workflow
                          WHERE r.id = jobs.run_id AND l.name = :pool)
        """

    private static let useSQL: SQL = "UPDATE limits SET used = used + :amount WHERE id = :id"

    /// Moves the running jobs that name the new pool to lanes that hold it.
    private func hold(_ limit: Int, forRunningJobsOf pool: String) throws {
        let running = try connection.all(Self.runningOfPoolSQL, pool) { row in
            (
                job: row.int(0), lane: row.int(1), queue: row.int(2), run: row.optionalInt(3).map { RunID($0) },
                amount: row.int(4), type: row.optionalText(5)
            )
        }
        for job in running {
            let held = try limits(of: job.lane) + [LaneLimit(limit: limit, amount: job.amount)]
            try connection.execute(
                Self.setLaneSQL, try lane(queue: job.queue, run: job.run, type: job.type, holding: held), job.job)
            try connection.execute(Self.useSQL, job.amount, limit)
        }
    }

    private static let lanesWithHeadSQL: SQL = "SELECT id, head_id FROM lanes WHERE head_id IS NOT NULL"
    private static let isReadySQL: SQL = "SELECT 1 FROM jobs WHERE id = :id AND lane_id = :lane_id AND state = 'ready'"

    private func isReady(_ job: Int, in lane: Int) throws -> Bool {
        try connection.first(Self.isReadySQL, job, lane, read: { $0.int(0) }) != nil
    }

    /// After jobs left their lanes: those who wait behind a head that is gone get their chance.
    private func correctAllHeads() throws {
        for (lane, head) in try connection.all(Self.lanesWithHeadSQL, read: { ($0.int(0), $0.int(1)) }) {
            if try !isReady(head, in: lane) { try withdraw(JobID(head), from: lane) }
        }
    }
}
