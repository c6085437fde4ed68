package import SQLite

/// A page of a list, newest first.
package struct ListPage: Sendable {
    package var table: Table
    /// What `JobFilter.before` is to be for the next page; `nil`: there is none. A page may have few rows, or none, and
    /// yet have a next one.
    package var next: Int?
}

/// Pages at a cost that no history raises: from an index where one has what is asked for; else a bounded number of rows is
/// looked at, and the next page goes on from there.
extension JobTransaction {
    /// Rows that one page looks at.
    package static let pageBound = 10_000
    /// Rows that an index may have before they are not sorted any more.
    private static let sortBound = 5_000

    /// - Parameter filter: `limit` is 50 where it has none.
    /// - Throws: `.noSuchQueue`, `.noSuchRun`.
    package func jobPage(_ filter: JobFilter) throws -> ListPage {
        if let queue = filter.queue { try requireQueues([queue]) }
        if let run = filter.run { _ = try state(of: run) }
        let limit = filter.limit ?? 50
        let found = try jobIDs(filter, limit: limit)
        return ListPage(table: try jobRows(found.ids), next: found.next)
    }

    private func jobIDs(_ filter: JobFilter, limit: Int) throws -> (ids: [Int], next: Int?) {
        var query = PageQuery(table: "jobs", filter: filter)
        query.add(filter.states.map(\.rawValue))
        if let run = filter.run { query.add("run_id = ?", .integer(Int64(run.rawValue))) }
        if let key = filter.key { query.add("key = ?", .text(key)) }
        if let queue = filter.queue { query.add("queue_id = (SELECT id FROM queues WHERE name = ?)", .text(queue)) }
        if let workflow = filter.workflow {
            query.add("(SELECT r.workflow FROM runs r WHERE r.id = jobs.run_id) = ?", .text(workflow))
        }
        if let search = filter.search {
            query.addSearch(search, in: ["name", "key", "command", "args"])
        }
        if let index = try index(for: filter) {
            return query.page(of: try ids(query.text(by: index, limit), query.values), limit)
        }
        return try windowed(query, limit)
    }

    /// The index that has what is asked for in order, or so little of it that it may be sorted.
    private func index(for filter: JobFilter) throws -> String? {
        if filter.run != nil { return "jobs_step" }
        guard filter.states.count == 1, let state = filter.states.first else { return nil }
        let (index, condition): (String, String)
        switch state {
        case .failed, .skipped, .cancelled:
            // In order; but with another condition, all of them may have to be looked at.
            guard filter.hasMore else { return "jobs_unsuccessful" }
            (index, condition) = ("jobs_unsuccessful", "state = '\(state.rawValue)'")
        case .running, .reclaiming: (index, condition) = ("jobs_held", "runner_id IS NOT NULL")
        case .blocked: (index, condition) = ("jobs_blocked", "state = 'blocked'")
        case .scheduled: (index, condition) = ("jobs_scheduled", "state = 'scheduled'")
        case .ready: (index, condition) = ("jobs_ready", "state = 'ready'")
        case .succeeded: return nil
        }
        let counted =
            "SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY \(index) WHERE \(condition) LIMIT \(Self.sortBound))"
        return try connection.dynamic(counted).firstInteger < Self.sortBound ? index : nil
    }

    package func runPage(_ filter: JobFilter, states: [RunState] = []) throws -> ListPage {
        var query = PageQuery(table: "runs", filter: filter)
        query.add(states.map(\.rawValue))
        if let workflow = filter.workflow {
            query.add("workflow = ?", .text(workflow))
        }
        if let search = filter.search { query.addSearch(search, in: ["workflow"]) }
        let found = try windowed(query, filter.limit ?? 50)
        return ListPage(table: try runRows(found.ids), next: found.next)
    }

    /// Looks at `pageBound` rows below `before`.
    private func windowed(_ query: PageQuery, _ limit: Int) throws -> (ids: [Int], next: Int?) {
        let top = try connection.dynamic("SELECT max(id) FROM \(query.table)").firstInteger
        let start = min(query.before ?? .max, top + 1)
        let floor = query.isUnfiltered ? 0 : max(0, start - Self.pageBound)
        let found = try ids(
            query.windowed,
            [.integer(Int64(start)), .integer(Int64(floor))] + query.values + [.integer(Int64(limit + 1))])
        if found.count > limit { return (Array(found.prefix(limit)), found[limit - 1]) }
        return (found, floor > 1 ? floor : nil)
    }

    private func ids(_ sql: String, _ values: [SQLiteValue]) throws -> [Int] {
        try connection.dynamic(sql, values).rows.compactMap { row in
            if case .integer(let id)? = row.first { Int(id) } else { nil }
        }
    }

    // MARK: Rows

