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

    /// The parser itself would go on to a depth of 1,000, and each of the million tokens would cost it so much.
    @Test(arguments: ["[", "{a: ", "- "])
    func `is refused at the place where it becomes too deep, before all of it is read`(opening: String) {
        let text = "steps:\n- " + String(repeating: opening, count: 900) + "\n"
        let wide = text + String(repeating: "  x,\n", count: 100_000)
        let message = "error: nested too deeply here: a workflow has at most 64 levels"
        #expect(faults(wide).hasPrefix("flow.yaml:2:"))
        #expect(faults(wide).hasSuffix(message))
        #expect(faults(wide) == faults(text))
    }

    @Test func `is told the depth of its blocks exactly`() {
        func nested(_ levels: Int) -> String { "steps:\n" + String(repeating: "- ", count: levels) + "x\n" }
        #expect(firstFault(nested(62)) == "flow.yaml:2:3: error: step 1 must be a mapping, not a list")
        let tooDeep = "error: nested too deeply here: a workflow has at most 64 levels"
        #expect(firstFault(nested(63)) == "flow.yaml:2:127: \(tooDeep)")
    }

    @Test func `whose aliases repeat a long text is counted, not expanded`() {
        var text = "x: &a \"" + String(repeating: "x", count: 1_000_000) + "\"\nsteps:\n"
        for step in 0..<70 { text += "  - {id: s\(step), config: {command: *a}}\n" }
        let message = "the document has more than 64 MiB of text once its aliases are followed"
        #expect(firstFault(text) == "flow.yaml:3:3: error: \(message)")
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\u{2028}"])
    func `with many directives is refused, however its lines end`(end: String) {
        let directives = (0..<20_000).map { "%TAG !a\($0)! a\(end)" }.joined()
        let message = "flow.yaml:17:1: error: more than 16 directives; a workflow needs none"
        #expect(firstFault(directives + "---\nsteps: []\n") == message)
        #expect(firstFault("---\nsteps: []\n...\n\(directives)---\nsteps: []\n").contains("more than 16 directives"))
    }

    @Test func `may begin lines of its texts with a percent sign`() throws {
        let lines = String(repeating: "%d\n", count: 100)
        let text = "%YAML 1.1\n---\ndescription: \"\n\(lines)\"\nsteps:\n  - {id: a, config: {command: \"true\"}}\n"
        #expect(try workflow(text).description?.hasPrefix(" %d %d") == true)
    }

    @Test func `of twenty thousand expressions is read`() throws {
        let text = String(repeating: "${{ 1 }}", count: 20_000)
        let steps = try workflow("steps:\n  - {id: a, config: {command: echo, args: ['\(text)']}}\n").steps
        guard case .script(let script) = steps[0].action else { return #expect(Bool(false), "no script") }
        #expect(script.arguments[0].expressions.count == 20_000)
        #expect(script.arguments[0].expressions.last?.place == Place(line: 2, column: 45 + 8 * 19_999 + 4))
    }

    @Test func `of one long expression is refused`() {
        let sum = [String](repeating: "1", count: 502).joined(separator: " + ")
        let text = "steps:\n  - {id: a, if: '\(sum)', config: {command: 'true'}}\n"
        #expect(firstFault(text).hasSuffix("more than 256 operations within one another"))
        #expect(firstFault(text).hasPrefix("flow.yaml:2:1040: error: "))
    }

    @Test func `that gives each of many steps many variables is refused`() {
        let variables = (0..<1000).map { "  K\($0): \(String(repeating: "v", count: 100))\n" }.joined()
        let steps = (0..<1000).map { "  - {id: s\($0), config: {command: 'true'}}\n" }.joined()
        let fault = "each of 1000 steps gets 103890 bytes of 'env' and 'defaults', more than 64 MiB in all"
        #expect(
            faults("env:\n\(variables)steps:\n\(steps)")
                == "flow.yaml:2:3: error: \(fault); give the long ones to the steps that need them")
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

    /// Two bytes make two nodes, an empty key and an empty value. No tree is made of them.
    @Test func `of the densest nodes is refused where they become too many`() {
        let text = "steps: {" + String(repeating: "?,", count: 1_000_000)
        let message = "error: the document has more than 1,000,000 nodes by here"
        #expect(faults(text) == "flow.yaml:1:\(9 + 2 * 999_998 + 1): \(message)")
        #expect(faults("\t\(text)").contains("flow.yaml:1:\(9 + 2 * 999_998 + 2): \(message)"))
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
