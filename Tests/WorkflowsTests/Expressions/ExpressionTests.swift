import JSON
import Testing

@testable import Workflows

/// Data for expressions.
struct TestScope: ExpressionScope {
    var roots: [String: JSONValue] = [:]
    var steps: [String: StepFacts] = [:]

    func value(of root: String) -> JSONValue? { roots[root] }
    func step(_ id: String) -> StepFacts? { steps[id] }

    static func json(_ text: String) -> JSONValue { (try? JSONValue(parsing: text)) ?? .null }

    static let usual = TestScope(
        roots: [
            "inputs": json(#"{"n": 3, "name": "weir", "list": [1, 2, 3], "flag": false, "a-b": 7}"#),
            "item": json(#"{"key": "k", "value": {"deep": [10, 20]}}"#), "success()": .bool(true),
        ],
        steps: [
            "build": StepFacts(state: "succeeded", exitCode: 0, result: json(#"{"size": 12, "files": ["a", "b"]}"#)),
            "task_4": StepFacts(state: "succeeded", exitCode: 0, result: .integer(4)),
            "lint": StepFacts(state: "skipped"),
            "test": StepFacts(state: "failed", exitCode: 2, error: "exited with code 2"),
        ])
}

@Suite struct `An expression` {
    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3.5"), ("6 / 2", "3"), ("7 % 3", "1"), ("-inputs.n", "-3"),
        ("inputs.n - 1", "2"), ("inputs.a-b - 1", "6"), ("1 == 1.0", "true"), ("'1' == 1", "false"),
        ("1 < 2 && 'a' < 'b'", "true"), ("!inputs.flag", "true"), ("inputs.flag || 'other'", "\"other\""),
        ("steps.build.result.size >= 12", "true"), ("steps.build.state", "\"succeeded\""),
        ("steps.build.result.files[1]", "\"b\""), ("steps['build'].result['size']", "12"),
        ("steps.build.result.files[-1]", "\"b\""), ("tasks.4.result", "4"), ("tasks.task_4.result", "4"),
        ("steps.test.exitCode", "2"), ("steps.lint.result ?? 'none'", "\"none\""), ("inputs.missing ?? 5", "5"),
        ("item.value.deep[0] ?? 1", "10"), ("inputs.list contains 2", "true"), ("contains('weir', 'ei')", "true"),
        ("length(inputs.list) + length('é')", "4"), ("join(inputs.list, '-')", "\"1-2-3\""),
        ("split('a,b', ',')", #"["a","b"]"#), ("range(3)", "[0,1,2]"), ("range(2, 3)", "[2,3]"),
        ("max(inputs.list)", "3"),
        ("min(4, 2.5)", "2.5"), ("number(' 12 ')", "12"), ("string(1.5)", "\"1.5\""), ("fromJSON('[1]')[0]", "1"),
        ("toJSON(inputs.list)", "\"[1,2,3]\""), ("if(inputs.flag, 1, 2)", "2"), ("default(inputs.x, 1)", "1"),
        ("'a' + 1", "\"a1\""), ("[1, 'x'] + [null]", #"[1,"x",null]"#), ("'it''s'", "\"it's\""),
        ("\"a\\\"b\"", #""a\"b""#),
        ("keys(item.value)", #"["deep"]"#), ("upper(trim(' é '))", "\"É\""), ("success() && true", "true"),
        ("null ?? null", "null"), ("startsWith(inputs.name, 'we') == endsWith(inputs.name, 'ir')", "true"),
        ("replace('a.b', '.', '/')", "\"a/b\""), ("1 <= 1 != false", "true"),
        ("steps['build']['state']", "\"succeeded\""), ("tasks[4].state", "\"succeeded\""),
        ("steps['lint']", #"{"state":"skipped"}"#),
        ("split('a\r\nb', '\n')", #"["a\r","b"]"#),
        ("replace('aaa', 'aa', 'b')", "\"ba\""), ("split('aabaab', 'aab')", #"["","",""]"#),
        ("'abab' contains 'bab'", "true"), ("startsWith('é', 'e')", "false"), ("endsWith('b', 'ab')", "false"),
        ("9007199254740993 == 9007199254740992.0", "false"), ("[1, 2] == [1.0, 2]", "true"),
        ("number('-1.5e3')", "-1500.0"),
    ])
    func `has a value`(source: String, value: String) throws {
        #expect(try Expression.parse(source).evaluate(in: TestScope.usual).text == value)
    }

    @Test(arguments: [
        ("", 1, "the expression is empty"), ("1 +", 4, "a value is missing at the end"), ("1 2", 3, "unexpected '2'"),
        ("(1", 1, "')' is missing for '('"), ("a..b", 3, "a name is missing after '.'"),
        ("lenght(1)", 1, "there is no function 'lenght'; did you mean 'length'?"),
        ("length()", 1, "'length' takes 1 arguments, not 0"), ("'a", 1, "the text that begins here has no end"),
        ("a = 1", 3, "unexpected '='"), ("1x", 1, "'1x' is neither a number nor a name"),
        ("99999999999999999999", 1, "the number 99999999999999999999 is too large"),
        ("a[1", 2, "']' is missing for '['"),
    ])
    func `that cannot be read says where and why`(source: String, character: Int, message: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression.parse(source) }
        #expect(error?.message == message)
        #expect(error?.description == "in '\(source)', at character \(character): \(message)")
    }

    @Test(arguments: [
        ("steps.lint.result", "step 'lint' was skipped, so it has no result"),
        ("steps.nope.state", "there is no step 'nope'"),
        ("steps.test.result", "step 'test' failed, so it has no result"),
        ("inputs.nane", "there is no member 'nane'; it has "),
        ("matrix.os", "there is no 'matrix' here"), ("1 / 0", "division by zero"),
        ("1 < 'a'", "a number and a text have no order"),
        ("9223372036854775807 + 1", "the number is too large"), ("inputs.list.x", "a list has no member 'x'"),
        ("inputs.list[9]", "there is no element 9 in a list of 3"),
        ("steps.build.exit", "a step has 'result', 'state'"),
        ("null.x", "null has no member 'x'"), ("{} + 1", "a value is missing before '{'"),
        ("true * 2", "no numbers to reckon with"),
        ("failure()", "'failure()' means nothing here"), ("range(1000000)", "a range has at most"),
        ("-9223372036854775807 - 2", "the number is too large"),
    ])
    func `that has no value says why`(source: String, message: String) {
        let error = #expect(throws: ExpressionError.self) {
            try Expression.parse(source).evaluate(in: TestScope.usual)
        }
        #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
    }

    @Test func `points into the file and below itself`() throws {
        let error = #expect(throws: ExpressionError.self) {
            try Expression.parse("inputs.n + inputs.nane", at: Place(line: 3, column: 10)).evaluate(in: TestScope.usual)
        }
        #expect(error?.exactPlace == Place(line: 3, column: 28))
        #expect(error?.picture == "inputs.n + inputs.nane\n                  ^")
    }

    /// The tables of docs/expressions.md have the columns `expression` and `value`.
    @Test func `has the value that the documents say`() throws {
        let text = String(decoding: try Fixture.repository("docs/expressions.md"), as: UTF8.self)
        let rows = text.split(separator: "| expression | value |").dropFirst().flatMap { table in
            table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }
        }
        #expect(rows.count > 25)
        for row in rows {
            let cells = row.replacing("\\|", with: "\u{0}").split(separator: "|")
                .map { $0.replacing("\u{0}", with: "|").trimmingPrefix(" `") }
            let (source, value) = (String(try #require(cells.first).dropLast(2)), String(cells[1].dropLast(2)))
            #expect(try Expression.parse(source).evaluate(in: TestScope()).text == value, "\(row)")
        }
    }

    @Test func `of several lines, or a long one, shows what is near the fault`() throws {
        let lines = #expect(throws: ExpressionError.self) {
            try Expression.parse("1 +\n\tnope.x +\n2").evaluate(in: TestScope())
        }
        #expect(lines?.picture == "\tnope.x +\n\t^")
        let long = "'" + String(repeating: "é", count: 300) + "' + nope"
        let error = #expect(throws: ExpressionError.self) { try Expression.parse(long).evaluate(in: TestScope()) }
        #expect(
            error?.picture == "…" + String(repeating: "é", count: 76) + "' + nope\n" + String(repeating: " ", count: 81)
                + "^")
        #expect(error?.description.contains("at character 306: ") ?? false)
    }

    @Test func `names what it reads`() throws {
        let references = try Expression.parse(
            "steps.a.result[steps['b'].state] + inputs.x * item && failure() || tasks.4.state"
        )
        .references
        #expect(
            references.map { "\($0.root) \($0.name ?? "-")" } == [
                "steps a", "steps b", "inputs x", "item -", "failure() -", "tasks task_4",
            ])
        #expect(references.map { $0.fact ?? "-" } == ["result", "state", "-", "-", "-", "state"])
        let computed = try Expression.parse("steps[inputs.id]['result'] + tasks[4]['error']").references
        #expect(
            computed.map { "\($0.root) \($0.name ?? "-") \($0.fact ?? "-") \($0.factOffset)" } == [
                "steps - result 16", "inputs id - 0", "tasks task_4 error 37",
            ])
    }

    @Test func `of many levels is refused, and of random text never traps`() {
        #expect(throws: ExpressionError.self) { try Expression.parse(String(repeating: "(", count: 60_000)) }
        #expect(throws: ExpressionError.self) { try Expression.parse(String(repeating: "!", count: 60_000) + "1") }
        #expect(throws: ExpressionError.self) { try Expression.parse(String(repeating: "1 + ", count: 60_000)) }
        var random = SystemRandomNumberGenerator()
        let pieces = [
            "steps.", "build", ".result", "[", "]", "(", ")", "!", "-", " + ", " ?? ", "1", "'a'", " % ", "0", ", ",
            "range(", " < ", "inputs.list", "max(",
        ]
        for _ in 0..<20_000 {
            let source = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            _ = try? Expression.parse(source.joined()).evaluate(in: TestScope.usual)
        }
    }
}

@Suite struct `A text with expressions` {
    @Test(arguments: [
        ("plain", "\"plain\""), ("${{ inputs.n }}", "3"), ("n=${{inputs.n}}!", "\"n=3!\""),
        ("$${{ x }}", "\"${{ x }}\""),
        ("${{ '}}' }}", "\"}}\""), ("${{ inputs.list }} ${{ inputs.flag }}", "\"[1,2,3] false\""),
        ("${{\n inputs.n\n}}", "3"), ("$${{", "\"${{\""), ("a$", "\"a$\""), ("$$${{", "\"$${{\""),
        ("{{ }}", "\"{{ }}\""),
        ("\r\n${{ 'é' }}\u{301}", "\"\\r\\n\u{e9}\u{301}\""),
        ("", "\"\""),
    ])
    func `takes their values`(text: String, value: String) throws {
        let template = try Template.parse(text)
        #expect(try template.evaluate(in: TestScope.usual).text == value)
        #expect(try Template.parse(template.source).evaluate(in: TestScope.usual).text == value)
    }

    @Test func `says where an expression in it is wrong`() {
        let start = Place(line: 2, column: 5)
        let open = #expect(throws: ExpressionError.self) { try Template.parse("ab ${{ 1", at: start) }
        #expect(open?.exactPlace == Place(line: 2, column: 8))
        let wrong = #expect(throws: ExpressionError.self) { try Template.parse("ab ${{ 1 + }}", at: start) }
        #expect(wrong?.exactPlace == Place(line: 2, column: 15))
    }

    @Test func `knows the place of each of many`() throws {
        let many = String(repeating: "é${{ 1 }}", count: 5_000)
        let places = try Template.parse(many, at: Place(line: 3, column: 7)).expressions.map(\.place)
        #expect(places.count == 5_000)
        #expect(places.first == Place(line: 3, column: 12))
        #expect(places.last == Place(line: 3, column: 12 + 4_999 * 9))
    }

    @Test func `is written so that a dollar before an expression stays one`() throws {
        let expression = try Expression.parse("inputs.n")
        let template = Template(parts: [.text("a"), .text("$"), .expression(expression)])
        #expect(template.source == "a${{ '$' }}${{ inputs.n }}")
        #expect(try Template.parse(template.source).text(in: TestScope.usual) == "a$3")
    }

    @Test func `within a value keeps types`() throws {
        let template = try JSONTemplate.parse(
            TestScope.json(#"{"a": ["${{ inputs.n }}", "x ${{ inputs.n }}"], "b": 1}"#))
        #expect(try template.evaluate(in: TestScope.usual).text == #"{"a":[3,"x 3"],"b":1}"#)
        #expect(template.source.text == #"{"a":["${{ inputs.n }}","x ${{ inputs.n }}"],"b":1}"#)
        #expect(template.plainValue == nil)
    }
}
