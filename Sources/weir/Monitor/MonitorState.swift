import Engine
import Jobs
import Terminals

/// What the monitor's user does with it: keys go in, wishes come out. Draws and reads nothing.
struct MonitorState {
    enum Pane: Int, CaseIterable { case queues, runners, running, failures }

    /// What is to be done outside.
    enum Wish: Equatable {
        case quit, suspend
        case openLog(JobID), closeLog
        case cancel(JobID), retry(JobID)
        case setPaused(Bool, queue: String)
    }

    /// What stands over the panes.
    enum Overlay: Equatable {
        case help
        case log
        /// Asks whether the job is to be cancelled.
        case confirm(JobID, label: String)
    }

    var pane = Pane.running
    var overlay: Overlay?
    /// What became of the last wish, until the next key.
    var message: String?
    /// By pane: what is selected, by position; clamped to what is there.
    private(set) var selection: [Pane: Int] = [:]
    /// What is selected, by id, so that it stays selected while rows come and go.
    private var anchors: [Pane: String] = [:]
    /// Rows that a page has, as they were drawn.
    var pageRows = 10
    /// Of the log: rows above its end, columns to the right. 0 rows: it follows.
    var logOffset = 0
    var logColumn = 0

    /// Ids of the rows of each pane.
    static func ids(of snapshot: MonitorSnapshot, in pane: Pane) -> [String] {
        switch pane {
        case .queues: snapshot.queues.map(\.name)
        case .runners: snapshot.runners.map { "\($0.entry.runner.id)" }
        case .running: snapshot.running.map { "\($0.id)" }
        case .failures: snapshot.failures.map { "\($0.id)" }
        }
    }

    /// New rows were read: what was selected stays so where it still is.
    mutating func follow(_ snapshot: MonitorSnapshot) {
        for pane in Pane.allCases {
            let ids = Self.ids(of: snapshot, in: pane)
            if let anchor = anchors[pane], let position = ids.firstIndex(of: anchor) {
                selection[pane] = position
            } else {
                selection[pane] = max(0, min(selection[pane] ?? 0, ids.count - 1))
                // The first row is the top of the list, whatever stands there.
                if anchors[pane] != nil { anchors[pane] = ids.isEmpty ? nil : ids[selection[pane] ?? 0] }
            }
        }
    }

    mutating func press(_ key: Key, _ snapshot: MonitorSnapshot) -> Wish? {
        message = nil
        switch key {
        case .control("c"): return .quit
        case .control("z"): return .suspend
        default: break
        }
        switch overlay {
        case .confirm(let job, _): return answer(key, job)
        case .help:
            overlay = nil
            return nil
        case .log: return pressInLog(key)
        case nil: return pressInPanes(key, snapshot)
        }
    }

    private mutating func answer(_ key: Key, _ job: JobID) -> Wish? {
        overlay = nil
        switch key {
        case .character("y"), .character("Y"): return .cancel(job)
        default:
            message = "not cancelled"
            return nil
        }
    }

    private mutating func pressInLog(_ key: Key) -> Wish? {
        switch key {
        case .escape, .character("q"), .character("l"), .backspace:
            overlay = nil
            return .closeLog
        case .up, .character("k"): logOffset += 1
        case .down, .character("j"): logOffset = max(0, logOffset - 1)
        case .pageUp: logOffset += max(1, pageRows - 1)
        case .pageDown, .character(" "): logOffset = max(0, logOffset - max(1, pageRows - 1))
        case .home, .character("g"): logOffset = .max / 2
        case .end, .character("G"), .character("f"): logOffset = 0
        case .left: logColumn = max(0, logColumn - 20)
        case .right: logColumn += 20
        default: break
        }
        return nil
    }

    private mutating func pressInPanes(_ key: Key, _ snapshot: MonitorSnapshot) -> Wish? {
        switch key {
        case .character("q"): return .quit
        case .character("?"), .character("h"): overlay = .help
        case .tab, .right: turn(1)
        case .backTab, .left: turn(-1)
        case .up, .character("k"): move(-1, snapshot)
        case .down, .character("j"): move(1, snapshot)
        case .pageUp: move(-max(1, pageRows - 1), snapshot)
        case .pageDown, .character(" "): move(max(1, pageRows - 1), snapshot)
        case .home, .character("g"): move(-(1 << 30), snapshot)
        case .end, .character("G"): move(1 << 30, snapshot)
        case .enter, .character("l"): return openLog(snapshot)
        case .character("c"): askToCancel(snapshot)
        case .character("r"): return retry(snapshot)
        case .character("p"): return togglePause(snapshot)
        case .character(let digit): if let number = digit.wholeNumberValue { choose(number) }
        default: break
        }
        return nil
    }

    private mutating func turn(_ steps: Int) {
        let count = Pane.allCases.count
        pane = Pane(rawValue: (pane.rawValue + steps + count) % count) ?? .running
    }

    private mutating func choose(_ number: Int) { if let chosen = Pane(rawValue: number - 1) { pane = chosen } }

    private mutating func move(_ steps: Int, _ snapshot: MonitorSnapshot) {
        let ids = Self.ids(of: snapshot, in: pane)
        guard !ids.isEmpty else { return }
        let position = max(0, min((selection[pane] ?? 0) + steps, ids.count - 1))
        selection[pane] = position
        anchors[pane] = position == 0 ? nil : ids[position]
    }

    func selected(in pane: Pane) -> Int { selection[pane] ?? 0 }

    // MARK: Wishes

    /// The job that is selected, with what it is called.
    private func job(_ snapshot: MonitorSnapshot) -> (id: JobID, label: String)? {
        let position = selected(in: pane)
        switch pane {
        case .running where snapshot.running.indices.contains(position):
            return (snapshot.running[position].id, snapshot.running[position].label)
        case .failures where snapshot.failures.indices.contains(position):
            return (snapshot.failures[position].id, snapshot.failures[position].label)
        default: return nil
        }
    }

    private mutating func openLog(_ snapshot: MonitorSnapshot) -> Wish? {
        guard let job = job(snapshot) else {
            message = "select a job: Tab changes the pane"
            return nil
        }
        overlay = .log
        (logOffset, logColumn) = (0, 0)
        return .openLog(job.id)
    }

    private mutating func askToCancel(_ snapshot: MonitorSnapshot) {
        guard pane == .running, let job = job(snapshot) else {
            message = "select a running job to cancel: Tab changes the pane"
            return
        }
        overlay = .confirm(job.id, label: job.label)
    }

    private mutating func retry(_ snapshot: MonitorSnapshot) -> Wish? {
        guard pane == .failures, let job = job(snapshot) else {
            message = "select a failed job to retry: Tab changes the pane"
            return nil
        }
        return .retry(job.id)
    }

    private mutating func togglePause(_ snapshot: MonitorSnapshot) -> Wish? {
        let position = selected(in: .queues)
        guard pane == .queues, snapshot.queues.indices.contains(position) else {
            message = "select a queue to pause or resume: Tab changes the pane"
            return nil
        }
        let queue = snapshot.queues[position]
        return .setPaused(!queue.isPaused, queue: queue.name)
    }
}
