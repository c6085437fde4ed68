import Terminals

/// What the keys do, in a box over the panes.
enum MonitorHelp {
    private static let lines = [
        ("Tab, ← →, 1–4", "another pane"),
        ("↑ ↓, j k", "move"),
        ("PgUp PgDn, g G", "a page; to the ends"),
        ("Enter, l", "the job's log, as it grows"),
        ("c", "cancel the job"),
        ("r", "retry the failed job"),
        ("p", "pause or resume the queue"),
        ("Ctrl-Z", "suspend"),
        ("q, Ctrl-C", "quit"),
    ]

    static func draw(into grid: inout Grid) {
        let width = min(grid.columns - 2, 52)
        let height = min(grid.rows - 2, lines.count + 2)
        let (top, left) = ((grid.rows - height) / 2, (grid.columns - width) / 2)
        let edge = String(repeating: "─", count: width - 2)
        for row in 0..<height { grid.fill(row: top + row, from: left, count: width, style: .plain) }
        grid.write("┌\(edge)┐", row: top, column: left)
        grid.write(" Keys ", row: top, column: left + 2, style: Style(bold: true))
        for (index, line) in lines.prefix(height - 2).enumerated() {
            let row = top + 1 + index
            grid.write("│", row: row, column: left)
            grid.write(line.0, row: row, column: left + 2, fitting: 16, style: Style(bold: true))
            grid.write(line.1, row: row, column: left + 19, fitting: max(1, width - 21))
            grid.write("│", row: row, column: left + width - 1)
        }
        grid.write("└\(edge)┘", row: top + height - 1, column: left)
    }
}
