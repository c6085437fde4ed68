import JSON
import Jobs

/// One client's conversation. It knows nothing of how messages travel: they come in one by one and go out by `send`.
///
/// Requests of revisions with a handshake and of the one without may come in any order; each is served as what it is.
/// Several messages may be served at the same time; each is answered when its answer is there.
package final class Session: Sendable {
    let context: ToolContext
    private let access: Set<ToolAccess>
    /// Of this program.
    private let version: String
    private let running = RunningRequests()

    package init(context: ToolContext, access: Set<ToolAccess>, version: String) {
        self.context = context
        self.access = access
        self.version = version
    }

    /// Takes up one message, and returns at once: a later message may cancel this one from now on.
    ///
    /// - Parameter send: takes what is for the client: progress first, the answer last. A request that was cancelled
    ///   has no answer.
    /// - Returns: what serves it; `nil` when there is nothing left to do, and no answer.
    package func receive(
        _ message: IncomingMessage, send: @escaping @Sendable (OutgoingMessage) async -> Void
    ) -> Task<Void, Never>? {
        switch message {
        case .answer: return nil
        case .faulty(let id, let error): return Task { await send(.failure(id, error)) }
        case .notification("notifications/cancelled", let parameters):
            if let id = RequestID(parameters["requestId"]) { running.cancel(id) }
            return nil
        case .notification: return nil
        case .request(let id, let method, let parameters):
            return running.start(id) {
                let answer = await self.answer(id, method, parameters, send)
                if !Task.isCancelled { await send(answer) }
            }
        }
    }

    /// The client is gone: nobody waits for what is being served.
    package func end() { running.cancelAll() }

    private func answer(
        _ id: RequestID, _ method: String, _ parameters: JSONValue,
        _ send: @escaping @Sendable (OutgoingMessage) async -> Void
    ) async -> OutgoingMessage {
        do {
            // A handshake is one whatever it says of itself.
            if method != "initialize", let envelope = RequestEnvelope(of: parameters) {
                return .result(id, try await standaloneResult(of: method, parameters, envelope, send))
            }
            return .result(id, try await result(of: method, parameters, send))
        } catch let error as ProtocolError {
            return .failure(id, error)
        } catch {
            return .failure(id, ProtocolError(code: -32603, message: "\(error)"))
        }
    }

    func result(
        of method: String, _ parameters: JSONValue, _ send: @escaping @Sendable (OutgoingMessage) async -> Void
    ) async throws -> JSONValue {
        switch method {
        case "ping": return .object([:])
        case "initialize", "tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read",
            "prompts/list", "prompts/get":
            break
        default: throw ProtocolError.noMethod(method)
        }
        // Resources are for reading alone.
        if method.hasPrefix("resources/"), !access.contains(.read) { throw ProtocolError.noMethod(method) }
        guard let members = parameters.object else {
            throw ProtocolError.badParameters("params must be an object, not \(parameters.kindName)")
        }
        switch method {
        case "initialize": return welcome(members)
        case "tools/list":
            try requireFirstPage(members)
            return .object(["tools": .list(Toolbox.all.filter { access.contains($0.access) }.map(\.listing))])
        case "tools/call": return try await call(members, send)
        case "prompts/list":
            try requireFirstPage(members)
            return .object(["prompts": .list([RunPrompt.listing])])
        case "prompts/get": return try RunPrompt.get(members)
        case "resources/templates/list":
            try requireFirstPage(members)
            return .object(["resourceTemplates": .list(ResourceShelf.templates)])
        case "resources/list":
            try requireFirstPage(members)
            return .object(["resources": .list(try await ResourceShelf(context: context).list())])
        default: return try await ResourceShelf(context: context).read(members)
        }
    }

    /// All lists have one page.
    private func requireFirstPage(_ members: [String: JSONValue]) throws {
        if let cursor = members["cursor"], cursor != .null {
            throw ProtocolError.badParameters("there is no page \(cursor.text.prefix(100)); the list has one page")
        }
    }

    private func welcome(_ members: [String: JSONValue]) -> JSONValue {
        .object([
            "protocolVersion": .string(ProtocolVersion.agreed(on: members["protocolVersion"]?.string).rawValue),
            "capabilities": capabilities, "serverInfo": identity, "instructions": .string(Self.instructions),
        ])
    }

    var capabilities: JSONValue {
        var capabilities: [String: JSONValue] = ["tools": .object([:]), "prompts": .object([:])]
        if access.contains(.read) { capabilities["resources"] = .object([:]) }
        return .object(capabilities)
    }

    var identity: JSONValue {
        .object(["name": .string("weir"), "title": .string("Weir"), "version": .string(version)])
    }

    static let instructions = """
        Weir stores jobs and workflows in one SQLite file and runs them in parallel. To run tasks or a workflow, call \
        execute_conductor_workflow (task_ids or workflow_name; parallel=true for all at once), then \
        get_conductor_workflow_status every 5 seconds and show the percent of each task, until is_over is true; then \
        show summary.text. If a task failed, the others went on: retry it with retry. list_workflows shows what there is.
        """

    // MARK: Tools

    private func call(
        _ members: [String: JSONValue], _ send: @escaping @Sendable (OutgoingMessage) async -> Void
    ) async throws -> JSONValue {
        guard case .string(let name)? = members["name"] else {
            throw ProtocolError.badParameters("tools/call needs 'name', the name of a tool")
        }
        guard let tool = Toolbox.tool(named: name) else {
            let known = Toolbox.all.map(\.name).joined(separator: ", ")
            throw ProtocolError.badParameters("there is no tool '\(name.prefix(100))'; there are \(known)")
        }
        guard case .object(let values) = members["arguments"] ?? .object([:]) else {
            throw ProtocolError.badParameters("arguments must be an object")
        }
        let reporter = ProgressReporter(token: members["_meta"]?["progressToken"], send: send)
        do {
            guard access.contains(tool.access) else { throw refusal(of: tool) }
            let call = ToolCall(
                arguments: try ToolArguments(values, for: tool.input), context: context,
                report: { await reporter.report($0, $1) })
            return Self.content(of: try await tool.call(call))
        } catch let error as CancellationError {
            throw error
        } catch {
            let text = (error as? JobStoreError)?.reason ?? "\(error)"
            return .object([
                "content": .list([.object(["type": .string("text"), "text": .string(text)])]),
                "isError": .bool(true),
            ])
        }
    }

    private func refusal(of tool: Tool) -> ToolFailure {
        let allowed = ToolAccess.allCases.filter(access.contains).map(\.rawValue).joined(separator: ",")
        return ToolFailure(
            "this server allows \(allowed) only, and \(tool.name) needs '\(tool.access.rawValue)'; whoever runs the server "
                + "may allow it with --allow")
    }

    private static func content(of result: JSONValue) -> JSONValue {
        .object([
            "content": .list([.object(["type": .string("text"), "text": .string(result.text)])]),
            "structuredContent": result, "isError": .bool(false),
        ])
    }
}
