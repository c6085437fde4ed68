import SQLite

/// Which lane a job is in, which lanes are open, and which wait for which limit.
///
/// Rules (an oracle in the tests compares every claim with a full search):
/// - A lane's head is never worse than its best ready job.
/// - A lane whose head does not fit waits for the one limit that stopped it, the first in the order of ids.
/// - A limit with room wakes its best waiters of each queue, since nobody may be there to claim from another. Waking
///   stops at the first that does not fit: that one has the room reserved, so that jobs that ask for much are not
///   starved by those that ask for little.
/// - At a limit nobody overtakes a better job that waits for it, unless that one's queue is paused.
extension JobTransaction {
    // MARK: Finding the lane

    private static let findLimitSQL: SQL = """
        SELECT id, capacity, widest
        FROM limits
        WHERE kind = :kind AND scope = :scope AND name = :name
        """

    private static let insertLimitSQL: SQL = """
        INSERT INTO limits(kind, scope, name, capacity)
        VALUES (:kind, :scope, :name, :capacity)
        RETURNING id
        """

    private static let setCapacitySQL: SQL = "UPDATE limits SET capacity = :capacity WHERE id = :id"
    private static let widenSQL: SQL = "UPDATE limits SET widest = :amount WHERE id = :id AND widest < :amount"

    struct Limit {
        let id: Int
        let capacity: Int
    }

    enum LimitKind: String, SQLiteBindable { case pool, run, step }

    func limit(_ kind: LimitKind, scope: String, name: String) throws -> Limit? {
        try connection.first(Self.findLimitSQL, kind, scope, name) { Limit(id: $0.int(0), capacity: $0.int(1)) }
    }

    /// Makes the limit, or sets its capacity when that differs; room that this makes is used at once.
    @discardableResult
    func setLimit(_ kind: LimitKind, scope: String, name: String, capacity: Int) throws -> Limit {
        if let known = try limit(kind, scope: scope, name: name) {
            if known.capacity != capacity {
                try connection.execute(Self.setCapacitySQL, capacity, known.id)
                try wake(known.id, atMost: .max)
                alertsRunners = true
            }
            return Limit(id: known.id, capacity: capacity)
        }
        let id = try connection.first(Self.insertLimitSQL, kind, scope, name, capacity) { $0.int(0) }
        return Limit(id: id ?? 0, capacity: capacity)
    }

    static let findLaneSQL: SQL = "SELECT id FROM lanes WHERE key = :key"
    private static let insertLaneSQL: SQL = """
        INSERT INTO lanes(key, queue_id, run_id, type)
        VALUES (:key, :queue_id, :run_id, :type)
        RETURNING id
        """
    private static let insertLaneLimitSQL: SQL = """
        INSERT INTO lane_limits(lane_id, limit_id, amount)
        VALUES (:lane_id, :limit_id, :amount)
        """

    /// The lane of jobs that belong to the queue and the run, have the type and hold these amounts; made when it is new.
    func lane(queue: Int, run: RunID?, type: String?, holding limits: [LaneLimit]) throws -> Int {
        let limits = limits.sorted { $0.limit < $1.limit }
        var key = "q\(queue)"
        if let run { key += "|r\(run)" }
        for limit in limits { key += "|\(limit.limit)=\(limit.amount)" }
        if let type { key += "|t\(type)" }  // last, since it may hold any character
        if let known = try connection.first(Self.findLaneSQL, key, read: { $0.int(0) }) { return known }
        let id = try connection.first(Self.insertLaneSQL, key, queue, run, type ?? "") { $0.int(0) } ?? 0
        for limit in limits {
            try connection.execute(Self.insertLaneLimitSQL, id, limit.limit, limit.amount)
            if limit.amount > 1 { try connection.execute(Self.widenSQL, limit.amount, limit.limit) }
        }
        return id
    }

    static let limitsOfLaneSQL: SQL = """
        SELECT limit_id, amount
        FROM lane_limits
        WHERE lane_id = :lane_id
        ORDER BY limit_id
        """

    /// In the order of ids, which is the order in which they are asked for room.
    func limits(of lane: Int) throws -> [LaneLimit] {
        if let known = store.lanes[lane] { return known }
        let limits = try connection.all(Self.limitsOfLaneSQL, lane) { LaneLimit(limit: $0.int(0), amount: $0.int(1)) }
        store.lanes[lane] = limits
        return limits
    }

    // MARK: Heads

    static let offerSQL: SQL = """
        UPDATE lanes
        SET head_priority = :priority, head_path = :path, head_id = :id, waits_for = NULL
        WHERE id = :lane_id
          AND (head_id IS NULL
               OR (head_priority, head_path, -head_id) < (:priority, :path, -:id))
        """

