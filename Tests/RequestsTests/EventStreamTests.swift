import Testing

@testable import Requests

@Suite struct `A stream of events` {
    private static let text =
        "\u{FEFF}: hello\r\nid: 1\r\ndata: {\"a\":1}\r\n\r\ndata:two\ndata: lines\n\nevent: x\rdata\r\rdata: [DONE]"

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `is read the same in pieces of any size`(size: Int) throws {
        let bytes = Array(Self.text.utf8.dropFirst(3))
        var stream = EventStream()
        var events: [String] = []
        var start = 0
        while start < bytes.count {
            events += try stream.take(bytes[start..<min(start + size, bytes.count)])
            start += size
        }
        #expect(events == ["{\"a\":1}", "two\nlines", ""])
        #expect(stream.finish() == "[DONE]")
        #expect(stream.finish() == nil)
    }

    @Test func `without an end is given up`() throws {
        var stream = EventStream(limit: 100)
        let start = try stream.take(Array("data: ".utf8))
        #expect(start.isEmpty)
        #expect(throws: EventStream.Overflow.self) { _ = try stream.take([UInt8](repeating: 0x61, count: 101)) }
    }
}
