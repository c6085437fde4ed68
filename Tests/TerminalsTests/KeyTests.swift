import Terminals
import Testing

@Suite struct `Keys` {
    @Test(arguments: [
        ("\u{1B}[A", Key.up), ("\u{1B}OB", .down), ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown),
        ("\u{1B}[H", .home),
        ("\u{1B}[4~", .end), ("\u{1B}[1;5C", .right), ("\r", .enter), ("\n", .enter), ("\t", .tab),
        ("\u{1B}[Z", .backTab),
        ("\u{7F}", .backspace), ("\u{3}", .control("c")), ("\u{1A}", .control("z")), ("q", .character("q")),
        ("é", .character("é")), ("\u{1B}[3~", .delete),
    ])
    func `are read from what terminals send`(bytes: String, key: Key) {
        var decoder = KeyDecoder()
        #expect(decoder.decode(bytes.utf8) == [key])
        #expect(!decoder.isUndecided)
    }

    @Test func `are read although they come in pieces`() {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        for byte in "j\u{1B}[Aé\u{1B}[5~".utf8 { keys += decoder.decode([byte]) }
        #expect(keys == [.character("j"), .up, .character("é"), .pageUp])
    }

    @Test func `tell an escape from the beginning of a sequence by what follows`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]) == [])
        #expect(decoder.isUndecided)
        #expect(decoder.flush() == [.escape])
        #expect(!decoder.isUndecided)
        #expect(decoder.decode([0x1B, UInt8(ascii: "q")]) == [.escape, .character("q")])
    }

    @Test func `survive what means nothing`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode("\u{1B}[<35;1;2Mx".utf8).last == .character("x"))
        #expect(decoder.decode([0xFF, 0xFE, UInt8(ascii: "y")]).last == .character("y"))
        let long = [0x1B, UInt8(ascii: "[")] + [UInt8](repeating: UInt8(ascii: "1"), count: 100)
        #expect(decoder.decode(long) == [])
        #expect(!decoder.isUndecided)
    }
}
