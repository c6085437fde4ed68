import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `The end of a server` {
    private static let definition = #"""
        {"name": "slow", "version": 1, "schemaVersion": 2,
         "tasks": [{"name": "work", "taskReferenceName": "work", "type": "SIMPLE"}]}
        """#

    /// A connection on which a request was sent, that waits for its answer.
    private func ask(
        _ server: ServerProcess, _ method: String, _ path: String, body: String = "", headers: [String] = []
    ) throws -> ClientSocket {
        let socket = try ClientSocket(port: server.port)
        let lines =
            [
                "\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "Content-Type: application/json",
                "Content-Length: \(body.utf8.count)",
            ] + headers
        try socket.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        return socket
    }

    private func session(with server: ServerProcess) throws -> String {
        let hello = #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
        let reply = try server.request("POST", "/mcp", body: hello, headers: ["Content-Type: application/json"])
        return "Mcp-Session-Id: \(reply.header("Mcp-Session-Id") ?? "")"
    }

    @Test func `answers those who wait for a run, a task or output with what is known`() throws {
        try withHost { host in
            try host.startRunner("--slots", "1")
            let server = try ServerProcess(host)
            _ = try server.request("POST", "/api/metadata/workflow", body: Self.definition)
            try server.post("/v1/jobs", #"{"shell": "echo begun; exec sleep 1000"}"#)

            let polling = try ask(server, "GET", "/api/tasks/poll/nothing?timeout=5000&workerid=w")
            try eventually("the poll") {
                try server.request("GET", "/api/tasks/queue/polldata?taskType=nothing").body.contains("w")
            }
            let waiting = try ask(
                server, "POST", "/api/workflow/execute/slow/1?waitForSeconds=100&requestId=r", body: "{}")
            let session = try session(with: server)
            let call =
                #"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"execute_conductor_workflow","#
                + #""arguments":{"workflow_name":"slow","wait_for_completion":true}}}"#
            let assistant = try ask(server, "POST", "/mcp", body: call, headers: [session, "Accept: application/json"])
            let stream = try ask(server, "POST", "/mcp", body: call, headers: [session, "Accept: text/event-stream"])
            try eventually("the runs") { try host.number("SELECT count(*) FROM runs") == 3 }
            let log = try ask(server, "GET", "/v1/jobs/1/logs?follow=true")
            var output = ""
            while !output.contains("begun") { output += String(decoding: try #require(log.read()), as: UTF8.self) }

            server.process.send(SIGTERM)
            let run = try waiting.reply()
            #expect(run.status == 200)
            #expect(run.body.contains("RUNNING"), "\(run.body)")
            let poll = try polling.reply()
            #expect(poll.status == 204, "\(poll.body)")
            let told = try assistant.reply()
            let content = try told.json["result"]?["structuredContent"]
            #expect(content?["is_over"] == .bool(false), "\(told.body)")
            #expect(content?["note"]?.string?.contains("the server stops") ?? false, "\(told.body)")
            let events = try stream.reply()
            #expect(events.body.contains(#""is_over":false"#), "\(events.body)")
            // The last chunk: nothing was cut off.
            let rest = try log.rest()
            #expect((output + rest).hasSuffix("\r\n0\r\n\r\n"))
            #expect(try server.process.wait(within: 60).exitCode == 0, "\(server.process.error)")
            try host.stopRunners()
            try host.checkInvariants()
        }
    }

    @Test func `tells its runner at once, while requests are still under way`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            let told = "\(host.folder)/told"
            try server.post(
                "/v1/jobs",
                #"{"shell": "trap 'touch \#(told); exit 0' TERM; echo ready; while :; do sleep 0.05; done"}"#)
            try eventually("the job") { try server.request("GET", "/v1/jobs/1/logs").body.contains("ready") }
            // A body that does not come keeps the server waiting, until it waits no longer.
            let held = try ClientSocket(port: server.port)
            try held.send(
                "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Length: 100\r\n\r\n{")
            try eventually("the request is read") {
                try server.request("GET", "/metrics").status == 200 && held.isSilent
            }
            server.process.send(SIGTERM)
            try eventually("the signal", every: 1_000) { access(told, F_OK) == 0 }
            #expect(held.isSilent)
            #expect(try server.process.wait(within: 60).exitCode == 0, "\(server.process.error)")
        }
    }

    enum Loss: String, CaseIterable { case removed, moved, replaced }

    @Test(arguments: Loss.allCases)
    func `comes when its database is no longer there, before anything is lost`(loss: Loss) throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            try server.post("/v1/jobs", #"{"command": "true"}"#)
            try eventually("the job") { try host.isAllFinal() }
            host.disconnect()
            let other = "\(host.folder)/other.db"
            switch loss {
            case .removed: unlink(host.database)
            case .moved: rename(host.database, "\(host.folder)/moved.db")
            case .replaced:
                #expect(try host.start(["init", "--db", other]).wait().exitCode == 0)
                // A log that was left would be taken for that of the new one.
                for part in ["-wal", "-shm"] { unlink(host.database + part) }
                rename(other, host.database)
            }
            for path in ["/health", "/v1/jobs", "/api/metadata/workflow"] {
                // It may have ended already.
                guard let reply = try? server.request("GET", path) else { continue }
                #expect(reply.status == 503, "\(path): \(reply.body)")
                #expect(reply.body.contains("was removed, moved or replaced"))
            }
            if let reply = try? server.request("POST", "/v1/jobs", body: #"{"command": "true"}"#) {
                #expect(reply.status == 503)
            }
            #expect(try server.process.wait(within: 60).exitCode == 69)
            let said = server.process.error.split(separator: "\n").filter { $0.contains("start weir serve again") }
            #expect(said.count == 1, "\(server.process.error)")
            #expect(said.first?.contains(host.database) ?? false)
            if loss == .replaced { #expect(try host.number("SELECT count(*) FROM jobs") == 0) }
            if loss == .removed { #expect(access(host.database, F_OK) != 0) }
        }
    }

    @Test func `of a database comes to a runner as well, and to a server that nobody asks`() throws {
        try withHost { host in
            let runner = try host.start(["runner"])
            let server = try ServerProcess(host)
            try eventually("the runner") { try host.number("SELECT count(*) FROM runners") == 1 }
            host.disconnect()
            rename(host.database, "\(host.folder)/moved.db")
            #expect(try server.process.wait(within: 60).exitCode == 69)
            #expect(try runner.wait(within: 60).exitCode == 74)
            #expect(runner.error.contains("was removed, moved or replaced"), "\(runner.error)")
        }
    }
}
