package import SQLite

/// Keeping schedules.
extension JobTransaction {
    private static let insertScheduleSQL: SQL = """
        INSERT INTO schedules(name, kind, cron, zone, overlap, catch_up_ms, created_at, next_at, command, args, shell,
                              env, stdin, pools, queue, priority, retries, timeout_ms, job_name, file, inputs,
                              search_path, directory, memory_kb)
        VALUES (:name, :kind, :cron, :zone, :overlap, :catch_up_ms, :created_at, :next_at, :command, :args, :shell,
                :env, :stdin, :pools, :queue, :priority, :retries, :timeout_ms, :job_name, :file, :inputs,
                :search_path, :directory, :memory_kb)
        ON CONFLICT (name) DO UPDATE
        SET kind = excluded.kind, cron = excluded.cron, zone = excluded.zone, overlap = excluded.overlap,
            catch_up_ms = excluded.catch_up_ms, next_at = excluded.next_at, command = excluded.command,
            args = excluded.args, shell = excluded.shell, env = excluded.env, stdin = excluded.stdin,
            pools = excluded.pools, queue = excluded.queue, priority = excluded.priority, retries = excluded.retries,
            timeout_ms = excluded.timeout_ms, job_name = excluded.job_name, file = excluded.file,
            inputs = excluded.inputs, search_path = excluded.search_path, directory = excluded.directory,
            memory_kb = excluded.memory_kb
        """

    private static let scheduleIDSQL: SQL = "SELECT id FROM schedules WHERE name = :name"
    private static let scheduleNamesSQL: SQL = "SELECT name FROM schedules ORDER BY name LIMIT 20"

    /// Stores a schedule.
    ///
    /// - Parameters:
    ///   - next: its first time. `nil`: it has none.
    ///   - replaces: whether it takes the place of one with its name, whose history and pause stay.
    /// - Throws: `.scheduleExists`.
    package func add(_ schedule: Schedule, next: Timestamp?, replaces: Bool = false) throws {
        if !replaces, try connection.first(Self.scheduleIDSQL, schedule.name, read: { $0.int(0) }) != nil {
            throw JobStoreError.scheduleExists(schedule.name)
        }
        let job: JobSpec? = if case .job(let spec) = schedule.work { spec } else { nil }
        let workflow: Schedule.ScheduledWorkflow? =
            if case .workflow(let workflow) = schedule.work { workflow } else { nil }
        try connection.execute(
            Self.insertScheduleSQL, schedule.name, job == nil ? "workflow" : "job", schedule.cron, schedule.zone,
            schedule.overlap, schedule.catchUp, now, next, job?.command, job.flatMap { JSONText.array($0.arguments) },
            job?.shell ?? false, job.flatMap { JSONText.object($0.environment) }, job?.standardInput,
            job.flatMap { JSONText.object($0.pools) }, job?.queue, job?.priority, job?.retries, job?.timeout, job?.name,
            workflow?.file, workflow?.inputs, workflow?.searchPath, job?.directory ?? workflow?.directory,
            job?.memoryLimit)
        alertsRunners = true
    }

    private static let removeScheduleSQL: SQL = "DELETE FROM schedules WHERE name = :name"

    /// Removes a schedule with its history. What it enqueued stays.
    ///
    /// - Throws: `.noSuchSchedule`.
    package func removeSchedule(_ name: String) throws {
        guard try connection.execute(Self.removeScheduleSQL, name) == 1 else { throw try noSchedule(name) }
    }

    private static let setSchedulePausedSQL: SQL = """
        UPDATE schedules
        SET paused_at = :paused_at, next_at = :next_at
        WHERE name = :name AND (paused_at IS NULL) <> (:paused_at IS NULL)
        """

    /// Keeps a schedule from firing until it is resumed. Returns `false` when it was paused already.
    ///
    /// - Throws: `.noSuchSchedule`.
    package func pauseSchedule(_ name: String) throws -> Bool {
        _ = try schedule(named: name)
        return try connection.execute(Self.setSchedulePausedSQL, now, nil as Timestamp?, name) == 1
    }

    /// Lets it go on at `next`: times that passed meanwhile are not made up for. Returns `false` when it was not
    /// paused.
    ///
    /// - Throws: `.noSuchSchedule`.
    package func resumeSchedule(_ name: String, next: Timestamp?) throws -> Bool {
        _ = try schedule(named: name)
        alertsRunners = true
        return try connection.execute(Self.setSchedulePausedSQL, nil as Timestamp?, next, name) == 1
    }

    private func noSchedule(_ name: String) throws -> JobStoreError {
        .noSuchSchedule(name, known: try connection.all(Self.scheduleNamesSQL) { $0.text(0) })
    }

    // MARK: Reading

