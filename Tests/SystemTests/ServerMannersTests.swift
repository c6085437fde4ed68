import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `A server that is asked wrongly` {
    private func send(_ text: String, to server: ServerProcess) throws -> ClientSocket {
        let socket = try ClientSocket(port: server.port)
        try socket.send(text.replacing("PORT", with: "\(server.port)"))
        return socket
    }

    @Test func `names a parameter that it does not know or that stands twice`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let cases = [
                ("GET", "/v1/jobs?stat=failed", "there is no parameter 'stat' here; did you mean 'state'?"),
                ("GET", "/v1/jobs?state=failed&state=ready", "the parameter 'state' stands twice"),
                ("GET", "/v1/jobs?x", "; there are: state, queue, run, workflow, key, search, limit, before"),
                ("GET", "/v1/runs?limit=5&=7", "there is no parameter ''"),
                ("GET", "/v1/queues?state=failed", "there is no parameter 'state' here; this route has none"),
                ("POST", "/v1/jobs?priority=9", "this route has none"),
                ("POST", "/v1/queues/default/pause?dry=1", "this route has none"),
                ("GET", "/v1/events?lastEventId=4", "did you mean 'last_event_id'?"),
                ("GET", "/v1/openapi.json?x=1", "this route has none"),
                ("GET", "/v1/jobs/1/logs?folow=true", "did you mean 'follow'?"),
            ]
            for (method, path, expected) in cases {
                let reply = try server.request(
                    method, path, body: method == "POST" ? #"{"command": "true"}"# : nil)
                #expect(reply.status == 400, "\(path): \(reply.body)")
                #expect(reply.body.contains(expected), "\(path): \(reply.body)")
                #expect(reply.header("Content-Type") == "application/problem+json")
            }
            for path in ["/v1/jobs?", "/v1/jobs?state=", "/v1/jobs?limit=5&state=failed,ready", "/v1/queues?"] {
                #expect(try server.request("GET", path).status == 200)
            }
            // Conductor's clients send what they like.
            #expect(try server.request("GET", "/api/metadata/workflow?x=1&x=2").status == 200)
            #expect(try host.number("SELECT count(*) FROM jobs") == 0)
            try server.stop()
        }
    }

    @Test func `tells which methods a path takes`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let cases = [
                ("PUT", "/v1/jobs", "GET, HEAD, POST"), ("DELETE", "/v1/jobs/1", "GET, HEAD"),
                ("OPTIONS", "/v1/jobs", "GET, HEAD, POST"), ("PROPFIND", "/v1/runs/1/pause", "POST"),
                ("GET", "/v1/sql", "POST"), ("POST", "/v1/openapi.json", "GET, HEAD"),
                ("GET", "/mcp", "DELETE, POST"), ("OPTIONS", "/mcp", "DELETE, POST"), ("POST", "/", "GET, HEAD"),
                ("POST", "/page/api.js", "GET, HEAD"), ("POST", "/health", "GET, HEAD"),
                ("PATCH", "/metrics", "GET, HEAD"), ("DELETE", "/api/tasks", "POST"),
                ("OPTIONS", "/api/metadata/taskdefs", "GET, HEAD, POST, PUT"),
                ("HEAD", "/api/tasks", "POST"),
            ]
            for (method, path, allowed) in cases {
                let reply = try server.request(method, path)
                #expect(reply.status == 405, "\(method) \(path): \(reply.status) \(reply.body)")
                #expect(reply.header("Allow") == allowed, "\(method) \(path)")
                #expect(reply.header("Access-Control-Allow-Origin") == nil)
                let isConductor = path.hasPrefix("/api/")
                #expect(reply.header("Content-Type") == "application/\(isConductor ? "" : "problem+")json")
                if method != "HEAD" { #expect(try reply.json["status"] == .integer(405)) }
            }
            for path in ["/v1/nothing", "/v1", "/nothing", "/api/nothing", "/mcp/x", "/page/nothing.js"] {
                #expect(try server.request("OPTIONS", path).status == 404, "\(path)")
            }
            try server.stop()
        }
    }

    @Test func `says what is wrong with what is no request, and closes the connection`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let own = "Host: 127.0.0.1:PORT\r\n"
            let long = String(repeating: "a", count: 40_000)
            let many = (0..<200).map { "X-\($0): a\r\n" }.joined()
            let cases = [
                ("garbage\r\n\r\n", 400, "this is no request of HTTP"),
                ("GET /health HTTP/3.7\r\n\(own)\r\n", 505, "HTTP/1.1"),
                ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1"),
                ("GET /health HTTP/1.1\r\n\(own)Bad\u{1}Name: x\r\n\r\n", 400, "this is no request of HTTP"),
                ("POST /v1/jobs HTTP/1.1\r\n\(own)Content-Length: many\r\n\r\n", 400, "content-length"),
                ("GET /health HTTP/1.1\r\n\(own)X: \(long)\r\n\r\n", 431, "32768 bytes"),
                ("GET /health HTTP/1.1\r\n\(own)\(many)\r\n", 431, "more than 100"),
                ("GET /\(long) HTTP/1.1\r\n\(own)\r\n", 414, "8192 bytes"),
                ("GET /\(long.prefix(9_000)) HTTP/1.1\r\n\(own)Connection: close\r\n\r\n", 414, "8192 bytes"),
                ("GET /health HTTP/1.1\r\n\(own)Host: evil.example\r\n\r\n", 400, "2 Host headers"),
                ("GET /health HTTP/1.1\r\n\(own)\(own)\r\n", 400, "2 Host headers"),
                ("GET /health HTTP/1.1\r\n\r\n", 400, "Host header is missing"),
                ("CONNECT evil.example:80 HTTP/1.1\r\n\(own)\r\n", 400, "no target of a request"),
                (
                    "POST /v1/jobs HTTP/1.1\r\n\(own)Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
                    "the body is not sent as"
                ),
            ]
            for (text, status, expected) in cases {
                let all = try send(text, to: server).rest()
                let reply = try HTTPReply(all)
                #expect(reply.status == status, "\(text.prefix(80)): \(reply.status) \(reply.body)")
                #expect(reply.header("Content-Type") == "application/problem+json")
                #expect(reply.header("Connection") == "close")
                #expect(try reply.json["status"] == .integer(status))
                let detail = try reply.json["detail"]?.string ?? ""
                #expect(detail.lowercased().contains(expected.lowercased()), "\(text.prefix(80)): \(detail)")
                #expect(all.split(separator: "HTTP/1.1 ").count == 1, "\(all)")
            }
            #expect(try server.request("GET", "/health").status == 200)
            try server.stop()
        }
    }

    @Test func `counts the name in the target of a request, where there is one`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let cases = [
                ("http://evil.example/health", "127.0.0.1:PORT", 403), ("http://evil.example/", "127.0.0.1:PORT", 403),
                ("http://127.0.0.1:PORT@evil.example/v1/jobs", "127.0.0.1:PORT", 403),
                ("http://user@127.0.0.1:PORT/v1/jobs", "127.0.0.1:PORT", 403),
                ("http://127.0.0.1:1/v1/jobs", "127.0.0.1:PORT", 403),
                ("HTTP://evil.example?x", "127.0.0.1:PORT", 403),
                ("http://127.0.0.1:PORT/v1/jobs", "127.0.0.1:PORT", 200),
                ("http://localhost:PORT/v1/jobs", "evil.example", 200),
                ("ftp://127.0.0.1:PORT/v1/jobs", "127.0.0.1:PORT", 400),
                ("http:///v1/jobs", "127.0.0.1:PORT", 400),
            ]
            for (target, name, status) in cases {
                let socket = try send(
                    "GET \(target) HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\r\n", to: server)
                let reply = try socket.reply()
                #expect(reply.status == status, "\(target): \(reply.body)")
            }
            try server.stop()
        }
    }

    @Test func `ends the connection of a request that can be followed by no other, and says so`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let own = "Host: 127.0.0.1:PORT\r\n"
            let requests = [
                "GET /v1/queues HTTP/1.1\r\n\(own)Connection: Close\r\n\r\n",
                "GET /v1/queues HTTP/1.1\r\n\(own)Connection: TE, close\r\n\r\n",
                "GET /v1/queues HTTP/1.0\r\n\(own)\r\n",
                // As clients of HTTP/2 begin.
                "GET /v1/queues HTTP/1.1\r\n\(own)Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n",
            ]
            for request in requests {
                let reply = try send(request, to: server).reply()
                #expect(reply.status == 200, "\(request)")
                #expect(reply.header("Connection") == "close", "\(request)")
            }
            let kept = "GET /v1/queues HTTP/1.1\r\n\(own)\r\n"
            let all = try send(kept + kept + requests[0], to: server).rest()
            #expect(all.matches(of: /HTTP\/1\.1 200/).count == 3, "\(all)")
            #expect(all.matches(of: /(?i)connection: close/).count == 1, "\(all)")
            try server.stop()
        }
    }

    @Test func `answers what came before the garbage first`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let good = "GET /v1/queues HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n"
            let all = try send(good + good + "garbage\r\n\r\n" + good, to: server).rest()
            let statuses = all.matches(of: /HTTP\/1\.1 (\d{3})/).map { String($0.1) }
            #expect(statuses == ["200", "200", "400"], "\(all)")
            try server.stop()
        }
    }
}

