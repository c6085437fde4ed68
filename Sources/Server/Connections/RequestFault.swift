import HTTPTypes
import NIOHTTP1

/// Why what came on a connection is no request. It is answered and the connection ends, since nobody knows where the next
/// request would begin.
struct RequestFault: Error, Equatable {
    let status: HTTPResponse.Status
    /// What is wrong and how to mend it.
    let detail: String

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// - Parameter isLineLong: the request's first line is longer than it may be.
    init(_ error: HTTPParserError, isLineLong: Bool) {
        switch error {
        case .headerOverflow where isLineLong:
            self.init(.uriTooLong, "the request's target is longer than \(Limits.path) bytes")
        case .headerOverflow:
            self.init(
                .requestHeaderFieldsTooLarge,
                "the headers have more than \(Limits.headers) bytes, or there are more than \(Limits.headerCount)")
        // Paused: what follows is HTTP/2.
        case .invalidVersion, .paused: self.init(.httpVersionNotSupported, "this server speaks HTTP/1.1")
        default: self.init(.badRequest, "this is no request of HTTP: \(error.debugDescription)")
        }
    }
}
