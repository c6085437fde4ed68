package import JSON

/// What every request of the revision without a handshake says of itself, in `_meta` of its parameters: the revision that
/// it speaks, and what its client can do.
package struct RequestEnvelope: Sendable, Equatable {
    private let version: JSONValue
    private let capabilities: JSONValue?

    /// The revision in which requests stand alone.
    package static let revision = "2026-07-28"
    private static let versionKey = "io.modelcontextprotocol/protocolVersion"
    private static let capabilitiesKey = "io.modelcontextprotocol/clientCapabilities"

    /// `nil`: the request belongs to a revision with a handshake.
    package init?(of parameters: JSONValue) {
        guard let meta = parameters["_meta"], let version = meta[Self.versionKey] else { return nil }
        self.version = version
        capabilities = meta[Self.capabilitiesKey]
    }

    /// The headers of a request over HTTP that say what its body says.
    package struct Headers: Sendable {
        package let version: String?
        package let method: String?
        package let name: String?

        /// - Parameters:
        ///   - version: MCP-Protocol-Version.
        ///   - method: Mcp-Method.
        ///   - name: Mcp-Name, as it came.
        package init(version: String?, method: String?, name: String?) {
            self.version = version
            self.method = method
            self.name = name
        }
    }

    /// Why the request cannot be served; `nil`: it can.
    ///
    /// - Parameters:
    ///   - headers: `nil` where no headers travel with it.
    package func fault(of method: String, _ parameters: JSONValue, headers: Headers? = nil) -> ProtocolError? {
        guard capabilities?.object != nil else {
            return .badParameters("params._meta needs \(Self.capabilitiesKey), an object")
        }
        if let headers, let fault = disagreement(of: headers, method, parameters) {
            return ProtocolError(code: -32020, message: fault)
        }
        guard case .string(let asked) = version else {
            return .badParameters("\(Self.versionKey) in params._meta must be a text, not \(version.kindName)")
        }
        return asked == Self.revision ? nil : Self.unsupported(asked)
    }

    /// The request has no envelope, or half of one, and its headers say that it should.
    package static let missing = ProtocolError.badParameters(
        "params._meta needs \(versionKey) and \(capabilitiesKey)")

    /// - Parameter asked: a revision that is not spoken.
    package static func unsupported(_ asked: String) -> ProtocolError {
        let known = [revision] + ProtocolVersion.allCases.reversed().map(\.rawValue)
        return ProtocolError(
            code: -32022, message: "the revision '\(asked.prefix(40))' is not spoken here",
            data: .object([
                "supported": .list(known.map { .string($0) }), "requested": .string(String(asked.prefix(100))),
            ]))
    }

    // MARK: Headers

    /// What a parameter of a method is called that the header Mcp-Name has as well.
    private static let named = ["tools/call": "name", "prompts/get": "name", "resources/read": "uri"]

    private func disagreement(of headers: Headers, _ method: String, _ parameters: JSONValue) -> String? {
        if headers.version.map({ .string($0) }) != version {
            return "the header MCP-Protocol-Version and \(Self.versionKey) of the request differ"
        }
        if headers.method != method { return "the header Mcp-Method and the method of the request differ" }
        guard let key = Self.named[method], case .string(let value)? = parameters[key] else { return nil }
        guard headers.name == value || headers.name == HeaderText.encoded(value) else {
            return "the header Mcp-Name and '\(key)' of the request differ"
        }
        return nil
    }
}
