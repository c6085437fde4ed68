import SQLite

/// What becomes of a schedule's times. Each is dealt with once: whoever moves the schedule from it to the next does.
extension JobTransaction {
    static let passSQL: SQL = """
        UPDATE schedules
        SET next_at = :next_at, last_at = :last_at
        WHERE id = :id AND next_at = :last_at AND paused_at IS NULL
        """

    static let insertFireSQL: SQL = """
        INSERT INTO schedule_fires(schedule_id, fire_at, state, by_hand, times, job_id, run_id, is_open, reason,
                                   created_at)
        VALUES (:schedule_id, :fire_at, :state, :by_hand, :times, :job_id, :run_id, :is_open, :reason, :created_at)
        ON CONFLICT DO NOTHING
        """

    /// A time that has come, as whoever fires has prepared it.
    package struct Fire: Sendable {
        package enum Work: Sendable {
            case job(JobSpec)
            case run(RunSpec)
        }
        package let schedule: StoredSchedule
        /// The schedule's `nextAt`.
        package let at: Timestamp
        /// The time after it; `nil`: there is none.
        package let next: Timestamp?

        package init(_ schedule: StoredSchedule, at: Timestamp, next: Timestamp?) {
            self.schedule = schedule
            self.at = at
            self.next = next
        }
    }

    /// Enqueues what the schedule asks for at this time, unless what an earlier time enqueued is in its way.
    package func fire(_ fire: Fire, _ work: Fire.Work) throws -> FireOutcome {
        guard try pass(fire) else { return .lost }
        let schedule = fire.schedule
        let unfinished = try unfinishedFires(of: schedule.id)
        if let earlier = unfinished.first, schedule.schedule.overlap == .skip {
            let reason = "\(earlier) of an earlier time had not ended"
            return try record(fire, "skipped", reason) ? .skipped(reason: reason) : .lost
        }
        if schedule.schedule.overlap == .latest { for earlier in unfinished { try cancel(earlier) } }
        return try enqueue(work, for: schedule, at: fire.at, byHand: false)
    }

    /// Enqueues what the schedule asks for now, whether it is paused or not and whatever runs.
    package func fireByHand(_ schedule: StoredSchedule, _ work: Fire.Work) throws -> FireOutcome {
        var at = now
        while try connection.first(Self.isFiredSQL, schedule.id, at, read: { $0.int(0) }) != nil {
            at = at.advanced(by: 1)
        }
        return try enqueue(work, for: schedule, at: at, byHand: true)
    }

    private static let isFiredSQL: SQL = """
        SELECT 1 FROM schedule_fires WHERE schedule_id = :schedule_id AND fire_at = :fire_at
        """

    /// Records that nothing is enqueued at this time. Returns `false` when another process dealt with it.
    ///
    /// - Parameter skips: the time is left out on purpose; else what it asks for could not be enqueued.
    package func decline(_ fire: Fire, because reason: String, skips: Bool) throws -> Bool {
        try pass(fire) && record(fire, skips ? "skipped" : "failed", reason)
    }

    /// Records that the time and others after it, `times` in all, passed without anybody there to fire.
    package func miss(_ fire: Fire, times: Int, because reason: String) throws -> Bool {
        try pass(fire) && record(fire, "missed", reason, times: times)
    }

    private static let pauseFaultySQL: SQL = """
        UPDATE schedules
        SET paused_at = :now
        WHERE id = :id
        """

    /// Records that the schedule's times cannot be computed any more, and pauses it.
    package func pause(_ fire: Fire, because reason: String) throws -> Bool {
        guard try pass(fire), try record(fire, "failed", reason) else { return false }
        return try connection.execute(Self.pauseFaultySQL, now, fire.schedule.id) == 1
    }

    // MARK: Steps

    /// Moves the schedule on. Returns `false` when somebody else has.
    private func pass(_ fire: Fire) throws -> Bool {
        alertsRunners = true
        return try connection.execute(Self.passSQL, fire.next, fire.at, fire.schedule.id) == 1
    }

    private func record(_ fire: Fire, _ state: String, _ reason: String, times: Int = 1) throws -> Bool {
        // A time that was dealt with before, as when the clock was set back, stays as it was.
        try connection.execute(
            Self.insertFireSQL, fire.schedule.id, fire.at, state, false, times, nil as Int?, nil as Int?, false,
            reason, now) == 1
    }

    private func enqueue(
        _ work: Fire.Work, for schedule: StoredSchedule, at moment: Timestamp, byHand: Bool
    ) throws -> FireOutcome {
        if try connection.first(Self.isFiredSQL, schedule.id, moment, read: { $0.int(0) }) != nil { return .lost }
        let outcome: FireOutcome
        var job: JobID?
        var run: RunID?
        switch work {
        case .job(let spec):
            let id = try enqueue(spec)
            job = id
            outcome = .enqueued(id)
        case .run(let spec):
            let id = try start(spec).run
            run = id
            outcome = .started(id)
        }
        // Nobody asks what is unfinished where all may run.
        let isOpen = schedule.schedule.overlap != .all
        try connection.execute(
            Self.insertFireSQL, schedule.id, moment, "fired", byHand, 1, job, run, isOpen, nil as String?, now)
        return outcome
    }

    // MARK: What earlier times enqueued

    private enum Enqueued: CustomStringConvertible {
        case job(JobID)
        case run(RunID)

        var description: String {
            switch self {
            case .job(let id): "job \(id)"
            case .run(let id): "run \(id)"
            }
        }
    }

    static let openFiresSQL: SQL = """
        SELECT f.fire_at, f.job_id, f.run_id,
               coalesce(j.id IS NOT NULL AND j.finished_at IS NULL, 0)
               OR coalesce(r.id IS NOT NULL AND r.finished_at IS NULL, 0)
        FROM schedule_fires f INDEXED BY schedule_fires_open  -- all others only grow in number
        LEFT JOIN jobs j ON j.id = f.job_id
        LEFT JOIN runs r ON r.id = f.run_id
        WHERE f.schedule_id = :schedule_id AND f.is_open = 1
        ORDER BY f.fire_at
        """

    static let closeFireSQL: SQL = """
        UPDATE schedule_fires
        SET is_open = 0
        WHERE schedule_id = :schedule_id AND fire_at = :fire_at
        """

    /// What earlier times enqueued and has not ended. Notes what has.
    private func unfinishedFires(of schedule: Int) throws -> [Enqueued] {
        let open = try connection.all(Self.openFiresSQL, schedule) { row in
            (
                at: row.int(0), enqueued: row.optionalInt(1).map { Enqueued.job(JobID($0)) } ?? .run(RunID(row.int(2))),
                isUnfinished: row.bool(3)
            )
        }
        for fire in open where !fire.isUnfinished { try connection.execute(Self.closeFireSQL, schedule, fire.at) }
        return open.filter(\.isUnfinished).map(\.enqueued)
    }

    private func cancel(_ earlier: Enqueued) throws {
        switch earlier {
        case .job(let job): try cancel(job, because: "a later time of its schedule came")
        case .run(let run): try cancel(run)
        }
    }
}
