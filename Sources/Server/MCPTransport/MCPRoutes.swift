import HTTPTypes
import Hummingbird
import JSON
import Jobs
import MCP
import Stores

/// The Model Context Protocol over streamable HTTP, at `/mcp`: a message in each POST, and its answer as JSON or, where
/// progress is told meanwhile, as a stream of events.
struct MCPRoutes {
    private let sessions: MCPSessions
    private let standalone: MCPStandalone
    private let clock: @Sendable () -> Int

    /// Bytes of a message.
    private static let longestMessage = 16 << 20
    private static let sessionHeader = HTTPField.Name("Mcp-Session-Id")
    static let versionHeader = HTTPField.Name("MCP-Protocol-Version")

    init(services: ServerServices) {
        let (store, settings) = (services.store, services.settings)
        clock = { store.timekeeper.boottime() }
        let context = services.toolContext
        let make: @Sendable () -> Session = {
            Session(context: context, access: settings.toolAccess, version: settings.version)
        }
        sessions = MCPSessions(database: store.path, make: make)
        standalone = MCPStandalone(make: make)
    }

    func add(to router: some RouterMethods<ServerContext>) {
        router.post("mcp") { request, _ in try await post(request) }
        // To GET, 405 is the answer of a server that says nothing by itself.
        router.delete("mcp") { request, _ in try end(request) }
    }

    // MARK: Messages

    private func post(_ request: Request) async throws -> Response {
        try Self.checkTypes(request.headers)
        let message = IncomingMessage(parsing: try await request.bytes(limit: Self.longestMessage))
        if let answer = try await standalone.answer(to: message, request.headers) { return answer }
        if let refusal = Self.refusal(ofVersionIn: request.headers) { return refusal }
        switch message {
        case .faulty(let id, let error): return Self.refusal(.failure(id, error))
        case .request(_, "initialize", _):
            let (id, session) = sessions.begin(at: clock())
            var headers: HTTPFields = [:]
            if let name = Self.sessionHeader { headers[name] = id }
            return await MCPExchange(message, session, isStream: false).answer(headers)
        case .answer, .notification, .request:
            guard let name = Self.sessionHeader, let id = request.headers[name] else {
                return Self.refusal(
                    .failure(
                        message.id,
                        ProtocolError(
                            code: -32600, message: "the header Mcp-Session-Id is missing; 'initialize' gives its value")
                    ))
            }
            guard case .session(let session) = sessions.session(id, at: clock()) else {
                return Self.refusal(
                    .failure(
                        message.id,
                        ProtocolError(code: -32600, message: "there is no such session; begin anew with 'initialize'")),
                    status: .notFound)
            }
            let isStream = message.takesTime && Self.accepts("text/event-stream", request.headers)
            return await MCPExchange(message, session, isStream: isStream).answer()
        }
    }

    private func end(_ request: Request) throws -> Response {
        if MCPStandalone.isMeant(by: request.headers) {
            throw Problem(
                .methodNotAllowed, "the revision \(RequestEnvelope.revision) has no sessions to end",
                headers: [.allow: "POST"])
        }
        guard let name = Self.sessionHeader, let id = request.headers[name] else {
            throw Problem(.badRequest, "the header Mcp-Session-Id is missing")
        }
        guard sessions.end(id) else { throw Problem(.notFound, "there is no such session") }
        return Response(status: .noContent)
    }

    // MARK: Headers

    private static func checkTypes(_ headers: HTTPFields) throws {
        let type = headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard type.trimmingPrefix(while: { $0 == " " }) == "application/json" else {
            throw Problem(.unsupportedMediaType, "a message is JSON: send Content-Type: application/json")
        }
        guard accepts("application/json", headers) || accepts("text/event-stream", headers) else {
            throw Problem(.notAcceptable, "answers are application/json or text/event-stream; Accept names neither")
        }
    }

    static func accepts(_ type: String, _ headers: HTTPFields) -> Bool {
        guard let accepted = headers[.accept]?.lowercased() else { return true }
        let family = type.split(separator: "/").first.map { "\($0)/*" } ?? type
        return [type, family, "*/*"].contains { accepted.contains($0) }
    }

    /// `nil` for a revision that is spoken here, and where none is named.
    private static func refusal(ofVersionIn headers: HTTPFields) -> Response? {
        guard let name = versionHeader, let version = headers[name], ProtocolVersion(rawValue: version) == nil else {
            return nil
        }
        return refusal(.failure(nil, RequestEnvelope.unsupported(version)))
    }

    private static func refusal(
        _ message: OutgoingMessage, status: HTTPResponse.Status = .badRequest
    ) -> Response {
        .json(message.value, status: status)
    }
}

extension IncomingMessage {
    var id: MCP.RequestID? {
        switch self {
        case .request(let id, _, _): id
        case .faulty(let id, _): id
        case .notification, .answer: nil
        }
    }

    /// The answer may take long, and progress is told meanwhile.
    var takesTime: Bool {
        guard case .request(_, "tools/call", let parameters) = self else { return false }
        return parameters["arguments"]?["wait_for_completion"] == .bool(true)
    }
}
