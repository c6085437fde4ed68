import Engine
import Glibc
import Jobs
import SQLite

/// Tells of a run's steps as they start and end, whoever executes them. On a terminal the running ones stand below with
/// their times; elsewhere there are plain lines.
final class RunProgress: RunnerObserver {
    /// Milliseconds between two looks at the steps: each reads all of the run's.
    private let interval: Int
    /// Between two lines about what is running, where there is no terminal.
    private static let plainInterval = 30_000

    private let run: RunID
    private let store: JobStore
    private let steps: Int
    private let watching: WatchLimits
    private let isTerminal = StandardError.isTerminal
    private let startedAt: Int
    private var lastSequence = 0
    private var lastLook = 0
    private var lastPlain: Int
    private var isDirty = true
    private var running: [JobID: (name: String, since: Int)] = [:]
    private var finished = 0
    private var drawn = 0

    init(run: RunID, store: JobStore, steps: Int, watching: WatchLimits = WatchLimits()) {
        self.run = run
        self.watching = watching
        self.store = store
        self.steps = steps
        startedAt = store.timekeeper.boottime()
        interval = max(100, steps / 50)
        lastPlain = startedAt
    }

    func started(_ claim: Claim) { isDirty = true }
    func ended(_ claim: Claim, _ outcome: Outcome, job: JobState) { isDirty = true }

    var nextLook: Int? {
        let end = watching.timeout.map { startedAt + $0 }
        if isDirty { return lastLook + interval }
        if running.isEmpty { return end }
        let next = isTerminal ? lastLook + 250 : lastPlain + Self.plainInterval
        return min(next, end ?? .max)
    }

    private static let finishedSQL: SQL = "SELECT finished_at FROM runs WHERE id = :id"

    func look() throws -> Bool {
        let now = store.timekeeper.boottime()
        let isOver =
            try store.database.connection.first(Self.finishedSQL, run, read: { !$0.isNull(0) }) ?? true
        guard isOver || now >= lastLook + interval else {
            isDirty = true
            return false
        }
        lastLook = now
        isDirty = false
        try takeUpChanges()
        if let timeout = watching.timeout, now >= startedAt + timeout { return true }
        if !watching.waitsForAll, finished > 0 { return true }
        if isTerminal {
            draw(now: now)
        } else if now >= lastPlain + Self.plainInterval, !running.isEmpty {
            lastPlain = now
            StandardError.print(plainLine(now: now))
        }
        return isOver
    }

    /// Takes the running steps off the terminal.
    func end() { erase() }

    // MARK: What changed

    private struct Change {
        let job: JobID
        let name: String
        let state: JobState
        let startedAt: Int?
        let duration: Int?
        let attempt: Int
        let error: String?
        let sequence: Int
    }

    private static let changesSQL: SQL = """
        SELECT id, key, state, started_at, finished_at - started_at, attempt, error, seq
        FROM jobs
        WHERE run_id = :run_id AND seq > :seq
        ORDER BY seq, id
        """

    private func takeUpChanges() throws {
        let changes = try store.database.connection.all(Self.changesSQL, run, lastSequence) { row in
            Change(
                job: JobID(row.int(0)), name: row.optionalText(1) ?? "\(row.int(0))",
                state: JobState(rawValue: row.text(2)) ?? .ready, startedAt: row.optionalInt(3),
                duration: row.optionalInt(4), attempt: row.int(5), error: row.optionalText(6), sequence: row.int(7))
        }
        for change in changes {
            lastSequence = max(lastSequence, change.sequence)
            if change.attempt > 0, change.state.isFinal || change.state == .running, running[change.job] == nil {
                say("\(change.name): START → Running")
                running[change.job] = (change.name, store.timekeeper.boottime())
            }
            if change.state == .running { continue }
            let wasRunning = running.removeValue(forKey: change.job) != nil
            if change.state.isFinal {
                finished += 1
                say(ending(of: change))
            } else if wasRunning, let error = change.error {
                say("\(change.name): \(error); attempt \(change.attempt + 1) follows")
            }
        }
    }

    private func ending(of change: Change) -> String {
        var line = "\(change.name): \(change.state.rawValue)"
        if change.attempt > 0, let duration = change.duration { line += " in \(TimeText.short(duration))" }
        if change.state != .succeeded, let error = change.error { line += ": \(error)" }
        return line
    }

    private func say(_ line: String) {
        erase()
        StandardError.print(line)
    }

    private func plainLine(now: Int) -> String {
        let times = running.values.sorted { $0.since < $1.since }.map {
            "\($0.name): \(TimeText.short(now - $0.since))"
        }
        return "t=\((now - startedAt) / 1_000)s  " + times.joined(separator: " | ")
    }

    // MARK: The terminal

    private func draw(now: Int) {
        erase()
        var lines = running.values.sorted { $0.since < $1.since }.prefix(20).map { step in
            "  \u{1B}[36m●\u{1B}[0m \(Terminal.visible(step.name))  \(TimeText.short(now - step.since))"
        }
        lines.append("  \(finished)/\(steps) done, \(TimeText.short(now - startedAt))")
        StandardError.write(lines.joined(separator: "\n") + "\n")
        drawn = lines.count
    }

    private func erase() {
        guard drawn > 0 else { return }
        StandardError.write("\u{1B}[\(drawn)A\u{1B}[J")
        drawn = 0
    }
}
