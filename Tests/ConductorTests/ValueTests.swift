import JSON
import Testing

@testable import Conductor

@Suite struct `Expressions` {
    private static let root: [String: JSONValue] = [
        "workflow": .object([
            "input": .object([
                "n": .integer(1 << 60), "list": .list([.integer(1), .object(["a b": .bool(true)])]),
                "key": .string("n"),
                "none": .null,
            ])
        ])
    ]

    @Test(arguments: [
        ("${workflow.input.n}", "1152921504606846976"), ("n=${workflow.input.n}!", #""n=1152921504606846976!""#),
        ("${workflow.input.list[1]['a b']}", "true"), ("${workflow.input.list[-1]}", #"{"a b":true}"#),
        ("${workflow.input.nothing.at.all}", "null"), ("x${workflow.input.none}y", #""xnully""#),
        ("$${workflow.input.n}", #""${workflow.input.n}""#),
        ("${workflow.input.${workflow.input.key}}", "1152921504606846976"),
        ("${}", #""""#), ("${workflow.input.list[", #""${workflow.input.list[""#), ("costs $5", #""costs $5""#),
        ("${nobody.output.x}", "null"), ("${workflow.input.list} ", #""[1,{\"a b\":true}] ""#),
    ])
    func `take values with their types, or splice them into texts`(text: String, expected: String) throws {
        let value = Substitution { Self.root[$0] }.resolve(.string(text))
        #expect(value.text == expected)
    }
}

extension `Expressions` {
    @Test func `of any depth and number are resolved in time`() {
        let substitution = Substitution { _ in nil }
        let deep = String(repeating: "${", count: 20_000) + String(repeating: "}", count: 20_000)
        #expect(substitution.resolve(.string(deep)) == .null)
        let open = String(repeating: "${a", count: 100_000)
        #expect(substitution.resolve(.string(open)) == .string(open))
    }
}

@Suite struct `Loop conditions` {
    @Test(arguments: [
        ("if ( $.l.iteration < 3 ) { true; } else { false; }", true), ("$.l.iteration >= 2", true),
        ("$.l['iteration'] == 2 && $.t.ok", true), ("!($.t.ok) || $.t.name === 'other'", false),
        ("$.t.name == \"x\"", true), ("$.missing.at == null", true), ("$.l.iteration + 1 > 3", false),
        ("if ($.t.list[1] == 2) { return true } else if (false) { true } else { false }", true), ("'10' > 9", true),
    ])
    func `compare outputs`(text: String, expected: Bool) throws {
        let root = try JSONValue(parsing: #"{"l":{"iteration":2},"t":{"ok":true,"name":"x","list":[1,2]}}"#)
        let condition = try LoopCondition(text)
        #expect(condition.isTrue(root) == expected)
    }

    @Test(arguments: ["", "$.a <", "function() {}", "$.a ? 1 : 2", "if ($.a { true }", "'open"])
    func `that are something else are refused`(text: String) {
        #expect(throws: ConductorFault.self) { try LoopCondition(text) }
    }

    @Test func `of any depth are read or refused`() {
        #expect(throws: ConductorFault.self) { try LoopCondition(String(repeating: "(", count: 100_000)) }
        #expect(throws: ConductorFault.self) { try LoopCondition(String(repeating: "!", count: 100_000) + "true") }
    }
}

@Suite struct `Times` {
    @Test(
        arguments: [
            ("2s", 2_000), ("1 minute 30 seconds", 90_000), ("1d 2h", 93_600_000), ("5", nil), ("", nil),
            ("2 moons", nil),
        ] as [(String, Int?)])
    func `of waits`(text: String, expected: Int?) { #expect(WaitTime.milliseconds(text) == expected) }

    @Test(
        arguments: [
            ("2026-01-01", 1_767_225_600_000), ("2026-01-01 00:01", 1_767_225_660_000),
            ("2026-01-01 02:00 GMT+2", 1_767_225_600_000), ("2026-13-01", nil), ("soon", nil),
        ] as [(String, Int?)])
    func `of the calendar`(text: String, expected: Int?) { #expect(WaitTime.moment(text) == expected) }

    @Test func `are written as ISO 8601 has it`() {
        #expect(ISOTime.text(1_767_225_600_001) == "2026-01-01T00:00:00.001Z")
        #expect(ISOTime.text(951_782_400_000) == "2000-02-29T00:00:00.000Z")
    }
}

@Suite struct `Requests` {
    @Test func `are decoded after they are split`() throws {
        let request = APIRequest(
            method: "GET", path: "/api/metadata/taskdefs/a%2Fb%20c",
            query: "q=x+%3D+%27y%27&n=None&empty=&flag=True&t=a&t=b",
            body: [])
        #expect(request.path == ["metadata", "taskdefs", "a/b c"])
        #expect(request.value("q") == "x = 'y'")
        #expect(request.value("n") == nil && request.value("empty") == nil)
        #expect(request.flag("flag") && !request.flag("other"))
        #expect(request.values("t") == ["a", "b"])
    }

    @Test func `search by conditions`() throws {
        #expect(try SearchQuery("").conditions.isEmpty)
        #expect(
            try SearchQuery("workflowType='a AND b' AND status IN (RUNNING, 'PAUSED') AND startTime > 5").conditions
                .count == 3)
        #expect(throws: ConductorFault.self) { try SearchQuery("passwords = 'x'") }
        #expect(throws: ConductorFault.self) { try SearchQuery("startTime > soon") }
    }
}
