import HTTPTypes
import Hummingbird
import JSON
import Jobs
import MCP
import NIOCore
import Stores

/// `/mcp`: the Model Context Protocol over streamable HTTP. One answer is JSON; what tells of progress is a stream.
struct MCPRoutes {
    private let services: ServerServices
    private let sessions: MCPSessions

    private static let bodyLimit = 4 << 20
    private static let sessionHeader = HTTPField.Name("Mcp-Session-Id")
    private static let versionHeader = HTTPField.Name("MCP-Protocol-Version")

    init(services: ServerServices) {
        self.services = services
        let (context, access) = (services.toolContext, services.settings.toolAccess)
        let version = services.settings.version
        sessions = MCPSessions { Session(context: context, access: access, version: version) }
    }

    func add(to router: some RouterMethods<ServerContext>) {
        router.on("mcp", method: .post) { request, _ in try await post(request) }
        router.on("mcp", method: .delete) { request, _ in
            guard let id = Self.sessionHeader.flatMap({ request.headers[$0] }), sessions.end(id) else {
                throw Problem(.notFound, "there is no such session")
            }
            return Response(status: .noContent)
        }
        // The server begins nothing by itself, so that there is no stream to listen at.
        for method in [HTTPRequest.Method.get, .put, .patch] {
            router.on("mcp", method: method) { _, _ -> Response in
                throw Problem(.methodNotAllowed, "/mcp takes POST and DELETE", headers: [.allow: "POST, DELETE"])
            }
        }
    }

    private func post(_ request: Request) async throws -> Response {
        try Self.check(request)
        let bytes: [UInt8] = try await request.bytes(limit: Self.bodyLimit)
        let message = IncomingMessage(parsing: bytes)
        var headers: HTTPFields = [:]
        let session: Session
        let now = services.store.timekeeper.boottime()
        if case .request(_, method: "initialize", _) = message {
            let opened = sessions.open(now: now)
            session = opened.session
            if let name = Self.sessionHeader { headers[name] = opened.id }
        } else if let id = Self.sessionHeader.flatMap({ request.headers[$0] }) {
            guard let known = sessions.find(id, now: now) else {
                throw Problem(.notFound, "the session has ended; begin anew with initialize")
            }
            session = known
        } else {
            session = sessions.passing()
        }
        switch message {
        case .notification, .answer:
            _ = session.receive(message) { _ in }
            return Response(status: .accepted)
        case .faulty(_, let error):
            return .json(OutgoingMessage.failure(nil, error).value, status: .badRequest)
        case .request(_, let method, _):
            let takesStream = request.headers[.accept]?.contains("text/event-stream") ?? false
            if method == "tools/call", takesStream { return Self.stream(message, to: session, headers) }
            return await Self.answer(message, to: session, headers)
        }
    }

    private static func check(_ request: Request) throws {
        let type = request.headers[.contentType] ?? ""
        guard type.lowercased().hasPrefix("application/json") else {
            throw Problem(.unsupportedMediaType, "the body must be application/json, not '\(type.prefix(100))'")
        }
        if let accept = request.headers[.accept], !accept.contains("application/json"), !accept.contains("*/*") {
            throw Problem(.notAcceptable, "Accept must name application/json")
        }
        if let version = versionHeader.flatMap({ request.headers[$0] }), ProtocolVersion(rawValue: version) == nil {
            let known = ProtocolVersion.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(
                .badRequest, "there is no MCP-Protocol-Version '\(version.prefix(40))' here; there are: \(known)")
        }
    }

    /// Waits for the one answer; what tells of progress is left out.
    private static func answer(
        _ message: IncomingMessage, to session: Session, _ headers: HTTPFields
    ) async -> Response {
        let (stream, messages) = AsyncStream<OutgoingMessage>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let work = session.receive(message) { if $0.isAnswer { messages.yield($0) } }
        await work?.value
        messages.finish()
        for await answer in stream { return .json(answer.value, headers: headers) }
        // It was cancelled, and nobody is to have an answer.
        return Response(status: .accepted, headers: headers)
    }

    private static func stream(
        _ message: IncomingMessage, to session: Session, _ headers: HTTPFields
    ) -> Response {
        let (stream, messages) = AsyncStream<OutgoingMessage>.makeStream(bufferingPolicy: .bufferingNewest(1_000))
        let work = session.receive(message) { messages.yield($0) }
        var headers = headers
        headers[.contentType] = "text/event-stream"
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                // A connection that drops cancels nothing: the client says so when it means it.
                async let end: Void = {
                    await work?.value
                    messages.finish()
                }()
                for await message in stream {
                    try await writer.write(ByteBuffer(string: "event: message\ndata: \(message.text)\n\n"))
                }
                await end
                try await writer.finish(nil)
            })
    }
}
