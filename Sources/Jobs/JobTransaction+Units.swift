import SQLite

/// Numbers of the units of indexed pools: each running job is told its own. A trigger on `jobs.state` frees them.
extension JobTransaction {
    private static let setIndexedSQL: SQL = """
        UPDATE limits
        SET indexed = :indexed
        WHERE id = :id AND indexed <> :indexed
        """

    func setIndexed(_ isIndexed: Bool, _ limit: Int) throws {
        try connection.execute(Self.setIndexedSQL, isIndexed, limit)
    }

    /// A pool with numbers that the jobs of a lane hold.
    struct IndexedLimit {
        let limit: Int
        let name: String
        let amount: Int
    }

    static let indexedLimitsSQL: SQL = """
        SELECT l.id, l.name, held.amount
        FROM lane_limits held
        CROSS JOIN limits l ON l.id = held.limit_id
        WHERE held.lane_id = :lane_id AND l.indexed = 1
        ORDER BY held.limit_id
        """

    func indexedLimits(of lane: Int) throws -> [IndexedLimit] {
        try connection.all(Self.indexedLimitsSQL, lane) {
            IndexedLimit(limit: $0.int(0), name: $0.text(1), amount: $0.int(2))
        }
    }

    static let unitsInUseSQL: SQL = """
        SELECT unit
        FROM limit_units
        WHERE limit_id = :limit_id
        ORDER BY unit
        """

    private static let takeUnitSQL: SQL = """
        INSERT INTO limit_units(limit_id, unit, job_id)
        VALUES (:limit_id, :unit, :job_id)
        """

    private static let setIndexesSQL: SQL = "UPDATE jobs SET pool_indexes = :pool_indexes WHERE id = :id"

    /// Gives a claimed job the lowest free units of each pool that it holds.
    ///
    /// - Returns: JSON: lists of numbers by pool.
    func takeUnits(of limits: [IndexedLimit], for job: JobID) throws -> String? {
        var indexes: [String: [Int]] = [:]
        for held in limits {
            let used = try connection.all(Self.unitsInUseSQL, held.limit) { $0.int(0) }
            let units = Self.lowestFree(held.amount, besides: used)
            for unit in units { try connection.execute(Self.takeUnitSQL, held.limit, unit, job) }
            indexes[held.name] = units
        }
        let json = JSONText.object(indexes)
        try connection.execute(Self.setIndexesSQL, json, job)
        return json
    }

    /// - Parameter used: in ascending order.
    static func lowestFree(_ count: Int, besides used: [Int]) -> [Int] {
        var free: [Int] = []
        free.reserveCapacity(count)
        var next = 0
        var index = 0
        while free.count < count {
            if index < used.count, used[index] == next {
                index += 1
            } else {
                free.append(next)
            }
            next += 1
        }
        return free
    }
}
