import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Server

@Suite struct `A connection` {
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: nil, authority: "localhost", path: "/"))

    private func withChannel(_ body: (EmbeddedChannel, EmbeddedEventLoop) throws -> Void) throws {
        let loop = EmbeddedEventLoop()
        // A channel without a socket is a stranger's.
        var limits = Limits()
        limits.firstHeadOfStranger = limits.firstHead
        let channel = EmbeddedChannel(
            handler: ConnectionHandler(limits: limits, counts: ConnectionCounts(allowed: 2)), loop: loop)
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        try body(channel, loop)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `ends when no request comes`() throws {
        try withChannel { channel, loop in
            loop.advanceTime(by: .seconds(14))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))
            #expect(!channel.isActive)
        }
    }

    @Test func `ends when a body does not end, however often a byte of it comes`() throws {
        try withChannel { channel, loop in
            try channel.writeInbound(Self.head)
            for _ in 0..<59 {
                try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
                loop.advanceTime(by: .seconds(1))
            }
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))
            #expect(!channel.isActive)
        }
    }

    @Test func `ends when a body is longer than any that is read`() throws {
        try withChannel { channel, _ in
            try channel.writeInbound(Self.head)
            let part = ByteBuffer(repeating: 0, count: 1 << 20)
            var parts = 0
            while channel.isActive, parts < 100 {
                _ = try? channel.writeInbound(HTTPRequestPart.body(part))
                parts += 1
            }
            #expect(parts == 18)
        }
    }

    @Test func `is kept for a minute and more between two requests, but not for ever`() throws {
        try withChannel { channel, loop in
            try channel.writeInbound(Self.head)
            try channel.writeInbound(HTTPRequestPart.end(nil))
            // An answer may take its time.
            loop.advanceTime(by: .hours(1))
            #expect(channel.isActive)
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
            loop.advanceTime(by: .seconds(90))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(31))
            #expect(!channel.isActive)
        }
    }

    @Test func `ends soon after the last answer, though its client does not close it`() throws {
        try withChannel { channel, loop in
            try channel.writeInbound(Self.head)
            try channel.writeInbound(HTTPRequestPart.end(nil))
            try channel.writeOutbound(
                HTTPResponsePart.head(HTTPResponse(status: .forbidden, headerFields: [.connection: "close"])))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
            loop.advanceTime(by: .seconds(1))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(2))
            #expect(!channel.isActive)
        }
    }

    @Test func `ends soon after what is no HTTP`() throws {
        struct Fault: Error {}
        try withChannel { channel, loop in
            channel.pipeline.fireErrorCaught(Fault())
            loop.advanceTime(by: .seconds(3))
            #expect(!channel.isActive)
            _ = try? channel.throwIfErrorCaught()
        }
    }

    @Test func `ends when its client leaves what was sent unread`() throws {
        try withChannel { channel, loop in
            try channel.writeInbound(Self.head)
            try channel.writeInbound(HTTPRequestPart.end(nil))
            channel.isWritable = false
            channel.pipeline.fireChannelWritabilityChanged()
            loop.advanceTime(by: .seconds(29))
            channel.isWritable = true
            channel.pipeline.fireChannelWritabilityChanged()
            loop.advanceTime(by: .seconds(60))
            #expect(channel.isActive)
            channel.isWritable = false
            channel.pipeline.fireChannelWritabilityChanged()
            loop.advanceTime(by: .seconds(31))
            #expect(!channel.isActive)
        }
    }
}
