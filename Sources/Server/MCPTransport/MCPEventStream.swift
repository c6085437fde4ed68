import HTTPTypes
import Hummingbird
import MCP
import NIOCore

/// The answer to a request as a stream of events: progress first, the answer last.
struct MCPEventStream {
    let messages: AsyncStream<OutgoingMessage>
    /// What serves the request.
    let work: Task<Void, Never>

    /// Between two comments that keep the connection in use.
    private static let beat = Duration.seconds(15)

    private enum Part: Sendable {
        case message(OutgoingMessage)
        case beat
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "text/event-stream"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                do {
                    for await part in parts { try await writer.write(Self.buffer(part)) }
                } catch {
                    // Nobody can get the answer any more, so that nobody waits for it; the run goes on.
                    work.cancel()
                    throw error
                }
                try await writer.finish(nil)
            })
    }

    private var parts: AsyncStream<Part> {
        let (parts, feed) = AsyncStream<Part>.makeStream()
        let pulse = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.beat)
                feed.yield(.beat)
            }
        }
        // Ends with the messages, which end with the work.
        Task {
            for await message in messages { feed.yield(.message(message)) }
            pulse.cancel()
            feed.finish()
        }
        return parts
    }

    private static func buffer(_ part: Part) -> ByteBuffer {
        switch part {
        case .message(let message): ByteBuffer(string: "event: message\ndata: \(message.text)\n\n")
        case .beat: ByteBuffer(string: ": waiting\n\n")
        }
    }
}
