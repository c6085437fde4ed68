/// Turns one screen into the next with as few bytes as it takes, all of them in one write.
package struct Renderer: Sendable {
    private let colours: Bool
    private var shown: Grid?

    package init(colours: Bool) { self.colours = colours }

    /// What is on the screen is not known any more: the next frame draws all of it.
    package mutating func forget() { shown = nil }

    /// The bytes that make the terminal show `grid`; empty when it does already.
    ///
    /// They are framed as one synchronized update, which terminals that do not know it ignore.
    package mutating func frame(for grid: Grid) -> String {
        defer { shown = grid }
        var body = ""
        if let shown, shown.columns == grid.columns, shown.rows == grid.rows {
            guard shown != grid else { return "" }
            for row in 0..<grid.rows { draw(row, of: grid, over: shown, into: &body) }
        } else {
            body = "\u{1B}[0m\u{1B}[2J"
            for row in 0..<grid.rows { draw(row, of: grid, over: nil, into: &body) }
        }
        return "\u{1B}[?2026h\u{1B}[?25l" + body + "\u{1B}[0m\u{1B}[?2026l"
    }

    /// Redraws a row that changed, to its last cell that is not blank. Terminals disagree about the widths of some
    /// characters, so that the column is said again after each of them.
    private func draw(_ row: Int, of grid: Grid, over old: Grid?, into text: inout String) {
        let start = row * grid.columns
        let cells = grid.cells[start..<start + grid.columns]
        var last = grid.columns - 1
        if let old {
            let before = old.cells[start..<start + grid.columns]
            guard cells != before else { return }
        }
        while last >= 0, cells[start + last] == Grid.Cell.blank { last -= 1 }
        text += "\u{1B}[\(row + 1);1H"
        var style = Style.plain
        text += style.sequence(colours: colours)
        var isSure = true
        for column in 0..<max(0, last + 1) {
            let cell = cells[start + column]
            guard let character = cell.text else { continue }
            if !isSure { text += "\u{1B}[\(column + 1)G" }
            if cell.style != style {
                style = cell.style
                text += style.sequence(colours: colours)
            }
            text.append(character)
            isSure = Self.isSure(character)
        }
        if !isSure { text += "\u{1B}[\(min(last + 2, grid.columns))G" }
        if last < grid.columns - 1 { text += "\u{1B}[0m\u{1B}[K" }
    }

    /// Whether every terminal gives the character one column.
    private static func isSure(_ character: Character) -> Bool {
        guard !character.isASCII else { return true }
        guard let only = character.unicodeScalars.first, character.unicodeScalars.count == 1 else { return false }
        return only.value < 0x300 || (0x2500...0x259F).contains(only.value) || only.value == 0x2026
    }
}
