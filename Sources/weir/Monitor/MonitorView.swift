import Engine
import Jobs
import Terminals

/// Draws the monitor.
struct MonitorView {
    let snapshot: MonitorSnapshot
    let state: MonitorState
    /// The database's path.
    let path: String
    /// The time at which it is drawn, for what goes on between two looks.
    let now: Timestamp

    static let leastColumns = 40
    static let leastRows = 10
    /// From here on panes stand side by side.
    private static let wide = 150

    /// - Parameter log: what the log shows, when it is open.
    /// - Returns: the rows that the pane with the focus has, for paging.
    func draw(into grid: inout Grid, log: MonitorLog?) -> Int {
        guard grid.columns >= Self.leastColumns, grid.rows >= Self.leastRows else {
            let text = "weir monitor needs \(Self.leastColumns)×\(Self.leastRows)"
            grid.write(text, row: 0, column: 0, fitting: grid.columns)
            grid.write("here are \(grid.columns)×\(grid.rows)", row: 1, column: 0, fitting: grid.columns)
            return 1
        }
        drawTitle(into: &grid)
        if let log, state.overlay == .log {
            log.draw(into: &grid, top: 1, height: grid.rows - 2, state: state)
            drawFooter(into: &grid)
            return grid.rows - 3
        }
        let top = drawFigures(into: &grid)
        let page = drawPanes(into: &grid, top: top, bottom: grid.rows - 1)
        if state.overlay == .help { MonitorHelp.draw(into: &grid) }
        drawFooter(into: &grid)
        return page
    }

    private func drawTitle(into grid: inout Grid) {
        let style = Style(reversed: true)
        grid.fill(row: 0, from: 0, count: grid.columns, style: style)
        let clock = MonitorClock.time(of: now) + " "
        grid.write(" weir monitor  \(path)", row: 0, column: 0, fitting: grid.columns - clock.count - 1, style: style)
        grid.write(clock, row: 0, column: grid.columns - clock.count, style: style)
    }

    private func drawFooter(into grid: inout Grid) {
        let row = grid.rows - 1
        if case .confirm(let job, let label) = state.overlay {
            let text = "cancel job \(job) (\(VisibleText.fitted(label, to: max(8, grid.columns - 36))))? y/n"
            return grid.write(text, row: row, column: 0, fitting: grid.columns, style: Style(.yellow, bold: true))
        }
        if let message = state.message {
            return grid.write(message, row: row, column: 0, fitting: grid.columns, style: Style(bold: true))
        }
        let keys =
            switch (state.overlay, state.pane) {
            case (.log, _): "↑↓ scroll  End follow  ←→ sideways  Esc back"
            case (.help, _): "any key goes back"
            case (_, .queues): "Tab pane  ↑↓ move  p pause/resume  ? help  q quit"
            case (_, .runners): "Tab pane  ↑↓ move  ? help  q quit"
            case (_, .running): "Tab pane  ↑↓ move  Enter log  c cancel  ? help  q quit"
            case (_, .failures): "Tab pane  ↑↓ move  Enter log  r retry  ? help  q quit"
            }
        grid.write(keys, row: row, column: 0, fitting: grid.columns, style: Style(dim: true))
    }

    // MARK: Figures

    /// Draws the figures and returns the row after them.
    private func drawFigures(into grid: inout Grid) -> Int {
        var row = 1
        for line in figureLines(width: grid.columns) {
            var column = 0
            for figure in line {
                // A figure that does not fit with its name is left out: half of a number is another number.
                let width = figure.reduce(0) { $0 + CharacterWidth.columns(of: $1.text) }
                guard column + width <= grid.columns else { break }
                for part in figure { column += grid.write(part.text, row: row, column: column, style: part.style) }
                column += Self.gap
            }
            row += 1
        }
        // The row is kept for it, so that nothing moves when it comes and goes.
        if let advice = snapshot.advice {
            grid.write(advice, row: row, column: 0, fitting: grid.columns, style: Style(.yellow))
        }
        return row + 1
    }

    /// A name and its value.
    private typealias Figure = [MonitorTable.Cell]
    private typealias Part = MonitorTable.Cell
    /// Columns between two figures.
    private static let gap = 2

    private func figureLines(width: Int) -> [[Figure]] {
        [nowLine, speedLine(width: width), endedLine]
    }

