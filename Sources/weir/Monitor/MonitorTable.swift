import Terminals

/// A pane of the monitor: a title, the names of its columns, and as many rows as there is room for.
struct MonitorTable {
    struct Column {
        let title: String
        /// `nil`: takes what is left.
        var width: Int?
        var isRight = false
    }

    struct Cell {
        var text: String
        var style = Style.plain
    }

    let title: String
    let columns: [Column]
    /// Makes a row only when it is drawn.
    let rows: Int
    let row: (Int) -> [Cell]
    /// What to say without any row.
    let empty: String

    /// Draws into the rectangle and returns how many rows fit.
    @discardableResult
    func draw(
        into grid: inout Grid, row top: Int, column left: Int, width: Int, height: Int, selected: Int, isFocused: Bool
    ) -> Int {
        guard height > 0, width > 0 else { return 0 }
        let widths = Self.widths(of: columns, in: width)
        let titleStyle = Style(isFocused ? .cyan : nil, bold: true, reversed: isFocused)
        grid.fill(row: top, from: left, count: width, style: .plain)
        drawHead(into: &grid, row: top, column: left, widths: widths)
        grid.write(" \(title) ", row: top, column: left, width: width, style: titleStyle)
        let room = height - 1
        guard rows > 0 else {
            if room > 0 {
                grid.write(empty, row: top + 1, column: left + 1, fitting: width - 1, style: Style(dim: true))
            }
            return room
        }
        let first = Self.firstRow(selected: selected, count: rows, room: room)
        for position in 0..<min(room, rows - first) {
            let isSelected = isFocused && first + position == selected
            draw(row(first + position), into: &grid, row: top + 1 + position, column: left, widths: widths, isSelected)
        }
        return room
    }

    /// The selected row stays in sight, and as much as possible of what is around it.
    static func firstRow(selected: Int, count: Int, room: Int) -> Int {
        guard room > 0, count > room else { return 0 }
        return max(0, min(selected - room / 2, count - room))
    }

    private func drawHead(into grid: inout Grid, row: Int, column left: Int, widths: [Int]) {
        var column = left
        for (definition, width) in zip(columns, widths) where width > 0 {
            // The title of the pane stands over the first ones.
            if column >= left + title.count + 3 {
                grid.write(
                    definition.title, row: row, column: column, fitting: width, rightAligned: definition.isRight,
                    style: Style(dim: true))
            }
            column += width + 1
        }
    }

    private func draw(
        _ cells: [Cell], into grid: inout Grid, row: Int, column left: Int, widths: [Int], _ isSelected: Bool
    ) {
        let all = widths.reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) }
        if isSelected { grid.fill(row: row, from: left, count: max(0, all - 1), style: Style(reversed: true)) }
        var column = left
        for (index, width) in widths.enumerated() where width > 0 && index < cells.count {
            var style = cells[index].style
            if isSelected { style = Style(reversed: true) }
            grid.write(
                cells[index].text, row: row, column: column, fitting: width, rightAligned: columns[index].isRight,
                style: style)
            column += width + 1
        }
    }

    /// The widths of the columns, 0 for those that do not fit: the last fixed ones go first.
    static func widths(of columns: [Column], in width: Int) -> [Int] {
        let least = 8  // of a column that takes what is left
        var widths = columns.map { $0.width ?? least }
        func sum() -> Int { widths.reduce(0) { $0 + ($1 > 0 ? $1 + 1 : 0) } - 1 }
        for index in columns.indices.reversed() where columns[index].width != nil && sum() > width { widths[index] = 0 }
        var flexible = columns.indices.filter { columns[$0].width == nil }
        while sum() > width, flexible.count > 1, let last = flexible.popLast() { widths[last] = 0 }
        guard !flexible.isEmpty else { return widths }
        let free = width - sum()
        for (position, index) in flexible.enumerated() {
            let share = free / flexible.count + (position < free % flexible.count ? 1 : 0)
            widths[index] = max(1, widths[index] + share)
        }
        return widths
    }
}