    /// Of a JSON list of ids.
    package static let jobRowsSQL: SQL =
        """
        SELECT id, run_id, workflow, step, key, name, queue, kind, type, priority, state, attempts, created_at,
               started_at, finished_at, duration_ms, exit_code, substr(command, 1, 500) AS command,
               substr(error, 1, 500) AS error, progress, progress_message
        FROM job_history
        WHERE id IN (SELECT value FROM json_each(:ids))
        ORDER BY id DESC
        """

    private func jobRows(_ ids: [Int]) throws -> Table {
        try connection.table(Self.jobRowsSQL, "[\(ids.map(String.init).joined(separator: ","))]")
    }

    /// Jobs that are counted by their states for one page; what is beyond is only told in sum.
    private static let countedJobs = 20_000

    private static let jobsOfRunSQL: SQL = "SELECT jobs FROM runs WHERE id = :run"
    package static let runRowSQL: SQL =
        """
        SELECT h.id, h.workflow, h.version, h.state, h.created_at, h.started_at, h.finished_at, h.duration_ms,
               h.jobs, r.unfinished, succeeded, failed, skipped, cancelled, h.speedup, h.efficiency,
               substr(h.error, 1, 500) AS error, h.parent_job_id
        FROM run_history h
        JOIN runs r ON r.id = h.id
        WHERE h.id = :run
        """
    /// The same, without what is counted job by job.
    package static let uncountedRunRowSQL: SQL =
        """
        SELECT h.id, h.workflow, h.version, h.state, h.created_at, h.started_at, h.finished_at, h.duration_ms,
               h.jobs, r.unfinished, NULL AS succeeded, NULL AS failed, NULL AS skipped, NULL AS cancelled, h.speedup,
               h.efficiency, substr(h.error, 1, 500) AS error, h.parent_job_id
        FROM run_history h
        JOIN runs r ON r.id = h.id
        WHERE h.id = :run
        """

    /// With the numbers of its jobs by state, NULL in runs of many.
    private func runRows(_ ids: [Int]) throws -> Table {
        var left = Self.countedJobs
        var page = Table()
        for id in ids {
            left -= try connection.first(Self.jobsOfRunSQL, id) { $0.int(0) } ?? 0
            let table = try connection.table(left >= 0 ? Self.runRowSQL : Self.uncountedRunRowSQL, id)
            page.columns = table.columns
            page.rows += table.rows
        }
        return page
    }
}

extension JobFilter {
    /// Whether it asks for more than states and a run.
    fileprivate var hasMore: Bool { queue != nil || workflow != nil || key != nil || search != nil }
}

/// The parts of a statement that finds the ids of a page.
private struct PageQuery {
    let table: String
    let before: Int?
    private var conditions: [String] = []
    private(set) var values: [SQLiteValue] = []

    init(table: String, filter: JobFilter) {
        self.table = table
        before = filter.before
    }

    var isUnfiltered: Bool { conditions.isEmpty }

    mutating func add(_ condition: String, _ value: SQLiteValue) {
        conditions.append(condition)
        values.append(value)
    }

    /// - Parameter states: raw values of our own; empty: all.
    mutating func add(_ states: [String]) {
        guard !states.isEmpty else { return }
        // A term that a partial index has word for word makes the index usable.
        conditions.append(
            states.count == 1
                ? "state = '\(states[0])'" : "state IN (\(states.map { "'\($0)'" }.joined(separator: ", ")))")
        if states == ["running"] || states == ["reclaiming"], table == "jobs" {
            conditions.append("runner_id IS NOT NULL")
        }
    }

    mutating func addSearch(_ text: String, in columns: [String]) {
        let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
        conditions.append(
            "(" + columns.map { "\($0) LIKE ? ESCAPE '\\'" }.joined(separator: " OR ") + ")")
        values += columns.map { _ in .text("%\(escaped)%") }
    }

    /// All of what an index has. By its name: the planner would rather go through all jobs in their order.
    func text(by index: String, _ limit: Int) -> String {
        "SELECT id FROM \(table) INDEXED BY \(index) WHERE \(conditions.joined(separator: " AND "))"
            + (before.map { " AND id < \($0)" } ?? "") + " ORDER BY id DESC LIMIT \(limit + 1)"
    }

    /// Of a window of ids; its bounds are the first two values, the limit is the last. `+` keeps other indexes away.
    var windowed: String {
        let rest = conditions.map { " AND (\($0.replacing("state", with: "+state")))" }.joined()
        return "SELECT id FROM \(table) WHERE id < ? AND id >= ?\(rest) ORDER BY id DESC LIMIT ?"
    }

    func page(of ids: [Int], _ limit: Int) -> (ids: [Int], next: Int?) {
        ids.count > limit ? (Array(ids.prefix(limit)), ids[limit - 1]) : (ids, nil)
    }
}

extension Table {
    fileprivate var firstInteger: Int {
        if case .integer(let number)? = rows.first?.first { Int(number) } else { 0 }
    }
}
