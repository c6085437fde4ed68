import JSON
import Jobs
import Stores
import MCP
import TestSupport
import Testing

@Suite struct `A session` {
    @Test(arguments: [
        ("2024-11-05", "2024-11-05"), ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
    ])
    func `agrees on the client's revision, or else on the newest`(asked: String, agreed: String) async throws {
        try await withConversation { client in
            let answer = await client.ask("initialize", .object(["protocolVersion": .string(asked)]))
            #expect(answer["result"]?["protocolVersion"] == .string(agreed))
            #expect(answer["result"]?["serverInfo"]?["name"] == .string("weir"))
            #expect(await client.answer(to: #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
        }
    }

    @Test func `refuses what it does not speak at once, before the handshake as well`() async throws {
        try await withConversation { client in
            for method in ["server/discover", "logging/setLevel", "resources/subscribe", "completion/complete"] {
                #expect(await client.ask(method)["error"]?["code"] == .integer(-32601), "\(method)")
            }
            #expect(await client.ask("ping")["result"] == .object([:]))
        }
    }

    @Test func `answers what cannot be read, and goes on`() async throws {
        try await withConversation { client in
            let answer = await client.answer(to: "{not json")
            #expect(answer?["error"]?["code"] == .integer(-32700))
            #expect(answer?["id"] == .null)
            #expect(await client.ask("tools/list", .list([]))["error"]?["code"] == .integer(-32602))
            #expect(await client.ask("ping")["result"] == .object([:]))
        }
    }

    @Test func `lists its tools with schemas and annotations`() async throws {
        try await withConversation { client in
            let tools = await client.ask("tools/list")["result"]?["tools"]?.list ?? []
            #expect(tools.count == 11)
            for tool in tools {
                #expect(tool["inputSchema"]?["type"] == .string("object"), "\(tool.text)")
                #expect(tool["outputSchema"]?["type"] == .string("object"), "\(tool.text)")
                #expect(tool["annotations"]?["readOnlyHint"] != nil)
            }
            #expect(
                await client.ask("tools/list", .object(["cursor": .string("x")]))["error"]?["code"] == .integer(-32602))
        }
    }

    @Test func `tells errors of the protocol from failures of a tool`() async throws {
        try await withConversation { client in
            let unknown = await client.ask("tools/call", .object(["name": .string("make_coffee")]))
            #expect(unknown["error"]?["code"] == .integer(-32602))
            let nameless = await client.ask("tools/call")
            #expect(nameless["error"]?["code"] == .integer(-32602))
            let listed = await client.ask(
                "tools/call", .object(["name": .string("list_jobs"), "arguments": .list([])]))
            #expect(listed["error"]?["code"] == .integer(-32602))
            let missing = try await client.fault("get_job")
            #expect(missing == "the argument 'job_id' is missing")
            let slip = try await client.fault("list_jobs", .object(["sate": .string("ready")]))
            #expect(slip.hasPrefix("the tool has no argument 'sate'; it takes state,"))
            let state = try await client.fault("list_jobs", .object(["state": .string("done")]))
            #expect(state.hasPrefix("there is no state 'done'; there are blocked,"))
            #expect(try await client.fault("get_job", .object(["job_id": .integer(9)])).hasPrefix("there is no job 9"))
        }
    }

    @Test func `allows only what it was told to`() async throws {
        try await withConversation(access: [.read]) { client in
            let tools = await client.ask("tools/list")["result"]?["tools"]?.list ?? []
            #expect(tools.allSatisfy { $0["annotations"]?["readOnlyHint"] == .bool(true) })
            #expect(tools.count == 7)
            let refused = try await client.fault("enqueue_job", .object(["command": .string("true")]))
            #expect(refused.hasPrefix("this server allows read only, and enqueue_job needs 'execute'"))
            let jobs = try await client.service.inspect { try $0.column("SELECT count(*) FROM jobs") }
            #expect(jobs == ["0"])
        }
    }

    @Test func `has no resources for a client that may not read`() async throws {
        try await withConversation(access: [.change, .execute]) { client in
            let welcome = await client.ask("initialize")["result"]
            #expect(welcome?["capabilities"]?["resources"] == nil)
            #expect(await client.ask("resources/list")["error"]?["code"] == .integer(-32601))
            let tools = await client.ask("tools/list")["result"]?["tools"]?.list?.compactMap { $0["name"]?.string }
            #expect(tools == ["execute_conductor_workflow", "enqueue_job", "cancel", "retry"])
        }
    }

    @Test func `gives up a wait that the client cancels, without an answer, and leaves the run alone`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            let text = #"""
                {"jsonrpc":"2.0","id":"w","method":"tools/call","params":{"name":"execute_conductor_workflow",
                "arguments":{"task_ids":[4,5],"wait_for_completion":true},"_meta":{"progressToken":0}}}
                """#
            let waiting = client.receive(text)
            try await client.until("progress is told") { $0.contains { $0["method"] != nil } }
            // Others are served meanwhile.
            #expect(await client.ask("ping")["result"] == .object([:]))
            _ = client.receive(
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"w","reason":"enough"}}"#)
            await waiting?.value
            #expect(!client.messages.contains { $0["id"] == .string("w") })
            let runs = try await client.service.inspect { try $0.column("SELECT state FROM run_history") }
            #expect(runs == ["pending"])
        }
    }

    @Test func `has workflows, runs and jobs as resources`() async throws {
        try await withConversation { client in
            try client.write(".conductor/workflows/four.yaml", fourTasks)
            _ = try await client.call("execute_conductor_workflow", .object(["workflow_name": .string("four-tasks")]))
            let list = await client.ask("resources/list")["result"]?["resources"]?.list ?? []
            let addresses = list.compactMap { $0["uri"]?.string }
            #expect(
                addresses == ["weir://workflows", "weir://runs", "weir://workflows/four-tasks", "weir://runs/1"])
            for address in addresses + ["weir://jobs/1", "weir://jobs/1/log"] {
                let answer = await client.ask("resources/read", .object(["uri": .string(address)]))
                #expect(answer["result"]?["contents"]?.list?.first?["uri"] == .string(address), "\(answer.text)")
            }
            for address in ["weir://runs/2", "weir://jobs/../1", "file:///etc/passwd", "weir://workflows/..%2f..%2fx"] {
                let answer = await client.ask("resources/read", .object(["uri": .string(address)]))
                #expect(answer["error"]?["code"] == .integer(-32002), "\(answer.text)")
            }
        }
    }
}
