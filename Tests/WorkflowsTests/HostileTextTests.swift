import Testing
import Workflows

@Suite struct `A hostile text` {
    private func firstFault(_ text: String) -> String {
        faults(text).split(separator: "\n").first.map { String($0) } ?? "none"
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func `is refused when it is nested too deeply`(opening: String) {
        for count in [100, 900, 5000, 1_000_000] {
            let message = firstFault("steps: \n  " + String(repeating: opening, count: count))
            let isExpected =
                message.contains("nested too deeply") || message.contains("this is not YAML")
                || message.contains("cannot be a key")
            #expect(isExpected, "\(count) of \(opening): \(message)")
        }
    }

    @Test func `is told its depth exactly`() {
        func nested(_ levels: Int) -> String {
            "steps: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(firstFault(nested(62)) == "flow.yaml:1:9: error: step 1 must be a mapping, not a list")
        let tooDeep = "error: nested too deeply here: a workflow has at most 64 levels"
        #expect(firstFault(nested(64)) == "flow.yaml:1:71: \(tooDeep)")
    }

    @Test func `of nested aliases is counted, not expanded`() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let message = "the document has more than 1,000,000 nodes once its aliases are followed"
        #expect(firstFault(text) == "flow.yaml:7:5: error: \(message)")
        #expect(firstFault(text + "? *a9\n: x\n") == "flow.yaml:11:3: error: an alias cannot be a key")
        #expect(firstFault(text + "*a9 : x\n") == "flow.yaml:11:1: error: an alias cannot be a key")
        #expect(firstFault(text + "[*a9]: x\n") == "flow.yaml:11:1: error: a list or a mapping cannot be a key")
        #expect(firstFault(text + "{x: &b {*a9: x}}: x\n").contains("cannot be a key"))
    }

    @Test func `of a long chain of aliases is refused`() {
        var text = "a0: &a0 [x]\n"
        for level in 1...20_000 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(firstFault(text) == "flow.yaml:101:7: error: more than 100 anchors")
    }

    @Test(arguments: ["", "]", "\nname: x\nname: y\n"])
    func `of a chain of deep aliases is refused, whatever stands after it`(end: String) {
        let (open, close) = (String(repeating: "[", count: 60), String(repeating: "]", count: 60))
        var text = "a0: &a0 [x]\n"
        for level in 1..<100 { text += "a\(level): &a\(level) \(open)*a\(level - 1)\(close)\n" }
        #expect(firstFault(text + end).contains("error: "))
    }

    @Test func `of more than 64 aliases within one another is too deep`() {
        var text = "a0: &a0 [x]\n"
        for level in 1...70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(firstFault(text).contains("nested too deeply"))
    }

    @Test func `with a collection for a key is refused`() {
        #expect(firstFault("? [a]\n: b\n") == "flow.yaml:1:3: error: a list or a mapping cannot be a key")
    }

    @Test func `of more than 16 MiB is refused`() {
        let text = "steps: []\n#" + String(repeating: "x", count: 16 * 1024 * 1024)
        #expect(
            faults(text) == "flow.yaml:1:1: error: the file has 16777227 bytes; a workflow has at most 16 MiB")
    }

    @Test func `of more than a million nodes is refused`() {
        let text = "steps: [" + String(repeating: "a,", count: 1_000_001) + "]"
        #expect(firstFault(text).contains("more than 1,000,000 nodes"))
    }

    @Test func `with an alias of nothing is refused`() {
        #expect(faults("steps: *none\n") == "flow.yaml:1:8: error: this alias has no anchor of its name before it")
    }

    @Test func `gets at most a thousand faults`() {
        let text = "steps: [" + String(repeating: "a,\n", count: 5000) + "]"
        #expect(WorkflowParser.parse(text, defaultName: "flow").diagnostics.count == 1000)
    }

    @Test(
        arguments: [
            ([0x61, 0x0A, 0x62, 0xFF], "2:2: error: this is not UTF-8 text"),
            ([0x61, 0xC3], "1:2: error: this is not UTF-8 text"),
            (
                [0xEF, 0xBB, 0xBF, 0x61],
                "1:1: error: the file begins with a byte order mark; save it as UTF-8 without one"
            ),
            ([0xFF, 0xFE, 0x61, 0x00], "1:1: error: this is not UTF-8 text"),
            ([0x61, 0x0A, 0xC3, 0xA4, 0x00], "2:2: error: the character U+0000 is not allowed in a workflow"),
            ([0x1B], "1:1: error: the character U+001B is not allowed in a workflow"),
        ] as [([UInt8], String)])
    func `that is no text has the place of its fault`(bytes: [UInt8], fault: String) {
        let parsed = WorkflowParser.parse(bytes, defaultName: "flow")
        #expect(parsed.workflow == nil)
        #expect(parsed.diagnostics.map { $0.render(file: "f") } == ["f:" + fault])
    }

    @Test func `of random bytes and of cut and twisted listings crashes nothing`() throws {
        var random = SplitMix(state: 7)
        let listing = try Fixture.bytes("complex.yaml")
        let letters = Array("[]{}:,-?&*!|>'\"%@#\t\n \\a0~<".utf8)
        for _ in 0..<3000 {
            var bytes = Array(listing.prefix(Int.random(in: 0...400, using: &random)))
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let place = Int.random(in: 0...bytes.count, using: &random)
                bytes.insert(letters.randomElement(using: &random) ?? 0, at: place)
            }
            let parsed = WorkflowParser.parse(bytes, defaultName: "flow")
            #expect((parsed.workflow == nil) == parsed.diagnostics.contains { $0.severity == .error })
        }
    }
}
