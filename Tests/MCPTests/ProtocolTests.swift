import JSON
import Testing

@testable import MCP

@Suite struct `A message` {
    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":0,"method":"ping"}"#, RequestID.number(0)),
        (#"{"method":"ping","params":{},"id":"a","jsonrpc":"2.0","more":1}"#, RequestID.text("a")),
    ])
    func `with an id and a method is a request, whatever the order`(text: String, id: RequestID) {
        #expect(
            IncomingMessage(parsing: Array(text.utf8)) == .request(id, method: "ping", parameters: .object([:])))
    }

    @Test func `without an id is a notification`() {
        let text = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        #expect(
            IncomingMessage(parsing: Array(text.utf8))
                == .notification(method: "notifications/initialized", parameters: .object([:])))
    }

    @Test(arguments: [
        ("{", -32700), ("\u{FF}", -32700), ("[]", -32600), ("4", -32600), (#"{"id":1,"method":"ping"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":1}"#, -32600), (#"{"jsonrpc":"2.0","id":1,"method":4}"#, -32600),
        (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
        (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (String(repeating: "[", count: 100_000), -32700),
    ])
    func `that is none has the code that says why`(text: String, code: Int) throws {
        guard case .faulty(_, let error) = IncomingMessage(parsing: Array(text.utf8)) else {
            Issue.record("\(text.prefix(100)) was taken")
            return
        }
        #expect(error.code == code)
    }

    @Test func `that answers something is left alone`() {
        let text = #"{"jsonrpc":"2.0","id":1,"result":{}}"#
        #expect(IncomingMessage(parsing: Array(text.utf8)) == .answer)
    }

    @Test func `goes out in one line, with the id as it came`() {
        let message = OutgoingMessage.result(.text("a\nb"), .object(["text": .string("c\nd")]))
        #expect(message.text == #"{"id":"a\nb","jsonrpc":"2.0","result":{"text":"c\nd"}}"#)
    }
}

@Suite struct `Lines` {
    @Test func `come out whole, however they came in`() {
        var reader = LineReader(limit: 100)
        var lines: [LineReader.Line] = []
        for piece in ["{\"a\"", ":1}\n\n  \n{", "}\n{\"b\":2}\n{"] { lines += reader.add(piece.utf8) }
        #expect(lines == ["{\"a\":1}", "{}", "{\"b\":2}"].map { .text(Array($0.utf8)) })
        #expect(reader.end() == .text([UInt8(ascii: "{")]))
    }

    @Test func `that are too long are left out, and the next is read`() {
        var reader = LineReader(limit: 4)
        #expect(reader.add("123456\n1234\n".utf8) == [.tooLong, .text(Array("1234".utf8))])
    }
}

@Suite struct `What a job wrote` {
    @Test func `is shown without what would steer a terminal`() {
        let text = "\u{1B}[31mred\u{1B}[0m\r\n\u{1B}]0;title\u{7}x\u{202E}y\u{8}z\tend"
        #expect(LogExcerpt.harmless(text) == "red\nx\u{FFFD}y\u{FFFD}z\tend")
    }

    @Test func `is cut at the limit, and goes on there`() {
        var excerpt = LogExcerpt(limit: 4)
        excerpt.add(Array("abcdef".utf8), at: 10, length: 6, from: 12)
        #expect(excerpt.text == "cdef")
        #expect(excerpt.isFull)
        #expect(excerpt.end == 16)
    }
}
