import AsyncHTTPClient
import Engine
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why a request came to nothing, in words that hold neither keys nor addresses' secrets.
struct RequestFault: Error {
    let message: String
    /// Another attempt would end the same way.
    var isFinal = false
    var retryAfter: Int?

    init(_ message: String, isFinal: Bool = false, retryAfter: Int? = nil) {
        self.message = message
        self.isFinal = isFinal
        self.retryAfter = retryAfter
    }

    /// - Parameters:
    ///   - origin: scheme, host and port.
    ///   - limit: of the whole request, in milliseconds.
    init(_ error: any Error, origin: String, limit: Int) {
        switch error {
        case let fault as RequestFault: self = fault
        case let error as HTTPClientError: self.init(Self.text(of: error, origin, limit))
        case let error as NIOConnectionError: self.init("\(origin) cannot be reached: \(Self.reason(of: error))")
        case let error as IOError: self.init(Self.text(of: error, origin))
        case HTTPParserError.invalidEOFState: self.init("\(origin) \(Self.closed)")
        case let error as HTTPParserError: self.init("\(origin) answers with what is not HTTP: \(error)")
        case is CancellationError: self.init("the request was cancelled")
        default:
            // TLS has errors of many types; their descriptions tell of certificates, never of what was sent.
            let text = "\(error)"
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                self.init("\(origin) has a certificate that nobody trusted here vouches for", isFinal: true)
            } else {
                self.init("the request to \(origin) failed: \(text)")
            }
        }
    }

    private static func text(of error: HTTPClientError, _ origin: String, _ limit: Int) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            "\(origin) cannot be reached: no connection within 30 s"
        case .deadlineExceeded: "no whole answer from \(origin) within \(limit / 1000) s"
        case .readTimeout: "\(origin) went silent"
        case .remoteConnectionClosed, .uncleanShutdown: "\(origin) \(closed)"
        case .cancelled: "the request was cancelled"
        default: "the request to \(origin) failed: \(error.shortDescription)"
        }
    }

    private static let closed = "closed the connection before the answer was complete"

    private static func reason(of error: NIOConnectionError) -> String {
        if error.dnsAError != nil, error.connectionErrors.isEmpty { return "the name cannot be resolved" }
        return error.connectionErrors.first.map { "\(($0.error as? IOError).map(Self.reason) ?? "\($0.error)")" }
            ?? "no address answers"
    }

    private static func text(of error: IOError, _ origin: String) -> String {
        switch error.errnoCode {
        case ECONNRESET, EPIPE: "\(origin) \(closed)"
        default: "\(origin) cannot be reached: \(reason(of: error))"
        }
    }

    private static func reason(of error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "the connection was refused"
        case EHOSTUNREACH, ENETUNREACH: "there is no way to the host"
        default: String(cString: strerror(error.errnoCode))
        }
    }

    var outcome: TaskOutcome {
        var outcome = TaskOutcome(.failed(message))
        outcome.isFinal = isFinal
        outcome.retryAfter = retryAfter
        return outcome
    }
}

/// What an answer's status means for whether it is asked again.
enum StatusJudgement {
    /// Who asks wrongly is told the same again; who is busy may not be.
    static func isFinal(_ status: Int) -> Bool {
        (400..<500).contains(status) && status != 408 && status != 425 && status != 429
    }
}
