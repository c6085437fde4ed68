import HTTPTypes
import Hummingbird
import MCP

/// One message over HTTP and what answers it.
struct MCPExchange {
    private let message: IncomingMessage
    private let session: Session
    private let isStream: Bool

    /// - Parameter isStream: as events, progress first; else the answer alone.
    init(_ message: IncomingMessage, _ session: Session, isStream: Bool) {
        self.message = message
        self.session = session
        self.isStream = isStream
    }

    /// - Parameters:
    ///   - headers: of an answer that is no stream.
    ///   - status: of such an answer, by what it says.
    func answer(
        _ headers: HTTPFields = [:], status: (OutgoingMessage) -> HTTPResponse.Status = { _ in .ok }
    ) async -> Response {
        let (messages, feed) = AsyncStream<OutgoingMessage>.makeStream()
        guard let work = session.receive(message, send: { feed.yield($0) }) else { return Response(status: .accepted) }
        // Told by the end of the work, so that the stream of a request that was cancelled ends as well.
        Task {
            await work.value
            feed.finish()
        }
        if isStream { return MCPEventStream(messages: messages, work: work).response }
        for await message in messages where message.isAnswer {
            return .json(message.value, status: status(message), headers: headers)
        }
        // It was cancelled.
        return Response(status: .noContent)
    }
}
