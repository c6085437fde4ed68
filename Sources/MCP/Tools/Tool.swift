import JSON

/// Something that a client may call.
package struct Tool: Sendable {
    let name: String
    let title: String
    let description: String
    let access: ToolAccess
    /// Undoes or stops something that somebody else may rely on.
    var isDestructive = false
    /// The same call again changes nothing more.
    var isIdempotent = false
    /// What it does may reach beyond this machine.
    var isOpenWorld = false
    let input: Schema
    var output: Schema?
    let call: @Sendable (ToolCall) async throws -> JSONValue

    /// As `tools/list` has it.
    var listing: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "title": .string(title), "description": .string(description),
            "inputSchema": input.value,
            "annotations": .object([
                "title": .string(title), "readOnlyHint": .bool(access == .read),
                "destructiveHint": .bool(isDestructive), "idempotentHint": .bool(isIdempotent || access == .read),
                "openWorldHint": .bool(isOpenWorld),
            ]),
        ]
        members["outputSchema"] = output?.value
        return .object(members)
    }
}

/// One call of a tool.
struct ToolCall: Sendable {
    let arguments: ToolArguments
    let context: ToolContext
    /// Tells the client how far the call is, from 0 to 100, if it asked for that.
    let report: @Sendable (_ percent: Double, _ message: String) async -> Void
}

/// Why a tool did not do what it was asked for; the text says how to mend it. The client gets it as a result.
package struct ToolFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