    static let setHeadSQL: SQL = """
        UPDATE lanes
        SET head_priority = :priority, head_path = :path, head_id = :id
        WHERE id = :lane_id
        """

    static let setWaitSQL: SQL = "UPDATE lanes SET waits_for = :limit_id WHERE id = :lane_id"

    static let bestReadySQL: SQL = """
        SELECT priority, path, id
        FROM jobs
        WHERE lane_id = :lane_id AND state = 'ready'
        ORDER BY priority DESC, path DESC, id
        LIMIT 1
        """

    /// A job of the lane became ready: it becomes the head if it goes before the present one, and a lane that has no
    /// room is born waiting.
    func offer(_ head: LaneHead, in lane: Int) throws {
        let changed = try connection.execute(
            Self.offerSQL, head.priority, head.path, head.id, lane)
        guard changed == 1, !(try limits(of: lane).isEmpty) else { return }
        if case .full(let limit) = try room(in: lane, for: head) { try putToWait(lane: lane, for: limit) }
    }

    /// The lane's head becomes its best ready job.
    func correctHead(of lane: Int) throws {
        if let best = try connection.first(Self.bestReadySQL, lane, read: readHead) {
            try setHead(best, of: lane)
        } else {
            try setHead(nil, of: lane)
        }
    }

    func setHead(_ head: LaneHead?, of lane: Int) throws {
        try connection.execute(Self.setHeadSQL, head?.priority, head?.path, head?.id, lane)
    }

    private func readHead(_ row: Row) -> LaneHead { LaneHead(priority: row.int(0), path: row.int(1), id: row.int(2)) }

    private static let headOfLaneSQL: SQL = "SELECT head_id FROM lanes WHERE id = :lane_id"

    /// A ready job of the lane was taken away otherwise than by a claim. Had it been the head, those who wait behind
    /// it get their chance.
    func withdraw(_ job: JobID, from lane: Int) throws {
        guard try connection.first(Self.headOfLaneSQL, lane, read: { $0.optionalInt(0) }) == job.rawValue else {
            return
        }
        try correctHead(of: lane)
        try connection.execute(Self.setWaitSQL, Int?.none, lane)
        try wakeLimits(of: lane)
        alertsRunners = true
    }

    // MARK: Room

    enum Room {
        /// Units of the lane that fit now, and whether others may hold a reservation among them.
        case units(Int, shared: Bool)
        case full(limit: Int)
        /// A better waiter fits and was woken: look again.
        case wokeBetter
    }

    static let usageSQL: SQL = "SELECT capacity - used, widest FROM limits WHERE id = :id"

    static let bestWaiterSQL: SQL = """
        SELECT w.head_priority, w.head_path, w.head_id, w.id, held.amount
        FROM lanes w
        CROSS JOIN lane_limits held ON held.lane_id = w.id AND held.limit_id = :limit_id
        WHERE w.waits_for = :limit_id AND w.waits_for IS NOT NULL AND w.head_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.id = w.queue_id AND q.paused_at IS NOT NULL)
        ORDER BY w.head_priority DESC, w.head_path DESC, w.head_id
        LIMIT 1
        """

    /// How many jobs of the lane may start now, its head being `head`.
    func room(in lane: Int, for head: LaneHead) throws -> Room {
        var units = Int.max
        var shared = false
        for held in try limits(of: lane) {
            guard let usage = try connection.first(Self.usageSQL, held.limit, read: { ($0.int(0), $0.int(1)) }) else {
                continue  // the limit is gone: it bounds nobody
            }
            let (free, widest) = usage
            if free < held.amount { return .full(limit: held.limit) }
            if let waiter = try bestWaiter(of: held.limit), waiter.lane != lane, waiter.head.goesBefore(head) {
                if waiter.amount > free { return .full(limit: held.limit) }
                try connection.execute(Self.setWaitSQL, Int?.none, waiter.lane)
                return .wokeBetter
            }
            if widest > 1 { shared = true }
            units = min(units, free / held.amount)
        }
        return .units(units, shared: shared)
    }

    private struct Waiter {
        let head: LaneHead
        let lane: Int
        let amount: Int
    }

    private func bestWaiter(of limit: Int) throws -> Waiter? {
        try connection.first(Self.bestWaiterSQL, limit) { row in
            Waiter(head: readHead(row), lane: row.int(3), amount: row.int(4))
        }
    }

    // MARK: Waiting and waking

    static let nextQueueOfWaitersSQL: SQL = """
        SELECT queue_id, type
        FROM lanes
        WHERE waits_for = :limit_id AND waits_for IS NOT NULL AND head_id IS NOT NULL
          AND (queue_id, type) > (:queue_id, :type)
        ORDER BY queue_id, type
        LIMIT 1
        """

