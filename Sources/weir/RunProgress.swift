import Engine
import Glibc
import Jobs
import SQLite

/// Tells of a run's steps as they start and end, whoever executes them. On a terminal the running ones stand below with
/// their times; elsewhere there are plain lines.
final class RunProgress: RunnerObserver {
    /// Milliseconds between two looks at the steps: each reads all of the run's.
    private let interval: Int
    private let plainInterval: Int

    private let run: RunID
    private let store: JobStore
    private let steps: Int
    private let watching: WatchLimits
    private let isTerminal = StandardError.isTerminal
    private let startedAt: Int
    private var watched: [RunWatch]
    private var lastLook = 0
    private var lastPlain: Int
    private var isDirty = true
    private var running: [JobID: Running] = [:]
    /// Late steps that were seen running for the first time at the last look.
    private var undecided: [JobID: RunWatch.Change] = [:]
    /// Jobs of which it was said that they wait for somebody.
    private var awaiting: Set<JobID> = []
    private var finished = 0
    private var drawn = 0

    private struct Running {
        let job: JobID
        let label: String
        let shortLabel: String
        let since: Int
        var progress: Double?
        var message: String?

        init(_ change: RunWatch.Change, since: Int) {
            job = change.job
            label = change.label
            shortLabel = change.shortLabel
            self.since = since
        }
    }

    /// - Parameter plainInterval: milliseconds between two lines about what is running, where there is no terminal.
    init(run: RunID, store: JobStore, steps: Int, watching: WatchLimits = WatchLimits(), plainInterval: Int = 30_000) {
        self.run = run
        self.watching = watching
        self.store = store
        self.steps = steps
        self.plainInterval = plainInterval
        watched = [RunWatch(run: run)]
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
        let next = isTerminal ? lastLook + 250 : lastPlain + plainInterval
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
        } else if now >= lastPlain + plainInterval, !running.isEmpty {
            lastPlain = now
            StandardError.print(plainLine(now: now))
        }
        return isOver
    }

    /// Takes the running steps off the terminal.
    func end() { erase() }

    // MARK: What changed

    private func takeUpChanges() throws {
        let decided = undecided
        var position = 0
        // Runs within the run are watched once their step is seen to wait for them.
        while position < watched.count {
            for change in try watched[position].takeChanges(from: store.database.connection) { tell(change) }
            if let part = try watched[position].takePart(from: store.database.connection) {
                if !watched.contains(where: { $0.run == part.run }) { watched.append(part) }
            } else {
                position += 1
            }
        }
        for change in decided.values.sorted(by: { $0.job < $1.job }) where undecided[change.job] != nil {
            undecided[change.job] = nil
            start(change)
        }
    }

    private func start(_ change: RunWatch.Change) {
        say("\(change.label): START → Running")
        running[change.job] = Running(change, since: store.timekeeper.boottime())
    }

    private func tell(_ change: RunWatch.Change) {
        undecided[change.job] = nil
        if change.attempt > 0, change.state.isFinal || change.state == .running, running[change.job] == nil,
            change.kind.isWork
        {
            // It may turn out to be skipped, or to be many; a moment later that is known.
            if change.state == .running, change.isLate {
                undecided[change.job] = change
                isDirty = true
                return
            }
            start(change)
        }
        if change.state == .running {
            running[change.job]?.progress = change.progress
            running[change.job]?.message = change.message
            return
        }
        let wasRunning = running.removeValue(forKey: change.job) != nil
        if change.state.isFinal {
            finished += 1
            say(ending(of: change))
        } else if change.awaitsSignal {
            if awaiting.insert(change.job).inserted {
                say("\(change.label): waits for somebody; 'weir approve \(change.job)' decides")
            }
        } else if wasRunning, let error = change.error {
            say("\(change.label): \(error); attempt \(change.attempt + 1) follows")
        }
    }

    private func ending(of change: RunWatch.Change) -> String {
        var line = "\(change.label): \(change.state.rawValue)"
        if change.attempt > 0, let duration = change.duration { line += " in \(TimeText.short(duration))" }
        if change.state != .succeeded, let error = change.error { line += ": \(error)" }
        return line
    }

    private func say(_ line: String) {
        erase()
        StandardError.print(line)
    }

    /// `t=30s  Task 4: 35% | Task 5: 12.0 s`: how far it is, else how long it takes.
    private func plainLine(now: Int) -> String {
        let shares = running.values.sorted { ($0.since, $0.job) < ($1.since, $1.job) }.map { step in
            "\(step.shortLabel): \(step.progress.map { "\(Int($0))%" } ?? TimeText.short(now - step.since))"
        }
        return "t=\((now - startedAt) / 1_000)s  " + shares.joined(separator: " | ")
    }

    // MARK: The terminal

    private func draw(now: Int) {
        erase()
        var lines = running.values.sorted { ($0.since, $0.job) < ($1.since, $1.job) }.prefix(20).map { step in
            var line = "  \u{1B}[36m●\u{1B}[0m \(Terminal.visible(step.label))  \(TimeText.short(now - step.since))"
            if let progress = step.progress { line += "  \(Int(progress))%" }
            if let message = step.message { line += "  \(Terminal.visible(message))" }
            return line
        }
        lines.append(
            "  \(finished)/\(max(steps, watched.reduce(0) { $0 + $1.jobs })) done, \(TimeText.short(now - startedAt))")
        StandardError.write(lines.joined(separator: "\n") + "\n")
        drawn = lines.count
    }

    private func erase() {
        guard drawn > 0 else { return }
        StandardError.write("\u{1B}[\(drawn)A\u{1B}[J")
        drawn = 0
    }
}
