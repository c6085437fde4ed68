import JSON
import Testing

@testable import Workflows

@Suite struct `An expression that asks for too much` {
    @Test(arguments: [
        ("1" + String(repeating: "+1", count: 30_000), "more than 256 operations within one another"),
        ("inputs" + String(repeating: ".a", count: 65), "more than 64 members in a path"),
        ("inputs" + String(repeating: "[0]", count: 65), "more than 64 members in a path"),
        (String(repeating: "[", count: 65), "more than 64 levels"),
        (String(repeating: "max(", count: 65), "more than 64 levels"),
        (String(repeating: "a[", count: 65), "more than 64 levels"),
        (String(repeating: "-", count: 65) + "1", "more than 64 levels"),
        (String(repeating: " ", count: 65_537), "an expression has at most 65536 bytes"),
    ])
    func `is refused before it is evaluated`(source: String, message: String) {
        let error = #expect(throws: ExpressionError.self) { try Expression.parse(source) }
        #expect(error?.message == message)
    }

    @Test func `of as many levels as there may be is evaluated`() throws {
        var source = "1"
        for _ in 0..<20 { source = "(1 - -\(source) + 1 + 1)" }
        #expect(try Expression.parse(source).evaluate(in: TestScope()) == .integer(61))
        let chain = "1" + String(repeating: " + 1", count: 255)
        #expect(try Expression.parse(chain).evaluate(in: TestScope()) == .integer(256))
    }

    /// Each makes gigabytes, or takes minutes, when nothing bounds it.
    @Test(arguments: [
        (0..<20).reduce("'a'") { inner, _ in "replace(\(inner), 'a', 'aaaaaaaaaaaaaaaa')" },
        "join(range(1000), inputs.large)", "toJSON([\(listed("inputs.large", 100))])",
        "string([\(listed("inputs.large", 100))])", "join([\(listed("inputs.large", 100))])",
        listed("inputs.large", 200, " + "), listed("inputs.list", 200, " + "),
        "[\(listed("length(inputs.large)", 100))]", "[\(listed("inputs.large contains 'ab'", 100))]",
        "[\(listed("inputs.large == inputs.other", 100))]", "[\(listed("inputs.large < inputs.other", 100))]",
        "[\(listed("inputs.list == inputs.otherList", 100))]", "[\(listed("inputs.list contains -1", 100))]",
        "[\(listed("range(1000)", 100))]", "[\(listed("keys(inputs.object)", 100))]",
        "[\(listed("inputs.object.none ?? 1", 100))]", "[\(listed("split(inputs.large, 'a')", 100))]",
    ])
    func `ends with an error`(source: String) throws {
        let large = String(repeating: "a", count: 1 << 14)
        let members = (0..<800).map { ("\($0)", JSONValue.null) }
        let scope = TestScope(roots: [
            "inputs": .object([
                "large": .string(large), "other": .string(large + ""),
                "list": .list((0..<800).map { .integer($0) }), "otherList": .list((0..<800).map { .integer($0) }),
                "object": .object(Dictionary(members) { first, _ in first }),
            ])
        ])
        let expression = try Expression.parse(source)
        let error = #expect(throws: ExpressionError.self) {
            try ExpressionEvaluator(scope: scope, budget: ExpressionBudget(1 << 20)).value(expression.root)
        }
        #expect(error?.message == "the values are too large: an expression works on at most 64 MiB")
    }

    @Test func `in a text of many ends with an error`() throws {
        let scope = TestScope(roots: ["inputs": .string(String(repeating: "a", count: 1 << 20))])
        let template = try Template.parse(String(repeating: "${{ inputs }}", count: 17))
        let error = #expect(throws: ExpressionError.self) { try template.text(in: scope) }
        #expect(error?.message == "the text has more than 16 MiB")
    }

    @Test(arguments: [
        "range(fromJSON('-9223372036854775808'))", "range(fromJSON('-9223372036854775808'), 9223372036854775807)",
        "range(1, 9223372036854775807)", "range(9223372036854775807, 9223372036854775807)",
        "-fromJSON('-9223372036854775808')", "fromJSON('-9223372036854775808') / -1",
        "fromJSON('-9223372036854775808') % -1", "fromJSON('-9223372036854775808') * -1",
        "inputs.list[fromJSON('-9223372036854775808')]", "fromJSON('1e308') * 10", "fromJSON('1e308') / 0.01",
        "number('infinity')", "number('nan')", "number('0x10')", "number('1e999')",
    ])
    func `at the ends of the numbers has a value or an error, and traps never`(source: String) throws {
        let expression = try Expression.parse(source)
        if let value = try? expression.evaluate(in: TestScope.usual) { #expect(value == .list([])) }
    }

    @Test func `of an empty range has an empty list`() throws {
        for source in ["range(0)", "range(-1)", "range(fromJSON('-9223372036854775808'))", "range(3, 2)"] {
            #expect(try Expression.parse(source).evaluate(in: TestScope()) == .list([]))
        }
    }
}

/// The same text many times.
private func listed(_ text: String, _ count: Int, _ separator: String = ", ") -> String {
    Array(repeating: text, count: count).joined(separator: separator)
}
