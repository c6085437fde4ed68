import JSON
import Testing

@testable import Workflows

@Suite struct `A script of a Conductor definition` {
    private func source(_ script: String) throws -> String {
        try ConductorScript.translate(script) { path, offset throws(ConductorFault) in
            guard case .name(let name)? = path.first else { throw ConductorFault("no name", at: offset) }
            return path.dropFirst().reduce("x.\(name)") { text, segment in
                switch segment {
                case .name(let name): text + ConductorText.member(name)
                case .index(let index): text + "[\(index)]"
                case .nested: text
                }
            }
        }
    }

    @Test(arguments: [
        ("$.a", "7"), ("$['a'] === 7 && !$.no", "true"), ("$.a > 5 ? 'big' : 'small'", "\"big\""),
        ("if ( $.a < 3 ) { true; } else { false; }", "false"),
        ("if ($.a < 3) true; else if ($.a < 9) 'b'; else 'c'", "\"b\""),
        ("(function () { return $.a + 2 * 3; })();", "13"), ("(() => { return $.a - 1 })()", "6"),
        (
            "function e() { if ($.a == 7) { return {\"result\": true, n: $.a}; } else { return {result: false}; } } e();",
            "{\"n\":7,\"result\":true}"
        ),
        ("function f() { if ($.no) { return 1; } return 2; } f()", "2"), ("$.list.length", "2"), ("$.list[1]", "\"q\""),
        ("$.list.includes('q') || $.a", "true"), ("$.name.toUpperCase()", "\"NAME\""),
        ("'it\\'s ' + $.a", "\"it's 7\""),
        ("-$.a + 10", "3"), ("($.a + 1) * 2", "16"), ("[1, $.a]", "[1,7]"), ("String($.a) == '7'", "true"),
        ("// a comment\n$.a !== 8", "true"), ("$.name.length + parseInt('5')", "9"),
    ])
    func `of the simple forms means the same as an expression`(script: String, expected: String) throws {
        let scope = GivenScope(roots: [
            "x": .object([
                "a": .integer(7), "no": .bool(false), "list": .list([.string("p"), .string("q")]),
                "name": .string("name"),
            ])
        ])
        let expression = try Expression.parse(try source(script))
        #expect(try expression.evaluate(in: scope).text == expected, "\(expression.source)")
    }

    @Test(arguments: [
        ("var x = 1; x", 0), ("$.a; $.b", 5), ("for (;;) {}", 0), ("$.list.map(1)", 7), ("Math.max(1, 2)", 0),
        ("$.a = 5", 4), ("`t`", 0), ("$", 0), ("", 0), ("if ($.a) { 1 } 2", 15), ("'open", 0),
        ("function f() { return 1 }", 25),
        ("$.a &&", 6), ("new Date()", 0), ("(function(){ return 1; })", 25),
    ])
    func `of other forms is refused where they begin`(script: String, offset: Int) {
        do throws(ConductorFault) {
            _ = try ConductorScript.translate(script) { _, _ throws(ConductorFault) in "1" }
            Issue.record("\(script) was taken")
        } catch {
            #expect(error.offset == offset, "\(error)")
        }
    }

    @Test(arguments: [
        String(repeating: "(", count: 10_000), String(repeating: "!", count: 10_000),
        String(repeating: "if($.a)", count: 2000), String(repeating: "{", count: 10_000),
        String(repeating: "$.a?", count: 2000), "1" + String(repeating: "+1", count: 8000),
        String(repeating: "1", count: 20_000),
    ])
    func `that is deep or long is refused within bounds`(script: String) {
        #expect(throws: ConductorFault.self) {
            try ConductorScript.translate(script) { _, _ throws(ConductorFault) in "x" }
        }
    }
}
