package import Jobs
package import Logging
import SQLite
package import Schedules

/// Enqueues what schedules ask for when their times come. Any number of runners do this at once: a time belongs to
/// whoever moves the schedule on from it, in the transaction that enqueues.
///
/// That is a transaction of its own and no part of a runner's turn, so that what the store refuses undoes nothing else.
package struct Scheduler {
    private let store: JobStore
    private let log: Logger

    /// How long one call goes on, in milliseconds, and with how many times it deals; more are due again at once. A
    /// runner has leases to renew meanwhile.
    private static let patience = 500
    private static let batch = 100
    /// What no window is shorter than, in milliseconds: runners may be a little late themselves.
    private static let tolerance = 60_000
    /// Missed times that are counted; more are not told apart.
    package static let countLimit = 10_000

    package init(store: JobStore, log: Logger) {
        self.store = store
        self.log = log
    }

    /// When the next schedule is due; `nil`: none is.
    package func nextFire() throws -> Timestamp? { try store.look { try $0.nextFire() } }

    /// Deals with the times that have come, the earliest first.
    package func fireDue() throws {
        let deadline = store.timekeeper.boottime() + Self.patience
        for _ in 0..<Self.batch where store.timekeeper.boottime() <= deadline {
            guard let due = try store.look({ try $0.dueSchedules(limit: 1) }).first, let at = due.nextAt else { return }
            try deal(with: due, at: at)
        }
    }

    private func deal(with due: StoredSchedule, at: Timestamp) throws {
        let schedule = due.schedule
        let times: FireTimes
        do {
            times = try schedule.fireTimes()
        } catch {
            let fire = JobTransaction.Fire(due, at: at, next: nil)
            if try write({ try $0.pause(fire, because: "\(error)") }) {
                log.error("schedule '\(schedule.name)' is paused: \(error)")
            }
            return
        }
        let now = store.timekeeper.now()
        let window = max(schedule.catchUp, Self.tolerance)
        let oldest = now.rawValue - window
        if at.rawValue < oldest { return try miss(due, at: at, times: times, oldest: oldest, window: window) }
        let fire = JobTransaction.Fire(due, at: at, next: times.next(after: at))
        if schedule.overlap == .latest, let next = fire.next, next <= now {
            _ = try write { try $0.decline(fire, because: "a later time had come as well", skips: true) }
            return
        }
        do {
            let work = try prepare(schedule)
            let outcome = try write { try $0.fire(fire, work) }
            log.debug("schedule '\(schedule.name)' at \(times.zone.text(of: at.rawValue)): \(outcome)")
        } catch let error as SQLiteError where !error.isConstraint {
            throw error
        } catch JobStoreError.schemaChanged(let found, let known) {
            throw JobStoreError.schemaChanged(found: found, known: known)
        } catch {
            // What is wrong now may be mended by its next time.
            if try write({ try $0.decline(fire, because: "\(error)", skips: false) }) {
                log.error("schedule '\(schedule.name)' could not fire: \(error)")
            }
        }
    }

    /// Leaves out what is too old to be made up for, as one row.
    private func miss(_ due: StoredSchedule, at: Timestamp, times: FireTimes, oldest: Int, window: Int) throws {
        var count = 1
        var last = at
        while count < Self.countLimit, let next = times.next(after: last), next.rawValue < oldest {
            last = next
            count += 1
        }
        let fire = JobTransaction.Fire(due, at: at, next: times.next(after: Timestamp(oldest - 1)))
        let reason = "no runner was there within \(window / 60_000) min"
        if try write({ try $0.miss(fire, times: count, because: reason) }) {
            log.warning("schedule '\(due.schedule.name)' missed \(count) times: \(reason)")
        }
    }

    private func prepare(_ schedule: Schedule) throws -> JobTransaction.Fire.Work {
        switch schedule.work {
        case .job(let spec): .job(spec)
        case .workflow(let workflow): .run(try ScheduledRun(database: store.path).prepare(workflow))
        }
    }

    private func write<Result>(_ body: (JobTransaction) throws -> Result) throws -> Result {
        try store.write { transaction in
            try transaction.requireKnownSchema()
            return try body(transaction)
        }
    }

    // MARK: What people ask for

    /// Stores a schedule, with its first time.
    ///
    /// - Throws: `CronError`, `ZoneError`, `JobStoreError`; the last also for one that never fires in its zone.
    package func add(_ schedule: Schedule, replaces: Bool = false) throws {
        try add([schedule], replaces: replaces)
    }

    /// Stores schedules, all or none.
    package func add(_ schedules: [Schedule], replaces: Bool = false) throws {
        try store.write { transaction in
            for schedule in schedules {
                guard let next = try schedule.fireTimes().next(after: transaction.now) else {
                    throw JobStoreError.invalid(
                        "cron '\(schedule.cron)' never fires in \(schedule.zone): its clock always leaves that time out"
                    )
                }
                try transaction.add(schedule, next: next, replaces: replaces)
            }
        }
    }

    /// Lets a paused schedule go on with its next time from now. Returns `false` when it was not paused.
    package func resume(_ name: String) throws -> Bool {
        try store.write { transaction in
            let times = try transaction.schedule(named: name).schedule.fireTimes()
            return try transaction.resumeSchedule(name, next: times.next(after: transaction.now))
        }
    }

    /// Enqueues what the schedule asks for now.
    package func fireNow(_ name: String) throws -> FireOutcome {
        let stored = try store.look { try $0.schedule(named: name) }
        let work = try prepare(stored.schedule)
        return try store.write { try $0.fireByHand(stored, work) }
    }
}

extension Schedule {
    /// - Throws: `CronError`, `ZoneError`.
    package func fireTimes() throws -> FireTimes { FireTimes(try CronExpression(cron), in: try TimeZone.named(zone)) }
}

extension FireTimes {
    package func next(after moment: Timestamp) -> Timestamp? { next(after: moment.rawValue).map { Timestamp($0) } }
}
