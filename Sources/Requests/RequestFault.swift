import AsyncHTTPClient
import Engine
import NIOCore
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
        case is NIOConnectionError: self.init("\(origin) cannot be reached: \(Self.reason(of: error))")
        case is CancellationError: self.init("the request was cancelled")
        default:
            // TLS has errors of many types; their descriptions tell of certificates, never of what was sent.
            self.init("the request to \(origin) failed: \(error)")
        }
    }

    private static func text(of error: HTTPClientError, _ origin: String, _ limit: Int) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            "\(origin) cannot be reached: no connection within 30 s"
        case .deadlineExceeded: "no whole answer from \(origin) within \(limit / 1000) s"
        case .readTimeout: "\(origin) went silent"
        case .remoteConnectionClosed, .uncleanShutdown: "\(origin) closed the connection before the answer was complete"
        case .cancelled: "the request was cancelled"
        default: "the request to \(origin) failed: \(error.shortDescription)"
        }
    }

    private static func reason(of error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        if error.dnsAError != nil, error.connectionErrors.isEmpty { return "the name cannot be resolved" }
        return error.connectionErrors.first.map { "\(($0.error as? IOError).map(Self.reason) ?? "\($0.error)")" }
            ?? "no address answers"
    }

    private static func reason(of error: IOError) -> String {
        switch error.errnoCode {
        case 111: "the connection was refused"
        case 113: "there is no way to the host"
        default: "\(error)"
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
