import Terminals
import Testing

@Suite struct `Text on a terminal` {
    @Test(arguments: [
        ("plain", 5), ("日本", 4), ("e\u{301}", 1), ("😀", 2), ("👨‍👩‍👧", 2), ("ｱ", 1), ("Ａ", 2), ("한글", 4), ("", 0),
        ("a\u{200B}b", 2), ("☀\u{FE0F}", 2), ("…", 1), ("█", 1),
    ])
    func `takes as many columns as it is drawn in`(text: String, columns: Int) {
        #expect(CharacterWidth.columns(of: text) == columns)
    }

    @Test(arguments: [
        ("\u{1B}[31mred", "^[[31mred"), ("a\r\nb\tc", "a  b c"), ("\u{7}bell", "^Gbell"), ("\u{9B}2J", "\u{FFFD}2J"),
        ("a\u{202E}b", "ab"), ("\u{7F}", "^?"), ("日\u{0}本", "日^@本"),
    ])
    func `steers nothing`(text: String, shown: String) {
        #expect(String(VisibleText.characters(of: text)) == shown)
    }

    @Test(arguments: [
        ("short", 8, "short"), ("exactly8", 8, "exactly8"), ("too long for it", 8, "too lon…"), ("日本語日本語", 8, "日本語…"),
        ("日本語日", 8, "日本語日"), ("ab", 1, "…"), ("日", 1, "…"), ("x", 1, "x"),
    ])
    func `is cut to a width with an ellipsis`(text: String, width: Int, expected: String) {
        let fitted = VisibleText.fitted(text, to: width)
        #expect(fitted == expected)
        #expect(CharacterWidth.columns(of: fitted) <= width)
    }

    @Test func `of any length is cut in a bounded time`() {
        let long = String(repeating: "x\u{301}\u{302}", count: 200_000)
        #expect(CharacterWidth.columns(of: VisibleText.fitted(long, to: 20)) <= 20)
        let marks = "a" + String(repeating: "\u{301}", count: 10_000)
        #expect(VisibleText.characters(of: marks).allSatisfy { $0.unicodeScalars.count <= 8 })
    }
}

@Suite struct `A grid` {
    @Test func `keeps what is written to it within its bounds`() {
        var grid = Grid(columns: 6, rows: 2)
        grid.write("longer than the row", row: 0, column: 2)
        grid.write("below", row: 2, column: 0)
        grid.write("left", row: 1, column: -1)
        #expect(grid.text(ofRow: 0) == "  long")
        #expect(grid.text(ofRow: 1) == "")
    }

    @Test func `never holds half of a wide character`() {
        var grid = Grid(columns: 5, rows: 1)
        grid.write("日本語", row: 0, column: 0)  // the third does not fit
        #expect(grid.text(ofRow: 0) == "日本")
        grid.write("x", row: 0, column: 1)
        #expect(grid.text(ofRow: 0) == " x本")
        grid.write("本", row: 0, column: 1)
        #expect(grid.text(ofRow: 0) == " 本")
    }

    @Test func `fits text into columns`() {
        var grid = Grid(columns: 12, rows: 1)
        grid.write("12", row: 0, column: 0, fitting: 5, rightAligned: true)
        grid.write("abcdefghi", row: 0, column: 6, fitting: 6)
        #expect(grid.text(ofRow: 0) == "   12 abcde…")
    }
}
