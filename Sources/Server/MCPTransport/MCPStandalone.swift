import HTTPTypes
import Hummingbird
import MCP

/// Requests of the revision without a handshake: no sessions, and headers that say what the body says.
struct MCPStandalone {
    let make: @Sendable () -> Session

    private static let methodHeader = HTTPField.Name("Mcp-Method")
    private static let nameHeader = HTTPField.Name("Mcp-Name")

    /// Whether the headers name the revision.
    static func isMeant(by headers: HTTPFields) -> Bool {
        MCPRoutes.versionHeader.map { headers[values: $0].contains(RequestEnvelope.revision) } ?? false
    }

    /// - Returns: `nil` for a message of another revision.
    func answer(to message: IncomingMessage, _ headers: HTTPFields) async throws -> Response? {
        switch message {
        case .request(_, "initialize", _): return nil
        case .request(let id, let method, let parameters):
            guard let envelope = RequestEnvelope(of: parameters) else {
                return Self.isMeant(by: headers) ? Self.refusal(id, RequestEnvelope.missing) : nil
            }
            if let name = Self.repeated(in: headers) {
                return Self.refusal(id, ProtocolError(code: -32020, message: "the header \(name) is there twice"))
            }
            if let fault = envelope.fault(of: method, parameters, headers: Self.routing(headers)) {
                return Self.refusal(id, fault)
            }
            let isStream = message.takesTime && MCPRoutes.accepts("text/event-stream", headers)
            return await MCPExchange(message, make(), isStream: isStream).answer(status: Self.status)
        case .notification, .answer:
            // A client gives a request up by closing the connection on which it waits.
            return Self.isMeant(by: headers) ? Response(status: .accepted) : nil
        case .faulty: return nil
        }
    }

    private static let routingHeaders = [MCPRoutes.versionHeader, methodHeader, nameHeader].compactMap(\.self)

    /// Of two copies nobody could say which one counts.
    private static func repeated(in headers: HTTPFields) -> HTTPField.Name? {
        routingHeaders.first { headers[values: $0].count > 1 }
    }

    private static func routing(_ headers: HTTPFields) -> RequestEnvelope.Headers {
        func value(_ name: HTTPField.Name?) -> String? { name.flatMap { headers[$0] } }
        return RequestEnvelope.Headers(
            version: value(MCPRoutes.versionHeader), method: value(methodHeader), name: value(nameHeader))
    }

    private static func refusal(_ id: MCP.RequestID?, _ error: ProtocolError) -> Response {
        let message = OutgoingMessage.failure(id, error)
        return .json(message.value, status: status(of: message))
    }

    private static func status(of message: OutgoingMessage) -> HTTPResponse.Status {
        guard case .failure(_, let error) = message else { return .ok }
        switch error.code {
        case -32601: return .notFound
        case -32700, -32600, -32602, -32020, -32022: return .badRequest
        default: return .ok
        }
    }
}