    static let scheduleSQL: SQL = """
        SELECT id, name, cron, zone, overlap, catch_up_ms, paused_at, next_at, last_at, command, args, shell, env,
               stdin, pools, queue, priority, retries, timeout_ms, job_name, file, inputs, search_path, directory,
               memory_kb
        FROM schedules
        WHERE name = :name
        """

    /// - Throws: `.noSuchSchedule`.
    package func schedule(named name: String) throws -> StoredSchedule {
        guard let found = try connection.first(Self.scheduleSQL, name, read: Self.schedule) else {
            throw try noSchedule(name)
        }
        return found
    }

    static let dueSchedulesSQL: SQL = """
        SELECT id, name, cron, zone, overlap, catch_up_ms, paused_at, next_at, last_at, command, args, shell, env,
               stdin, pools, queue, priority, retries, timeout_ms, job_name, file, inputs, search_path, directory,
               memory_kb
        FROM schedules
        WHERE paused_at IS NULL AND next_at <= :now
        ORDER BY next_at
        LIMIT :count
        """

    /// Those whose time has come, the earliest first.
    package func dueSchedules(limit: Int) throws -> [StoredSchedule] {
        try connection.all(Self.dueSchedulesSQL, now, limit, read: Self.schedule)
    }

    static let nextFireSQL: SQL = "SELECT min(next_at) FROM schedules WHERE paused_at IS NULL AND next_at IS NOT NULL"

    /// When the next schedule is due; `nil`: none is.
    package func nextFire() throws -> Timestamp? {
        try connection.first(Self.nextFireSQL) { row in row.optionalInt(0).map { Timestamp($0) } } ?? nil
    }

    private static func schedule(_ row: Row) throws -> StoredSchedule {
        let work: Schedule.Work
        if let command = row.optionalText(9) {
            var spec = JobSpec(command: command)
            spec.arguments = try JSONText.strings(row.optionalText(10))
            spec.shell = row.bool(11)
            spec.environment = try JSONText.stringsByName(row.optionalText(12))
            spec.standardInput = row.optionalBlob(13)
            spec.pools = try JSONText.amounts(row.optionalText(14))
            spec.queue = row.text(15)
            spec.priority = row.int(16)
            spec.retries = row.int(17)
            spec.timeout = row.optionalInt(18)
            spec.name = row.optionalText(19)
            spec.directory = row.optionalText(23)
            spec.memoryLimit = row.optionalInt(24)
            work = .job(spec)
        } else {
            work = .workflow(
                Schedule.ScheduledWorkflow(
                    file: row.text(20), directory: row.text(23), inputs: row.optionalText(21),
                    searchPath: row.optionalText(22)))
        }
        var schedule = Schedule(name: row.text(1), cron: row.text(2), work: work)
        schedule.zone = row.text(3)
        schedule.overlap = Schedule.Overlap(rawValue: row.text(4)) ?? .skip
        schedule.catchUp = row.int(5)
        return StoredSchedule(
            id: row.int(0), schedule: schedule, isPaused: !row.isNull(6),
            nextAt: row.optionalInt(7).map { Timestamp($0) }, lastAt: row.optionalInt(8).map { Timestamp($0) })
    }

    // MARK: Tables

    private static let scheduleTableSQL = """
        SELECT s.name,
               CASE WHEN s.paused_at IS NOT NULL THEN 'paused' WHEN s.next_at IS NULL THEN 'over' ELSE 'active' END
                   AS state,
               s.cron, s.zone, s.overlap,
               strftime('%Y-%m-%dT%H:%M:%fZ', s.next_at / 1000.0, 'unixepoch') AS next_at,
               strftime('%Y-%m-%dT%H:%M:%fZ', s.last_at / 1000.0, 'unixepoch') AS last_at,
               (SELECT f.state FROM schedule_fires f WHERE f.schedule_id = s.id ORDER BY f.fire_at DESC LIMIT 1)
                   AS last_state,
               s.kind,
               coalesce(s.file, s.command || coalesce((SELECT ' ' || group_concat(a.value, ' ')
                                                       FROM json_each(s.args) a), '')) AS work
        FROM schedules s
        ORDER BY s.name
        """

    package func scheduleTable() throws -> Table { try connection.dynamic(Self.scheduleTableSQL) }

    private static let fireTableSQL = """
        SELECT fire_at, state, times, job_id, run_id, outcome, reason
        FROM schedule_history
        WHERE schedule = :name
        ORDER BY fire_at DESC
        LIMIT :count
        """

    /// What became of a schedule's latest times, the last one first.
    package func fireTable(of name: String, limit: Int) throws -> Table {
        try connection.dynamic(Self.fireTableSQL, [.text(name), .integer(Int64(limit))])
    }
}
