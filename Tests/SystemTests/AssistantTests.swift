import Glibc
import JSON
import SQLite
import TestSupport
import Testing

/// Assistants as clients: the official SDK for Python, over pipes and over HTTP, and what no SDK sends.
@Suite(.serialized) struct `An assistant` {
    private static let python = "\(AssistantHost.project)/.build/python/bin/python"
    private static let client = "\(AssistantHost.project)/Tests/Clients/mcp_client.py"
    private static let hasSDK = access(python, X_OK) == 0

    private func run(_ words: [String], in host: Host) throws -> [JSONValue] {
        let client = try TestProcess(
            [Self.python, "-W", "ignore", Self.client] + words, in: host.folder,
            environment: ["GATE": AssistantHost.gate(host)])
        let end = try client.wait()
        guard end.exitCode == 0 else { throw TestFailure("\(words): \(client.error.suffix(3_000))\(client.output)") }
        return try client.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    private func pipes(_ host: Host) -> [String] {
        [Binary.path, "mcp", "--db", host.database, "--directory", host.folder]
    }

    private func address(_ server: ServerProcess) -> String { "http://127.0.0.1:\(server.port)/mcp" }

    @Test(.enabled(if: hasSDK, "no SDK: see require_python in tools/lib.sh"), arguments: ["tour", "tour-legacy"])
    func `finds every kind of request served over pipes`(tour: String) throws {
        try withHost { host in
            try AssistantHost.prepare(host)
            #expect(try run([tour] + pipes(host), in: host).last?["tour"] == .string("done"))
            try host.checkInvariants()
        }
    }

    @Test(.enabled(if: hasSDK, "no SDK: see require_python in tools/lib.sh"))
    func `runs the template as it stands with nothing else started`() throws {
        try withHost { host in
            try AssistantHost.prepare(host, isGated: true)
            let polls = try run(["converse"] + pipes(host), in: host).compactMap { $0["status"] }
            try AssistantHost.check(polls, host)
            // The runner that was started for it ends by itself.
            try eventually("the runner has ended") {
                try host.number("SELECT count(*) FROM runners WHERE state <> 'stopped'") == 0
            }
        }
    }

    @Test(.enabled(if: hasSDK, "no SDK: see require_python in tools/lib.sh"))
    func `goes on with its run in another connection`() throws {
        try withHost { host in
            try AssistantHost.prepare(host, isGated: true)
            let started = try run(["start"] + pipes(host), in: host).first?["started"]
            let id = try #require(started?["workflow_execution_id"]?.string)
            let polls = try run(["poll", id] + pipes(host), in: host).compactMap { $0["status"] }
            try AssistantHost.check(polls, host)
        }
    }

    @Test(.enabled(if: hasSDK, "no SDK: see require_python in tools/lib.sh"))
    func `is served over HTTP, also by a server that was killed between two polls`() throws {
        try withHost { host in
            try AssistantHost.prepare(host, isGated: true)
            try host.startRunner("--slots", "4")
            var server = try ServerProcess(host, directory: host.folder)
            let started = try run(["start", address(server)], in: host).first?["started"]
            let id = try #require(started?["workflow_execution_id"]?.string)
            try server.process.kill()
            server = try ServerProcess(host, directory: host.folder)
            let polls = try run(["poll", id, address(server)], in: host).compactMap { $0["status"] }
            try AssistantHost.check(polls, host)
            try host.stopRunners()
        }
    }

    @Test(.enabled(if: hasSDK, "no SDK: see require_python in tools/lib.sh"), arguments: ["tour", "tour-legacy"])
    func `finds every kind of request served over HTTP`(tour: String) throws {
        try withHost { host in
            try AssistantHost.prepare(host)
            try host.startRunner("--slots", "4")
            let server = try ServerProcess(host, directory: host.folder)
            #expect(try run([tour, address(server)], in: host).last?["tour"] == .string("done"))
            try host.stopRunners()
        }
    }

    @Test func `over HTTP gets the status that says what is wrong with a request`() throws {
        try withHost { host in
            let server = try ServerProcess(host, directory: host.folder)
            let hello = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
            let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            let json = "Content-Type: application/json"
            let cases: [(method: String, body: String?, headers: [String], status: Int)] = [
                ("POST", hello, [json], 200), ("POST", "{", [json], 400), ("GET", nil, [], 405),
                ("PUT", hello, [json], 405), ("POST", ping, [json], 400),
                ("POST", ping, [json, "Mcp-Session-Id: gone"], 404),
                ("POST", hello, [json, "MCP-Protocol-Version: 2026-07-28"], 400),
                ("POST", hello, ["Content-Type: text/plain"], 415), ("POST", hello, [json, "Accept: text/html"], 406),
                ("POST", hello, [json, "Origin: http://evil.example"], 403),
                ("POST", hello, [json, "Origin: null"], 403),
                ("DELETE", nil, [], 400), ("DELETE", nil, ["Mcp-Session-Id: gone"], 404),
            ]
            for (method, body, headers, status) in cases {
                let reply = try server.request(method, "/mcp", body: body, headers: headers)
                #expect(reply.status == status, "\(method) \(headers): \(reply.body)")
            }
            let session = try session(with: server)
            let gone = try server.request("DELETE", "/mcp", headers: [session])
            #expect(gone.status == 204)
            #expect(try server.request("POST", "/mcp", body: ping, headers: [json, session]).status == 404)
        }
    }

    @Test func `over HTTP without a handshake is refused when its headers say something else than its request`() throws
    {
        try withHost { host in
            let server = try ServerProcess(host, directory: host.folder)
            func message(_ method: String, _ members: String = "", meta: String = AssistantHost.envelope) -> String {
                #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{"_meta":{\#(meta)}\#(members)}}"#
            }
            let (json, revision) = ("Content-Type: application/json", "MCP-Protocol-Version: 2026-07-28")
            let list = message("tools/list")
            let call = message("tools/call", #","name":"list_workflows""#)
            let read = message("resources/read", #","uri":"weir://workflows/ü""#)
            let cases: [(body: String, headers: [String], status: Int, code: Int?)] = [
                (list, [revision, "Mcp-Method: tools/list"], 200, nil),
                (list, ["Mcp-Method: tools/list"], 400, -32020), (list, [revision], 400, -32020),
                (list, [revision, "Mcp-Method: tools/call"], 400, -32020),
                (list, ["MCP-Protocol-Version: 2025-11-25", "Mcp-Method: tools/list"], 400, -32020),
                (list, [revision, revision, "Mcp-Method: tools/list"], 400, -32020),
                (call, [revision, "Mcp-Method: tools/call", "Mcp-Name: list_workflows"], 200, nil),
                (call, [revision, "Mcp-Method: tools/call"], 400, -32020),
                (call, [revision, "Mcp-Method: tools/call", "Mcp-Name: cancel"], 400, -32020),
                (
                    read,
                    [revision, "Mcp-Method: resources/read", "Mcp-Name: =?base64?d2VpcjovL3dvcmtmbG93cy/DvA==?="], 400,
                    -32602
                ),
                (read, [revision, "Mcp-Method: resources/read", "Mcp-Name: =?base64?d2VpcjovL3g=?="], 400, -32020),
                (message("subscriptions/listen"), [revision, "Mcp-Method: subscriptions/listen"], 404, -32601),
                (message("ping"), [revision, "Mcp-Method: ping"], 404, -32601),
                (
                    #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, [revision, "Mcp-Method: tools/list"], 400,
                    -32602
                ),
                (
                    message("tools/list", meta: AssistantHost.envelope.replacing("2026-07-28", with: "2027-01-01")),
                    ["MCP-Protocol-Version: 2027-01-01", "Mcp-Method: tools/list"], 400, -32022
                ),
                (
                    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#, [revision], 202,
                    nil
                ),
            ]
            for (body, headers, status, code) in cases {
                let reply = try server.request("POST", "/mcp", body: body, headers: [json] + headers)
                #expect(reply.status == status, "\(headers): \(reply.body)")
                guard reply.status != 202 else { continue }
                let answer = try JSONValue(parsing: reply.body)
                #expect(answer["error"]?["code"]?.integer == code, "\(headers): \(reply.body)")
            }
            #expect(try server.request("DELETE", "/mcp", headers: [revision]).status == 405)
        }
    }

    @Test func `starts tasks of two definitions as one workflow, but none of a definition and a file`() throws {
        try withHost { host in
            try AssistantHost.prepare(host)
            let server = try ServerProcess(host, directory: host.folder)
            for (name, task) in [("one", 20), ("two", 21)] {
                let definition = #"""
                    {"name":"\#(name)","version":1,"schemaVersion":2,"inputTemplate":{"\#(name)":\#(task)},
                    "tasks":[{"name":"work","taskReferenceName":"task_\#(task)","type":"SIMPLE",
                    "inputParameters":{"n":"${workflow.input.\#(name)}"}}]}
                    """#
                let stored = try server.request(
                    "POST", "/api/metadata/workflow", body: definition, headers: ["Content-Type: application/json"])
                #expect(stored.status < 300, "\(stored.body)")
            }
            let session = try session(with: server)
            let started = try call(
                "execute_conductor_workflow", #"{"task_ids":[21,20],"parallel":true}"#, server, session)
            let id = try #require(started["workflow_execution_id"]?.string)
            let workflow = try server.get("/api/workflow/\(id)")
            #expect(workflow["workflowName"] == .string("two + one"))
            let inputs = workflow["tasks"]?.list?.map { $0["inputData"]?["n"] }
            #expect(inputs == [.integer(21), .integer(20)])
            let reply = try server.request(
                "POST", "/mcp",
                body: #"""
                    {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute_conductor_workflow",
                    "arguments":{"task_ids":[4,20]}}}
                    """#, headers: ["Content-Type: application/json", session])
            #expect(reply.body.contains("cannot be one run: task 4 is in .conductor"), "\(reply.body)")
        }
    }

    @Test func `starts a definition that Conductor's API was given, for workers of Conductor`() throws {
        try withHost { host in
            let server = try ServerProcess(host, directory: host.folder)
            let tasks = [4, 5].map {
                #"{"name":"work-\#($0)","taskReferenceName":"task_\#($0)","type":"SIMPLE","inputParameters":{"task_id":\#($0)}}"#
            }
            let definition = #"{"name":"two","version":1,"schemaVersion":2,"tasks":[\#(tasks.joined(separator: ","))]}"#
            let stored = try server.request(
                "POST", "/api/metadata/workflow", body: definition, headers: ["Content-Type: application/json"])
            #expect(stored.status < 300, "\(stored.body)")
            let session = try session(with: server)
            let started = try call(
                "execute_conductor_workflow", #"{"task_ids":[4,5],"parallel":true}"#, server, session)
            let id = try #require(started["workflow_execution_id"]?.string)
            #expect(try server.get("/api/workflow/\(id)")["status"] == .string("RUNNING"))
            for task in [4, 5] {
                let polled = try server.get("/api/tasks/poll/work-\(task)")
                let result = #"""
                    {"workflowInstanceId":"\#(id)","taskId":"\#(polled["taskId"]?.string ?? "")","status":"COMPLETED",
                    "outputData":{"done":\#(task)}}
                    """#
                let update = try server.request(
                    "POST", "/api/tasks", body: result, headers: ["Content-Type: application/json"])
                #expect(update.status < 300, "\(update.body)")
            }
            let status = try call(
                "get_conductor_workflow_status", #"{"workflow_execution_id":"\#(id)"}"#, server, session)
            #expect(status["status"] == .string("COMPLETED"), "\(status.text)")
            #expect(status["workflow_execution_id"] == .string(id))
            #expect(status["tasks"]?.list?.map { $0["task_id"]?.integer } == [4, 5], "\(status.text)")
            try host.checkInvariants()
        }
    }

    /// The header of a new session.
    private func session(with server: ServerProcess) throws -> String {
        let hello = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
        let reply = try server.request(
            "POST", "/mcp", body: hello, headers: ["Content-Type: application/json", "Accept: application/json"])
        let id = try #require(reply.head.firstMatch(of: /(?i)mcp-session-id: *([0-9a-z]+)/)?.1)
        return "Mcp-Session-Id: \(id)"
    }

    private func call(
        _ tool: String, _ arguments: String, _ server: ServerProcess, _ session: String
    ) throws -> JSONValue {
        let body =
            #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
        let answer = try server.post("/mcp", body, headers: ["Content-Type: application/json", session])
        guard let content = answer["result"]?["structuredContent"] else { throw TestFailure(answer.text) }
        return content
    }

    // MARK: Pipes

    @Test func `is answered line for line, and what is no message holds up nothing`() throws {
        try withHost { host in
            let lines = [
                #"{"jsonrpc":"2.0","id":"d","method":"server/discover"}"#, "{", "", "  ",
                #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#,
                #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query_history","arguments":"#
                    + #"{"sql":"SELECT 1 AS one"}}}"#, #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
            ]
            // No end of the last line: it counts all the same.
            let client = try host.start(["mcp"], input: lines.joined(separator: "\n"))
            #expect(try client.wait(within: 20).exitCode == 0, "\(client.error)")
            var answers: [JSONValue: JSONValue] = [:]
            for line in client.output.split(separator: "\n") {
                let answer = try JSONValue(parsing: String(line))
                answers[answer["id"] ?? .null] = answer
            }
            #expect(answers.count == 5, "\(client.output)")
            #expect(answers[.string("d")]?["error"]?["code"] == .integer(-32601))
            #expect(answers[.null]?["error"]?["code"] == .integer(-32700))
            #expect(answers[.integer(0)]?["result"]?["protocolVersion"] == .string("2025-06-18"))
            #expect(answers[.integer(1)]?["result"]?["structuredContent"]?["rows"]?.text == "[[1]]")
            #expect(answers[.integer(2)]?["result"] == .object([:]))
            #expect(client.error.isEmpty, "\(client.error)")
        }
    }

    @Test func `that only may read starts nothing, not even a runner`() throws {
        try withHost { host in
            try AssistantHost.prepare(host)
            let call =
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"execute_conductor_workflow","#
                + #""arguments":{"task_ids":[4]}}}"#
            let client = try host.start(["mcp", "--allow", "read"], input: call + "\n")
            #expect(try client.wait(within: 20).exitCode == 0, "\(client.error)")
            #expect(client.output.contains("this server allows read only"), "\(client.output)")
            #expect(try host.number("SELECT count(*) FROM runs") == 0)
            #expect(try host.number("SELECT count(*) FROM runners") == 0)
            let wrong = try host.start(["mcp", "--allow", "everything"])
            #expect(try wrong.wait().exitCode == 64)
        }
    }

    @Test func `that does not read its answers holds up nobody, and is left at its end`() throws {
        try withHost { host in
            // 40 answers of 1 MB do not fit into a pipe that nobody reads.
            let request =
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query_history","arguments":"#
                + #"{"sql":"SELECT hex(zeroblob(400000)) AS x"}}}"#
            try Files.write(String(repeating: request + "\n", count: 40), to: "\(host.folder)/requests")
            let script = """
                mkfifo answers; exec 3<> answers
                '\(Binary.path)' mcp --db '\(host.database)' < requests > answers; echo "code $?"
                """
            let shell = try TestProcess(["/bin/sh", "-c", script], in: host.folder)
            #expect(try shell.wait(within: 30).exitCode == 0, "\(shell.error)")
            #expect(shell.output == "code 0\n", "\(shell.output)")
        }
    }
}

/// The template of the reference with agents that take a moment, and what must be so when it was run.
private enum AssistantHost {
    static let project = "\(#filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined())"

    private static let results: [(agent: String, metrics: String)] = [
        ("TestingAgent", #"{"test_coverage": 96.5, "test_pass_rate": "100%", "performance_acceptable": true}"#),
        ("SecurityAgent", #"{"security_score": 93, "vulnerabilities": 0, "compliance": "SOC 2"}"#),
        ("ArchitectureAgent", #"{"coverage_threshold": "91%", "security_score": 88, "documentation": true}"#),
        ("CodeGenAgent", #"{"patterns_generated": 12, "documentation": "docs/", "test_coverage": 79}"#),
    ]

    /// What a request without a handshake says of itself, in `_meta`.
    static let envelope = #"""
        "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}
        """#

    /// The file that lets gated agents end.
    static func gate(_ host: Host) -> String { "\(host.folder)/gate" }

    /// - Parameter isGated: the agents work until the client has seen all of them at work; else for a moment.
    static func prepare(_ host: Host, isGated: Bool = false) throws {
        let work = isGated ? "until [ -e '\(gate(host))' ]; do sleep 0.05; done" : "sleep 0.8"
        mkdir("\(host.folder)/.conductor", 0o700)
        mkdir("\(host.folder)/.conductor/workflows", 0o700)
        try Files.write(
            Files.read("\(StandIns.fixtures)/template-03-parallel-execution.yaml"),
            to: "\(host.folder)/.conductor/workflows/template_03_parallel_execution.yaml")
        var configuration = "agents:\n"
        for (agent, metrics) in results {
            // One tells how far it is; of the others that is estimated.
            let tells = agent == "TestingAgent" ? "'\(Binary.path)' progress 40 'half of the tests'" : ":"
            try Files.write(
                "#!/bin/sh\ncat > /dev/null\n\(tells)\n\(work)\necho '\(metrics)'\n",
                to: "\(host.folder)/\(agent)")
            configuration += "  \(agent): {command: [./\(agent)]}\n"
        }
        try Files.write(configuration, to: "\(host.folder)/weir.yaml")
    }

    /// At one poll all four were under way, and the last one says what the database has.
    static func check(_ polls: [JSONValue], _ host: Host) throws {
        let percents = polls.map { $0["tasks"]?.list?.compactMap { $0["percent"]?.integer } ?? [] }
        #expect(percents.contains { $0.count == 4 && $0.allSatisfy { $0 > 0 && $0 < 100 } }, "\(percents)")
        #expect(percents.contains { $0.first == 40 }, "\(percents)")
        let progress = polls.compactMap { $0["progress"]?.integer }
        #expect(progress == progress.sorted() && progress.last == 100, "\(progress)")
        let last = try #require(polls.last)
        #expect(last["status"] == .string("COMPLETED"), "\(last.text)")
        let tasks = last["tasks"]?.list ?? []
        #expect(tasks.map { $0["task_id"]?.integer } == [4, 5, 6, 7])
        let stored = try host.rows("SELECT result, duration_ms FROM job_history ORDER BY id")
        for (task, row) in zip(tasks, stored) {
            guard row.count == 2, case .text(let result) = row[0], case .integer(let duration) = row[1] else {
                throw TestFailure("no result: \(row)")
            }
            let expected = try JSONValue(parsing: result)
            #expect(task["result"] == expected)
            #expect(task["duration_ms"]?.integer == Int(duration))
        }
        let summary = try #require(last["summary"])
        let run = try host.lines("SELECT jobs, duration_ms, speedup, efficiency FROM run_history")
        let told = ["total_tasks", "elapsed_ms", "speedup", "efficiency"].map { summary[$0]?.text ?? "" }
        #expect(run == [told.joined(separator: "|")])
        #expect(
            try host.lines("SELECT sum(status = 'passed'), count(*) FROM gate_results")
                == [
                    "\(summary["quality_gates"]?["passed"]?.text ?? "")|\(summary["quality_gates"]?["total"]?.text ?? "")"
                ])
        let slowest = try host.lines("SELECT key FROM job_history ORDER BY duration_ms DESC, id LIMIT 1")
        #expect(slowest == ["task_\(summary["slowest_task"]?["task_id"]?.text ?? "")"])
    }
}
