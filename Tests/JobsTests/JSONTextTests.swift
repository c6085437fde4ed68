import Testing

@testable import Jobs

@Suite struct `JSON of a column` {
    @Test(arguments: [
        ["a"], ["", " "], ["a\"b\\c/d"], ["\n\r\t\u{8}\u{C}\u{1}\u{1F}\u{7F}"], ["é", "日本", "👩‍👩‍👧"], ["\0"],
    ])
    func `gives back the strings that were written`(values: [String]) throws {
        #expect(try JSONText.strings(JSONText.array(values)) == values)
    }

    @Test func `is the same text for equal objects`() throws {
        let object = ["b": "2", "a": "1 \"", "é": ""]
        #expect(JSONText.object(object) == #"{"a":"1 \"","b":"2","é":""}"#)
        #expect(try JSONText.stringsByName(JSONText.object(object)) == object)
        #expect(JSONText.object(["gpu": 2, "cpu": 1]) == #"{"cpu":1,"gpu":2}"#)
    }

    @Test func `is NULL for what is empty`() throws {
        #expect(JSONText.array([]) == nil)
        #expect(JSONText.object([:] as [String: String]) == nil)
        #expect(try JSONText.strings(nil) == [])
        #expect(try JSONText.amounts(nil) == [:])
    }

    @Test(arguments: [
        (#" [ "a" , "b" ] "#, ["a", "b"]), ("[]", []), ("[ ]", []),
        (#"["\u0041\u00e9\ud83d\ude00\/\b"]"#, ["Aé😀/\u{8}"]),
        (#"["\ud83d","\ude00x","\ud83d\u0041"]"#, ["\u{FFFD}", "\u{FFFD}x", "\u{FFFD}A"]),
    ])
    func `is read as others write it`(text: String, values: [String]) throws {
        #expect(try JSONText.strings(text) == values)
    }

    @Test(arguments: [
        "", "[", "]", "[\"a\"", "[\"a", "[\"a\\", "[\"\\u12", "[\"a\" \"b\"]", "[\"a\",]", "[1]", "[null]", "{}",
        "[] x",
        "[\"\\u00g0\"]",
    ])
    func `of another kind is an error`(text: String) {
        #expect(throws: JobStoreError.self) { try JSONText.strings(text) }
    }

    @Test func `has amounts of any size`() throws {
        #expect(try JSONText.amounts(#"{"a": 1, "b":99999999999999999999999}"#) == ["a": 1, "b": Int(Int32.max)])
        #expect(throws: JobStoreError.self) { try JSONText.amounts(#"{"a": -1}"#) }
        #expect(throws: JobStoreError.self) { try JSONText.amounts(#"{"a": 1.5}"#) }
    }
}
