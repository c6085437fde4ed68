/// The cells of a screen. Whatever is written to it stays within it: nothing wraps, nothing scrolls.
package struct Grid: Equatable, Sendable {
    package struct Cell: Equatable, Sendable {
        /// Empty: the right half of a wide character.
        package var text: Character?
        package var style: Style

        static let blank = Cell(text: " ", style: .plain)
    }

    package let columns: Int
    package let rows: Int
    package private(set) var cells: [Cell]

    package init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
        cells = Array(repeating: .blank, count: self.columns * self.rows)
    }

    package subscript(row row: Int, column column: Int) -> Cell { cells[row * columns + column] }

    /// Writes text from a cell on, as far as `width` and the row go, and returns the columns that it took. What is no
    /// character to look at is made visible, so that names of jobs steer nothing.
    @discardableResult
    package mutating func write(
        _ text: some StringProtocol, row: Int, column: Int, width: Int? = nil, style: Style = .plain
    ) -> Int {
        guard (0..<rows).contains(row), column >= 0 else { return 0 }
        let end = min(columns, width.map { column + max(0, $0) } ?? columns)
        var at = column
        for character in VisibleText.characters(of: text) {
            let size = CharacterWidth.columns(of: character)
            if size == 0 { continue }
            guard at + size <= end else { break }
            put(character, size: size, row: row, column: at, style: style)
            at += size
        }
        return max(0, at - column)
    }

    /// Writes text into exactly `width` columns: cut with an ellipsis where it is longer, padded where it is shorter.
    package mutating func write(
        _ text: some StringProtocol, row: Int, column: Int, fitting width: Int, rightAligned: Bool = false,
        style: Style = .plain
    ) {
        guard width > 0 else { return }
        let fitted = VisibleText.fitted(text, to: width)
        let free = width - CharacterWidth.columns(of: fitted)
        fill(row: row, from: column, count: width, style: style)
        write(fitted, row: row, column: column + (rightAligned ? free : 0), width: width, style: style)
    }

    /// Blanks with a style.
    package mutating func fill(row: Int, from column: Int, count: Int, style: Style) {
        guard (0..<rows).contains(row) else { return }
        for at in max(0, column)..<max(max(0, column), min(columns, column + count)) {
            put(" ", size: 1, row: row, column: at, style: style)
        }
    }

    /// A whole row as text, without the blanks at its end.
    package func text(ofRow row: Int) -> String {
        var text = ""
        for column in 0..<columns { if let character = self[row: row, column: column].text { text.append(character) } }
        while text.last == " " { text.removeLast() }
        return text
    }

    private mutating func put(_ character: Character, size: Int, row: Int, column: Int, style: Style) {
        let index = row * columns + column
        // What a wide character loses of its half is blank.
        if cells[index].text == nil, column > 0 { cells[index - 1].text = " " }
        let last = index + size - 1
        if column + size < columns, cells[last + 1].text == nil { cells[last + 1].text = " " }
        cells[index] = Cell(text: character, style: style)
        if size == 2 { cells[last] = Cell(text: nil, style: style) }
    }
}
