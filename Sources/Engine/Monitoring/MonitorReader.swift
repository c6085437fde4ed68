package import Jobs

/// Reads what the monitor shows. Each look is a short snapshot of its own, and costs the same however many jobs the
/// database has had.
package struct MonitorReader {
    private let store: JobStore
    /// Whether what is older than an hour counts as well.
    private let sumsWeek: Bool
    /// Running jobs and failures that are read at the most.
    private static let listed = 500
    private static let hour = 60
    /// Minutes that averages are of.
    private static let recent = 10
    /// What is older than an hour does not change: its sum, and the minute before which it was summed.
    private var older: (end: Int, totals: JobTransaction.MinuteTotals)?

    /// - Parameter sumsWeek: fills `lastWeek`, which the first look pays for.
    package init(store: JobStore, sumsWeek: Bool = true) {
        self.store = store
        self.sumsWeek = sumsWeek
    }

    package mutating func read() throws -> MonitorSnapshot {
        var snapshot = MonitorSnapshot()
        let survey = try RunnerSurvey(of: store)
        let now = store.timekeeper.now()
        snapshot.takenAt = now
        let olderTotals = try totalsBeforeLastHour(now)
        try store.look { transaction in
            snapshot.queues = try transaction.queueOverviews()
            snapshot.running = Self.begun(try transaction.runningJobs(limit: Self.listed), survey)
            snapshot.failures = try transaction.recentFailures(limit: Self.listed)
            snapshot.openRuns = try transaction.openRuns()
            try readMinutes(transaction, into: &snapshot)
            try readRunners(transaction, survey, into: &snapshot)
        }
        snapshot.lastWeek = olderTotals
        snapshot.lastWeek += snapshot.lastHour
        return snapshot
    }

    /// Without what was claimed ahead: a runner takes what it claimed first for its slots.
    private static func begun(_ jobs: [RunningJob], _ survey: RunnerSurvey) -> [RunningJob] {
        var free: [RunnerID: Int] = [:]
        for entry in survey.entries where entry.runner.ahead > 0 { free[entry.runner.id] = entry.runner.slots }
        guard !free.isEmpty else { return jobs }
        let begun = jobs.sorted { ($0.startedAt, $0.id) < ($1.startedAt, $1.id) }.filter { job in
            guard let left = free[job.runner] else { return true }
            free[job.runner] = left - 1
            return left > 0
        }
        let ids = Set(begun.map(\.id))
        return jobs.filter { ids.contains($0.id) }
    }

    private mutating func totalsBeforeLastHour(_ now: Timestamp) throws -> JobTransaction.MinuteTotals {
        guard sumsWeek else { return JobTransaction.MinuteTotals() }
        let end = now.minute - Self.hour + 1
        if let older, older.end == end { return older.totals }
        let totals = try store.look { try $0.totals(from: now.minute - JobTransaction.minutesKept, before: end) }
        older = (end, totals)
        return totals
    }

    private func readMinutes(_ transaction: JobTransaction, into snapshot: inout MonitorSnapshot) throws {
        let minute = snapshot.takenAt.minute
        let first = minute - Self.hour + 1
        let byMinute = try transaction.totalsByMinute(from: first)
        snapshot.minutes = (first...minute).map { byMinute[$0]?.succeeded ?? 0 }
        for totals in byMinute.values { snapshot.lastHour += totals }
        var recent = JobTransaction.MinuteTotals()
        for number in (minute - Self.recent + 1)...minute {
            recent += byMinute[number] ?? JobTransaction.MinuteTotals()
        }
        if recent.attempts > 0 { snapshot.average = recent.run / recent.attempts }
        let durations = try transaction.runLengths(from: minute - Self.recent + 1, before: .max)
        snapshot.p95 = durations.quantile(0.95)
        snapshot.advice = Self.advice(recent)
    }

    private func readRunners(
        _ transaction: JobTransaction, _ survey: RunnerSurvey, into snapshot: inout MonitorSnapshot
    ) throws {
        let now = snapshot.takenAt
        // Of the minute before, the part that the last sixty seconds have of it.
        let share = 1 - Double(now.rawValue % 60_000) / 60_000
        var done: [RunnerID: Double] = [:]
        var busy: [RunnerID: Double] = [:]
        var written: [RunnerID: Int] = [:]
        for row in try transaction.minutesOfRunners(from: now.minute - 1) {
            let weight = row.minute == now.minute ? 1 : row.minute == now.minute - 1 ? share : 0
            done[row.runner, default: 0] += Double(row.succeeded) * weight
            busy[row.runner, default: 0] += Double(row.busy) * weight
            written[row.runner] = max(written[row.runner] ?? 0, row.writtenAt.rawValue)
        }
        var (busyTime, slotTime) = (0.0, 0.0)
        for entry in survey.entries {
            let runner = entry.runner
            // One that works writes a few seconds late: what it has not told of yet counts neither way.
            let untold = runner.running > 0 ? written[runner.id].map { max(0, now.rawValue - $0) } ?? 0 : 0
            let lived = min(60_000, now.rawValue - runner.startedAt.rawValue) - untold
            let slots = Double(max(1, lived) * runner.slots)
            let taken = min(slots, busy[runner.id] ?? 0)
            if entry.condition == .live, runner.isCounting {
                (busyTime, slotTime) = (busyTime + taken, slotTime + slots)
            }
            snapshot.runners.append(
                MonitorSnapshot.RunnerLine(
                    entry: entry, throughput: runner.isCounting ? done[runner.id] ?? 0 : nil,
                    utilisation: runner.isCounting ? (slots > 0 ? taken / slots : 0) : nil))
        }
        let isUnknown = snapshot.runners.contains { $0.entry.condition == .live } && slotTime == 0
        snapshot.throughput = isUnknown ? nil : done.values.reduce(0, +)
        if let silent = snapshot.silent.first {
            snapshot.advice = "runner \(silent) counts nothing, as monitoring is off: its jobs are not in the figures"
        }
        if slotTime > 0 { snapshot.utilisation = busyTime / slotTime }
    }

    private static func advice(_ recent: JobTransaction.MinuteTotals) -> String? {
        guard recent.attempts >= 20, recent.shortScripts * 2 > recent.attempts else { return nil }
        let percent = recent.shortScripts * 100 / recent.attempts
        return
            "\(percent)% are scripts of under a second: a worker spares the starts (docs/workers.md)"
    }
}