    static let waitersSQL: SQL = """
        SELECT w.id, held.amount
        FROM lanes w
        CROSS JOIN lane_limits held ON held.lane_id = w.id AND held.limit_id = :limit_id
        WHERE w.waits_for = :limit_id AND w.waits_for IS NOT NULL AND w.head_id IS NOT NULL AND w.queue_id = :queue_id
          AND w.type = :type
          AND NOT EXISTS (SELECT 1 FROM lane_limits other
                          WHERE other.lane_id = w.id AND other.limit_id = :full_limit_id)
        ORDER BY w.head_priority DESC, w.head_path DESC, w.head_id
        LIMIT :count
        """

    /// Puts the lane to wait for `limit`, and lets those look again who waited behind it at its other limits, but
    /// those who would be stopped by `limit` too.
    func wait(lane: Int, for limit: Int) throws {
        wokenLanes.remove(lane)
        try putToWait(lane: lane, for: limit)
    }

    private func putToWait(lane: Int, for limit: Int) throws {
        try connection.execute(Self.setWaitSQL, limit, lane)
        for held in try limits(of: lane) where held.limit != limit {
            try wake(held.limit, atMost: 1, exceptHolding: limit)
        }
    }

    /// After units of the lane's limits came free, or its head changed for the worse.
    func wakeLimits(of lane: Int, atMost count: Int = 1) throws {
        for held in try limits(of: lane) { try wake(held.limit, atMost: count) }
    }

    /// Opens the best lanes of each queue and type that wait for the limit, as far as its room goes: nobody may be there
    /// to claim from the others.
    func wake(_ limit: Int, atMost count: Int, exceptHolding full: Int = 0) throws {
        guard let free = try connection.first(Self.usageSQL, limit, read: { $0.int(0) }), free > 0 else { return }
        var stream = (queue: 0, type: "")
        while let next = try connection.first(
            Self.nextQueueOfWaitersSQL, limit, stream.queue, stream.type, read: { (queue: $0.int(0), type: $0.text(1)) }
        ) {
            stream = next
            try wake(limit, atMost: min(count, free), of: stream, free: free, exceptHolding: full)
        }
    }

    private func wake(
        _ limit: Int, atMost count: Int, of stream: (queue: Int, type: String), free: Int, exceptHolding full: Int
    ) throws {
        var free = free
        let waiters = try connection.all(Self.waitersSQL, limit, stream.queue, stream.type, full, count) {
            ($0.int(0), $0.int(1))
        }
        for (lane, amount) in waiters {
            guard amount <= free else { return }
            try connection.execute(Self.setWaitSQL, Int?.none, lane)
            free -= amount
            wokenLanes.insert(lane)
        }
    }

    static let wakeRunSQL: SQL = """
        UPDATE lanes
        SET waits_for = NULL
        WHERE run_id = :run_id AND run_id IS NOT NULL AND waits_for IS NOT NULL AND head_id IS NOT NULL
          AND EXISTS (SELECT 1 FROM lane_limits held JOIN limits l ON l.id = held.limit_id
                      WHERE held.lane_id = lanes.id AND held.limit_id = lanes.waits_for
                        AND l.capacity - l.used >= held.amount)
        """

    /// Opens the run's lanes that wait where there is room: who was woken there may be another run's, and the process
    /// that claims only for this run must not depend on the one of that.
    func wakeLanes(of run: RunID) throws { try connection.execute(Self.wakeRunSQL, run) }

    // MARK: A run's own lanes

    private static let deleteLaneLimitsSQL: SQL = """
        DELETE FROM lane_limits
        WHERE lane_id IN (SELECT id FROM lanes WHERE run_id = :run_id AND run_id IS NOT NULL)
        """
    private static let deleteLanesSQL: SQL = "DELETE FROM lanes WHERE run_id = :run_id AND run_id IS NOT NULL"
    private static let deleteRunLimitSQL: SQL = "DELETE FROM limits WHERE kind = 'run' AND scope = :run_id"

    static let isFamilyOpenSQL: SQL = """
        SELECT 1
        WHERE EXISTS (SELECT 1 FROM runs WHERE id = :root_id AND finished_at IS NULL)
           OR EXISTS (SELECT 1 FROM runs WHERE root_id = :root_id AND root_id IS NOT NULL AND finished_at IS NULL)
        """

    /// A run that ended needs no lanes; its jobs' `lane_id` then names none, and a retry finds a new one. A run and all
    /// runs within it share theirs, which go with the last that ends: what is being cancelled may outlive the root.
    func removeLanes(of run: RunID, in root: RunID) throws {
        if try connection.first(Self.isFamilyOpenSQL, root, read: { $0.int(0) }) == nil {
            try connection.execute(Self.deleteLaneLimitsSQL, root)
            try connection.execute(Self.deleteLanesSQL, root)
        }
        try connection.execute(Self.deleteRunLimitSQL, "\(run)")
    }
}