    private func figure(_ name: String, _ text: String, _ style: Style = Style(bold: true)) -> [Figure] {
        [[Part(text: "\(name) ", style: Style(dim: true)), Part(text: text, style: style)]]
    }

    private var nowLine: [Figure] {
        let ahead = snapshot.ahead > 0 ? " (+\(MonitorText.number(snapshot.ahead)) claimed)" : ""
        return figure("running", MonitorText.number(snapshot.active) + ahead, Style(.green, bold: true))
            + figure("ready", MonitorText.count(snapshot.ready))
            + figure("scheduled", MonitorText.count(snapshot.scheduled))
            + figure("blocked", MonitorText.count(snapshot.blocked))
            + figure("runs", MonitorText.count(snapshot.openRuns))
            + figure("slots", MonitorText.number(snapshot.liveSlots))
    }

    private func speedLine(width: Int) -> [Figure] {
        var line = figure(
            "per minute", snapshot.throughput.map(MonitorText.rate) ?? "–", Style(.cyan, bold: true))
        let spark = MonitorText.sparkline(snapshot.minutes, width: width >= 110 ? 60 : 15)
        line.append([Part(text: spark, style: Style(.cyan))])
        line += figure("busy", snapshot.utilisation.map(MonitorText.percent) ?? "–")
        line += figure("average", snapshot.average.map(TimeText.short) ?? "–")
        line += figure("p95", snapshot.p95.map(TimeText.short) ?? "–")
        return line
    }

    private var endedLine: [Figure] {
        let (hour, week) = (snapshot.lastHour, snapshot.lastWeek)
        return figure("last hour: done", MonitorText.number(hour.succeeded))
            + figure("failed", MonitorText.number(hour.failed), failureStyle(hour.failed))
            + figure("retried", MonitorText.number(hour.retried))
            + figure("last 7 days: done", MonitorText.number(week.succeeded))
            + figure("failed", MonitorText.number(week.failed), failureStyle(week.failed))
    }

    private func failureStyle(_ count: Int) -> Style { count > 0 ? Style(.red, bold: true) : Style(bold: true) }

    // MARK: Panes

    /// Returns the rows of the pane that has the focus.
    private func drawPanes(into grid: inout Grid, top: Int, bottom: Int) -> Int {
        let tables = MonitorPanes(snapshot: snapshot, now: now, isWide: grid.columns >= Self.wide)
        let columns: [(left: Int, width: Int, panes: [MonitorState.Pane])]
        if grid.columns >= Self.wide {
            let left = grid.columns * 2 / 5
            columns = [
                (0, left - 1, [.queues, .runners]), (left + 1, grid.columns - left - 1, [.running, .failures]),
            ]
        } else {
            columns = [(0, grid.columns, MonitorState.Pane.allCases)]
        }
        var page = 1
        for column in columns {
            let wanted = column.panes.map { max(1, tables.count(of: $0)) + 1 }
            let favoured = column.panes.firstIndex(of: state.pane)
            let heights = Self.share(bottom - top, among: wanted, favoured: favoured)
            var row = top
            for (pane, height) in zip(column.panes, heights) {
                let rows = tables.table(pane).draw(
                    into: &grid, row: row, column: column.left, width: column.width, height: height,
                    selected: state.selected(in: pane), isFocused: pane == state.pane && state.overlay != .log)
                if pane == state.pane { page = rows }
                row += height
            }
        }
        return page
    }

    /// Gives each what it wants, as far as there is room: first the least that shows something, then in turns, the one
    /// with the focus twice as fast.
    static func share(_ room: Int, among wanted: [Int], favoured: Int?) -> [Int] {
        var heights = wanted.map { _ in 0 }
        var left = room
        for least in [1, 2] {
            for index in wanted.indices where left > 0 && heights[index] < least && wanted[index] >= least {
                heights[index] += 1
                left -= 1
            }
        }
        while left > 0 {
            var isUseless = true
            for index in wanted.indices {
                for _ in 0..<(index == favoured ? 2 : 1) where left > 0 && heights[index] < wanted[index] {
                    heights[index] += 1
                    left -= 1
                    isUseless = false
                }
            }
            if isUseless { break }
        }
        // A gap looks better below the last than between panes.
        if left > 0, let last = heights.indices.last { heights[last] += left }
        return heights
    }
}
