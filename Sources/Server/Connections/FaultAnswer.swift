import HTTPTypes
import JSON
import NIOCore
import NIOHTTPTypes

/// Puts the answer to what is no request in the place of the one that Hummingbird gives, which says nothing: a bare 400.
struct FaultAnswer {
    enum Replacement {
        case itself, nothing
        case parts([HTTPResponsePart])
    }

    private enum State {
        case none
        /// Until Hummingbird answers.
        case due(RequestFault)
        /// The fault lies within a request whose own answer tells of it.
        case superfluous
        /// The end of the answer is still to come, and is dropped.
        case dropping
    }

    private var state = State.none
    /// A request's headers are there, and its body has not ended.
    var isInRequest = false

    /// An answer is still to come.
    var isDue: Bool { if case .due = state { true } else { false } }

    mutating func begin(_ fault: RequestFault) { state = isInRequest ? .superfluous : .due(fault) }

    /// What is sent in the place of `part`.
    mutating func replacement(for part: HTTPResponsePart) -> Replacement {
        switch (state, part) {
        case (.due(let fault), .head(let head)) where Self.isBare(head):
            state = .none
            return .parts(Self.parts(fault))
        case (.superfluous, .head(let head)) where Self.isBare(head):
            state = .dropping
            return .nothing
        case (.dropping, _): return .nothing
        default: return .itself
        }
    }

    /// No answer of ours to a faulty request is without a body.
    private static func isBare(_ head: HTTPResponse) -> Bool {
        head.status == .badRequest && head.headerFields[.contentLength] == "0"
            && head.headerFields[.connection] == "close"
    }

    private static func parts(_ fault: RequestFault) -> [HTTPResponsePart] {
        let body = ByteBuffer(string: Problem(fault.status, fault.detail).json(path: nil).text + "\n")
        var head = HTTPResponse(status: fault.status)
        for (name, value) in AnswerMiddleware.headers { head.headerFields[name] = value }
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = "\(body.readableBytes)"
        head.headerFields[.connection] = "close"
        return [.head(head), .body(body)]
    }
}
