import JSON
import MCP
import TestSupport
import Testing

/// Requests of the revision without a handshake, each of which says what it speaks.
@Suite struct `A request that stands alone` {
    private static let envelope: [String: JSONValue] = [
        "io.modelcontextprotocol/protocolVersion": .string("2026-07-28"),
        "io.modelcontextprotocol/clientCapabilities": .object([:]),
    ]

    private func ask(
        _ client: Conversation, _ method: String, _ members: [String: JSONValue] = [:],
        meta: [String: JSONValue] = envelope
    ) async -> JSONValue {
        var members = members
        members["_meta"] = .object(meta)
        return await client.ask(method, .object(members))
    }

    @Test func `learns what there is, and is served without a handshake`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            let found = await ask(client, "server/discover")["result"]
            #expect(found?["supportedVersions"] == .list([.string("2026-07-28")]))
            #expect(found?["resultType"] == .string("complete"))
            #expect(found?["capabilities"]?["tools"] == .object([:]))
            #expect(found?["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"] == .string("weir"))
            #expect((found?["ttlMs"]?.integer ?? -1) >= 0)
            for method in [
                "tools/list", "resources/list", "resources/templates/list", "prompts/list",
            ] {
                let result = await ask(client, method)["result"]
                #expect(result?["resultType"] == .string("complete"), "\(method)")
                #expect((result?["ttlMs"]?.integer ?? -1) >= 0, "\(method)")
                #expect(["public", "private"].contains(result?["cacheScope"]?.string), "\(method)")
            }
            let read = await ask(client, "resources/read", ["uri": .string("weir://workflows")])["result"]
            #expect(read?["ttlMs"] == .integer(0))
            let call = await ask(client, "tools/call", ["name": .string("list_workflows")])["result"]
            #expect(call?["resultType"] == .string("complete"))
            #expect(call?["isError"] == .bool(false))
            #expect(call?["ttlMs"] == nil)
            let prompt = await ask(client, "prompts/get", ["name": .string("run_and_watch")])["result"]
            #expect(prompt?["resultType"] == .string("complete"))
        }
    }

    @Test func `may stand between those with a handshake, which look as ever`() async throws {
        try await withConversation { client in
            _ = await ask(client, "server/discover")
            let welcome = await client.ask("initialize", .object(["protocolVersion": .string("2025-11-25")]))
            #expect(welcome["result"]?["protocolVersion"] == .string("2025-11-25"))
            let listed = await client.ask("tools/list")["result"]
            #expect(listed?["resultType"] == nil && listed?["ttlMs"] == nil)
            #expect(await client.ask("ping")["result"] == .object([:]))
            #expect(await ask(client, "tools/list")["result"]?["resultType"] == .string("complete"))
        }
    }

    @Test func `is refused with what is wrong with it`() async throws {
        try await withConversation { client in
            func error(_ method: String, _ members: [String: JSONValue] = [:], _ change: [String: JSONValue?] = [:])
                async
                -> JSONValue?
            {
                var meta = Self.envelope
                for (key, value) in change { meta["io.modelcontextprotocol/\(key)"] = value }
                return await ask(client, method, members, meta: meta)["error"]
            }
            #expect(await error("tools/list", [:], ["clientCapabilities": nil])?["code"] == .integer(-32602))
            #expect(await error("tools/list", [:], ["clientCapabilities": .list([])])?["code"] == .integer(-32602))
            #expect(await error("tools/list", [:], ["protocolVersion": .integer(2026)])?["code"] == .integer(-32602))
            let later = await error("tools/list", [:], ["protocolVersion": .string("2027-01-01")])
            #expect(later?["code"] == .integer(-32022))
            #expect(later?["data"]?["requested"] == .string("2027-01-01"))
            #expect(
                later?["data"]?["supported"]?.list?.prefix(2).map(\.self) == [
                    .string("2026-07-28"), .string("2025-11-25"),
                ])
            for method in ["ping", "logging/setLevel", "resources/subscribe", "subscriptions/listen", "tools/make"] {
                #expect(await error(method)?["code"] == .integer(-32601), "\(method)")
            }
            #expect(await error("resources/read", ["uri": .string("weir://runs/9")])?["code"] == .integer(-32602))
            #expect(await error("tools/call", ["name": .string("make_coffee")])?["code"] == .integer(-32602))
        }
    }

    @Test func `tells progress and can be given up, as with a handshake`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            let waiting = client.receive(
                #"""
                {"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"execute_conductor_workflow",
                "arguments":{"task_ids":[4,5],"wait_for_completion":true},"_meta":{"progressToken":0,
                "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
                """#)
            try await client.until("progress is told") { $0.contains { $0["method"] != nil } }
            _ = client.receive(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w"}}"#)
            await waiting?.value
            #expect(!client.messages.contains { $0["id"] == .string("w") })
        }
    }
}