@Suite(.serialized) struct `A client that says that it sends no more` {
    private static let definition = #"""
        {"name": "one", "version": 1, "schemaVersion": 2,
         "tasks": [{"name": "work", "taskReferenceName": "work", "type": "SIMPLE"}]}
        """#

    private func send(_ text: String, to server: ServerProcess) throws -> ClientSocket {
        let socket = try ClientSocket(port: server.port)
        try socket.send(text.replacing("HEAD", with: "HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)"))
        socket.finishSending()
        return socket
    }

    @Test func `gets its answers`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let job = #"{"command": "true"}"#
            let post = "POST /v1/jobs HEAD\r\nContent-Length: \(job.utf8.count)\r\n\r\n\(job)"
            #expect(try send(post, to: server).reply().status == 201)
            #expect(try send("GET /v1/jobs/1 HEAD\r\n\r\n", to: server).reply().body.contains(#""state":"ready""#))
            let two = try send(post + post, to: server).rest()
            #expect(two.matches(of: /HTTP\/1\.1 201/).count == 2, "\(two)")
            #expect(try send("garbage\r\n\r\n", to: server).reply().status == 400)
            // Nothing was asked, or not all of it.
            #expect(try send("", to: server).rest() == "")
            _ = try send("POST /v1/jobs HEAD\r\nContent-Length: 100\r\n\r\n{", to: server).rest()
            #expect(try host.number("SELECT count(*) FROM jobs") == 3)
            try server.stop()
        }
    }

    @Test func `waits for a task, and gets it`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            _ = try server.request("POST", "/api/metadata/workflow", body: Self.definition)
            let poll = try send("GET /api/tasks/poll/work?timeout=5000&workerid=w HEAD\r\n\r\n", to: server)
            try eventually("the poll") {
                try server.request("GET", "/api/tasks/queue/polldata?taskType=work").body.contains("w")
            }
            _ = try server.request(
                "POST", "/api/workflow/one", body: "{}", headers: ["Content-Type: application/json"])
            let reply = try poll.reply()
            #expect(reply.status == 200)
            #expect(reply.body.contains(#""taskType":"work""#), "\(reply.body)")
            try server.stop()
        }
    }

    @Test(arguments: [false, true])
    func `and dies while it waits gets no task, which another has at once`(saidSo: Bool) throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let before = sockets(of: server)
            _ = try server.request("POST", "/api/metadata/workflow", body: Self.definition)
            do {
                let poll = try ClientSocket(port: server.port)
                try poll.send(
                    "GET /api/tasks/poll/work?timeout=5000&workerid=w HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n"
                )
                try eventually("the poll") {
                    try server.request("GET", "/api/tasks/queue/polldata?taskType=work").body.contains("w")
                }
                if saidSo { poll.finishSending() }
                #expect(sockets(of: server) > before)
            }
            try eventually("the server lets go of it") { sockets(of: server) <= before }
            _ = try server.request(
                "POST", "/api/workflow/one", body: "{}", headers: ["Content-Type: application/json"])
            let reply = try server.request("GET", "/api/tasks/poll/work?timeout=5000")
            #expect(reply.status == 200, "\(reply.status)")
            try server.stop()
        }
    }

    private func sockets(of server: ServerProcess) -> Int {
        let folder = "/proc/\(server.process.pid)/fd"
        return Files.names(in: folder).count { name in
            var bytes = [CChar](repeating: 0, count: 64)
            let count = readlink("\(folder)/\(name)", &bytes, bytes.count)
            let target = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return target.hasPrefix("socket:")
        }
    }
}
