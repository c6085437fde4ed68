import JSON

/// Requests of the revision without a handshake: each stands alone.
extension Session {
    /// Methods whose answers clients may keep: for how long, in milliseconds, and whether it is the same for all. What
    /// there is to read changes at any time.
    private static let keeping: [String: (milliseconds: Int, isPublic: Bool)] = [
        "server/discover": (3_600_000, true), "tools/list": (3_600_000, true), "prompts/list": (3_600_000, true),
        "resources/templates/list": (3_600_000, true), "resources/list": (0, false), "resources/read": (0, false),
    ]

    /// - Throws: `ProtocolError`.
    func standaloneResult(
        of method: String, _ parameters: JSONValue, _ envelope: RequestEnvelope,
        _ send: @escaping @Sendable (OutgoingMessage) async -> Void
    ) async throws -> JSONValue {
        if let fault = envelope.fault(of: method, parameters) { throw fault }
        var members: [String: JSONValue]
        switch method {
        case "server/discover": members = discovery
        case "initialize", "ping": throw ProtocolError.noMethod(method)
        default:
            do {
                members = try await result(of: method, parameters, send).object ?? [:]
            } catch let error as ProtocolError where error.code == ProtocolError.noResourceCode {
                // The code of the other revisions is not used any more.
                throw ProtocolError(code: -32602, message: error.message, data: error.data)
            }
        }
        members["resultType"] = .string("complete")
        if let keeping = Self.keeping[method] {
            members["ttlMs"] = .integer(keeping.milliseconds)
            members["cacheScope"] = .string(keeping.isPublic ? "public" : "private")
        }
        return .object(members)
    }

    private var discovery: [String: JSONValue] {
        [
            "supportedVersions": .list([.string(RequestEnvelope.revision)]), "capabilities": capabilities,
            "instructions": .string(Self.instructions),
            "_meta": .object(["io.modelcontextprotocol/serverInfo": identity]),
        ]
    }
}
