import Terminals
import Testing

@Suite struct `A frame` {
    private func grid(_ lines: String...) -> Grid {
        var grid = Grid(columns: 10, rows: 3)
        for (row, line) in lines.enumerated() { grid.write(line, row: row, column: 0) }
        return grid
    }

    @Test func `is one synchronized update that clears the screen once only`() {
        var renderer = Renderer(colours: true)
        let first = renderer.frame(for: grid("one", "two"))
        #expect(first.hasPrefix("\u{1B}[?2026h"))
        #expect(first.hasSuffix("\u{1B}[?2026l"))
        #expect(first.contains("\u{1B}[2J"))
        let second = renderer.frame(for: grid("one", "2"))
        #expect(second.hasPrefix("\u{1B}[?2026h"))
        #expect(!second.contains("\u{1B}[2J"))
    }

    @Test func `says only the rows that changed`() {
        var renderer = Renderer(colours: true)
        _ = renderer.frame(for: grid("one", "two", "three"))
        let frame = renderer.frame(for: grid("one", "2", "three"))
        #expect(frame.contains("\u{1B}[2;1H"))
        #expect(!frame.contains("one"))
        #expect(!frame.contains("three"))
        #expect(renderer.frame(for: grid("one", "2", "three")) == "")
    }

    @Test func `is whole again for another size, and after the screen was lost`() {
        var renderer = Renderer(colours: true)
        _ = renderer.frame(for: grid("one"))
        #expect(renderer.frame(for: Grid(columns: 9, rows: 3)).contains("\u{1B}[2J"))
        renderer.forget()
        #expect(renderer.frame(for: Grid(columns: 9, rows: 3)).contains("\u{1B}[2J"))
    }

    @Test func `says the column again after a character whose width terminals disagree about`() {
        var renderer = Renderer(colours: true)
        let frame = renderer.frame(for: grid("日本x"))
        #expect(frame.contains("日\u{1B}[3G本\u{1B}[5Gx"))
    }

    @Test func `has no line end, and no colours where none are wanted`() {
        var grid = Grid(columns: 10, rows: 1)
        grid.write("a\nb", row: 0, column: 0, style: Style(.red, bold: true))
        var renderer = Renderer(colours: false)
        let frame = renderer.frame(for: grid)
        #expect(!frame.contains("\n"))
        #expect(!frame.contains("31"))
        #expect(frame.contains("\u{1B}[0;1m"))
    }
}
