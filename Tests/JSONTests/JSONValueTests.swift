import JSON
import Testing

@Suite struct `A value of JSON` {
    @Test(arguments: [
        "null", "true", "[]", "{}", "0", "-1", "9007199254740993", "1.5", "\"\"", #""\u0000\n\"\\é😀""#,
        #"{"a":[1,{"b":null}],"c":"x"}"#, "-9223372036854775808", "1e+300", "18446744073709551615",
        "-9223372036854775809", "[-0.0,0.0]",
    ])
    func `is printed as it was read`(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func `keeps whole numbers whole, and others as they are`() throws {
        #expect(
            try JSONValue(parsing: " [1, 1.0, 1e2, 18446744073709551616] ").list == [
                .integer(1), .decimal(1), .decimal(100), .bigInteger("18446744073709551616"),
            ])
    }

    @Test func `reads escapes and pairs`() throws {
        #expect(try JSONValue(parsing: #""\ud83d\ude00\/\b\f\t\u00e9""#) == .string("😀/\u{8}\u{C}\té"))
    }

    @Test(arguments: [
        ("", "1:1 a value is missing"), ("[1,]", "1:4 no value begins like this"),
        ("{\"a\" 1}", "1:6 ':' is missing"), ("[1\n 2]", "2:2 ',' or ']' is missing"),
        ("01", "1:1 a number does not begin with 0"), ("1 2", "1:3 something follows the value"),
        ("\"a\n\"", "1:3 a control character within a text; write it as an escape"),
        (#""\ud800""#, "1:2 half of a surrogate pair"), (#""\x""#, "1:2 there is no such escape"),
        ("\"a", "1:1 the text has no end"), ("1e999", "1:1 the number is too large"),
        ("nul", "1:1 no value begins like this"),
        (
            #"{"\u00e9": 1, "e\u0301": 2}"#,
            "1:15 the object has this name already, with its characters composed in another way"
        ),
        ("{a: 1}", "1:2 a member's name in quotes is missing"), ("-", "1:2 a digit is missing"),
    ])
    func `that is none is refused at its place`(text: String, fault: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error.map { "\($0.line):\($0.column) \($0.message)" } == fault)
    }

    @Test func `is printed within a bound`() throws {
        var shared = JSONValue.list([.string("0123456789")])
        for _ in 0..<40 { shared = .list([shared, shared]) }
        #expect(shared.text(atMost: 1 << 20) == nil)
        #expect(JSONValue.object(["k": shared]).text(atMost: 1 << 20) == nil)
        let value = try JSONValue(parsing: #"{"a":[1,"x"]}"#)
        #expect(value.text(atMost: 13) == value.text)
        #expect(value.text(atMost: 12) == nil)
        #expect(JSONValue.string("ab").splicedText(atMost: 2) == "ab")
        #expect(JSONValue.string("ab").splicedText(atMost: 1) == nil)
    }

    @Test func `is nested to a bound`() throws {
        let deep = JSONValue.maximumDepth
        _ = try JSONValue(parsing: String(repeating: "[", count: deep) + String(repeating: "]", count: deep))
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func `of random bytes is refused or read, and never traps`() {
        var random = SystemRandomNumberGenerator()
        let letters = Array("{}[]\",:0123456789.eE+-truefalsn\\u \n".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                letters.randomElement(using: &random) ?? 0
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect((try? JSONValue(parsing: value.text)) == value)
        }
    }
}
