import Engine
import Jobs
import Terminals

/// The panes as tables.
struct MonitorPanes {
    let snapshot: MonitorSnapshot
    let now: Timestamp
    let isWide: Bool

    private typealias Column = MonitorTable.Column
    private typealias Cell = MonitorTable.Cell

    func count(of pane: MonitorState.Pane) -> Int {
        switch pane {
        case .queues: snapshot.queues.count
        case .runners: snapshot.runners.count
        case .running: snapshot.running.count
        case .failures: snapshot.failures.count
        }
    }

    func table(_ pane: MonitorState.Pane) -> MonitorTable {
        switch pane {
        case .queues: queues
        case .runners: runners
        case .running: running
        case .failures: failures
        }
    }

    /// With how many there are, also of those that do not fit.
    private func title(_ name: String, _ count: Int) -> String {
        count > 0 ? "\(name) (\(MonitorText.number(count)))" : name
    }

    private var queues: MonitorTable {
        let columns = [
            Column(title: ""), Column(title: "ready", width: 11, isRight: true),
            Column(title: "running", width: 7, isRight: true), Column(title: "scheduled", width: 9, isRight: true),
            Column(title: "blocked", width: 9, isRight: true), Column(title: "oldest", width: 9, isRight: true),
        ]
        return MonitorTable(
            title: title("1 Queues", snapshot.queues.count), columns: columns, rows: snapshot.queues.count,
            row: { queue($0) },
            empty: "no queues")
    }

    private func queue(_ index: Int) -> [Cell] {
        let queue = snapshot.queues[index]
        let oldest = queue.oldestReadyAt.map {
            (queue.isOldestExact ? "" : "≥") + MonitorText.age(now.rawValue - $0.rawValue)
        }
        let name = queue.isPaused ? "‖ \(queue.name) (paused)" : queue.name
        return [
            Cell(text: name, style: queue.isPaused ? Style(.yellow) : .plain),
            Cell(text: MonitorText.count(queue.ready)),
            Cell(text: MonitorText.number(queue.running), style: queue.running > 0 ? Style(.green) : .plain),
            Cell(text: MonitorText.count(queue.scheduled)), Cell(text: MonitorText.count(queue.blocked)),
            Cell(text: oldest ?? "–"),
        ]
    }

    private var runners: MonitorTable {
        let columns = [
            Column(title: "", width: 7), Column(title: "", width: 9), Column(title: "slots", width: 9, isRight: true),
            Column(title: "", width: 8), Column(title: "busy", width: 4, isRight: true),
            Column(title: "/min", width: 6, isRight: true), Column(title: "memory", width: 8, isRight: true),
            Column(title: "queues"), Column(title: "pid", width: 7, isRight: true),
        ]
        return MonitorTable(
            title: title("2 Runners", snapshot.runners.count), columns: columns, rows: snapshot.runners.count,
            row: { runner($0) },
            empty: "no runner lives; 'weir runner' starts one")
    }

    private func runner(_ index: Int) -> [Cell] {
        let line = snapshot.runners[index]
        let runner = line.entry.runner
        let share = runner.slots > 0 ? Double(runner.executing) / Double(runner.slots) : 0
        let state = line.entry.condition
        let style: Style =
            switch state {
            case .live: Style(.green)
            case .dead, .hung: Style(.red, bold: true)
            case .suspended, .draining: Style(.yellow)
            }
        let queues =
            switch runner.kind {
            case .run: "one run"
            default: runner.queues?.joined(separator: ",") ?? "all"
            }
        return [
            Cell(text: "\(runner.id)"), Cell(text: state.rawValue, style: style),
            Cell(text: "\(runner.executing)/\(runner.slots)" + (runner.ahead > 0 ? "+\(runner.ahead)" : "")),
            Cell(text: MonitorText.bar(share, width: 8), style: Style(.cyan)),
            Cell(text: line.utilisation.map(MonitorText.percent) ?? "–"),
            Cell(text: line.throughput.map(MonitorText.rate) ?? "–"),
            Cell(text: runner.memory.map(MonitorText.memory) ?? "–"), Cell(text: queues),
            Cell(text: "\(runner.pid)"),
        ]
    }

    private var running: MonitorTable {
        var columns = [
            Column(title: "", width: 9, isRight: true), Column(title: ""),
            Column(title: "elapsed", width: 8, isRight: true),
            Column(title: "progress", width: 13), Column(title: "runner", width: 6, isRight: true),
            Column(title: "queue", width: 12),
        ]
        if isWide { columns.append(Column(title: "says")) }
        return MonitorTable(
            title: title("3 Running", snapshot.active), columns: columns,
            rows: snapshot.running.count, row: { job($0) }, empty: "nothing runs")
    }

    private func job(_ index: Int) -> [Cell] {
        let job = snapshot.running[index]
        let progress = job.progress.map { value in
            let percent = "\(Int(value.rounded()))%"
            return MonitorText.bar(value / 100, width: 8) + String(repeating: " ", count: max(1, 5 - percent.count))
                + percent
        }
        let label = job.attempt > 1 ? "\(job.label) (attempt \(job.attempt))" : job.label
        var cells = [
            Cell(text: "\(job.id)", style: Style(dim: true)), Cell(text: label),
            Cell(text: MonitorText.age(now.rawValue - job.startedAt.rawValue)),
            Cell(text: progress ?? "", style: Style(.cyan)), Cell(text: "\(job.runner)", style: Style(dim: true)),
            Cell(text: job.queue),
        ]
        if job.isStopping { cells[3] = Cell(text: "stopping", style: Style(.yellow)) }
        if job.isReclaiming { cells[3] = Cell(text: "lost", style: Style(.red)) }
        if isWide { cells.append(Cell(text: job.message ?? "", style: Style(dim: true))) }
        return cells
    }

    private var failures: MonitorTable {
        let columns = [
            Column(title: "", width: 9, isRight: true), Column(title: ""), Column(title: "error"),
            Column(title: "ago", width: 8, isRight: true), Column(title: "tries", width: 5, isRight: true),
            Column(title: "took", width: 8, isRight: true),
        ]
        return MonitorTable(
            title: title("4 Failed lately", snapshot.failures.count), columns: columns, rows: snapshot.failures.count,
            row: { failure($0) },
            empty: "none")
    }

    private func failure(_ index: Int) -> [Cell] {
        let job = snapshot.failures[index]
        return [
            Cell(text: "\(job.id)", style: Style(dim: true)), Cell(text: job.label),
            Cell(text: job.error ?? job.exitCode.map { "exit code \($0)" } ?? "", style: Style(.red)),
            Cell(text: MonitorText.age(now.rawValue - job.finishedAt.rawValue)), Cell(text: "\(job.attempts)"),
            Cell(text: job.duration.map(TimeText.short) ?? "–"),
        ]
    }
}
