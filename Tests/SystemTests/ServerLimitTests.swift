import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `A server that is attacked` {
    @Test func `reads no more of a body than a route takes`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let said = try server.request(
                "POST", "/v1/sql", body: String(repeating: "x", count: 2 << 20))
            #expect(said.status == 413)
            // Without saying how much there will be.
            let socket = try ClientSocket(port: server.port)
            try socket.send(
                "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n"
            var sent = 0
            while sent < 64 << 20, try socket.send(chunk) { sent += 65_536 }
            #expect(sent < 64 << 20)
            #expect(try server.request("GET", "/health").status == 200)
            try server.stop()
        }
    }

    @Test func `ends a connection whose headers do not end`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let socket = try ClientSocket(port: server.port)
            try socket.send("GET /health HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n")
            var sent = 0
            while sent < 4 << 20, try socket.send("X-\(sent): \(String(repeating: "a", count: 1_000))\r\n") {
                sent += 1_000
            }
            let many = try ClientSocket(port: server.port)
            try many.send(
                "GET /health HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nConnection: close\r\n"
                    + (0..<2_000).map { "X-\($0): a\r\n" }.joined() + "\r\n")
            #expect(try many.reply().status == 431)
            let long = try server.request("GET", "/v1/jobs?search=" + String(repeating: "a", count: 20_000))
            #expect(long.status == 414)
            #expect(try server.request("GET", "/health").status == 200)
            try server.stop()
        }
    }

    @Test func `reads JSON that is nested a hundred thousand deep without falling`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
            let object = String(repeating: #"{"a":"#, count: 100_000) + "1" + String(repeating: "}", count: 100_000)
            for path in ["/v1/jobs", "/v1/sql", "/v1/jobs/1/retry", "/mcp", "/api/workflow", "/api/metadata/taskdefs"] {
                for body in [deep, object] {
                    let reply = try server.request(
                        "POST", path, body: body, headers: ["Content-Type: application/json"])
                    #expect((400..<500).contains(reply.status), "\(path): \(reply.status) \(reply.body.prefix(200))")
                }
            }
            #expect(try server.request("GET", "/health").status == 200)
            try server.stop()
        }
    }

    @Test(arguments: [
        "/v1/jobs/..%2f..%2f..%2fetc%2fpasswd", "/v1/runs/../../../etc/passwd",
        "/v1/jobs/1/logs/../../../../etc/passwd",
        "/page/../../../../etc/passwd", "/page/%2e%2e/%2e%2e/etc/passwd", "/v1/schedules/..%2f..%2fetc%2fpasswd",
        "/api/workflow/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/v1/jobs/%00", "/v1/queues/%ff/pause",
    ])
    func `finds no file by a path that climbs`(path: String) throws {
        try withHost { host in
            let server = try ServerProcess(host)
            for method in ["GET", "POST"] {
                let reply = try server.request(method, path, body: method == "POST" ? "{}" : nil)
                #expect((400..<500).contains(reply.status), "\(method) \(path): \(reply.status)")
                #expect(!reply.body.contains("root:"))
            }
            try server.stop()
        }
    }

    @Test func `shows what a job is called and wrote, and lets a browser run none of it`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            let script = "<script>alert(1)</script>"
            try server.post("/v1/jobs", #"{"name": "\#(script)", "command": "echo", "args": ["\#(script)"]}"#)
            try eventually("the job") { try host.isAllFinal() }
            for path in ["/v1/jobs", "/v1/jobs/1", "/v1/jobs/1/logs", "/v1/jobs/1/logs?attempt=1"] {
                let reply = try server.request("GET", path)
                #expect(reply.body.contains(script))
                #expect(!(reply.header("Content-Type") ?? "text/html").contains("html"))
                #expect(reply.header("X-Content-Type-Options") == "nosniff")
                #expect(
                    reply.header("Content-Security-Policy")?.hasPrefix("default-src 'none'; script-src 'self'") ?? false
                )
            }
            let refused = try server.request("GET", "/v1/jobs/\(script.replacing("/", with: "%2f"))")
            #expect(refused.status == 404)
            #expect(refused.header("Content-Type") == "application/problem+json")
            try server.stop()
        }
    }

    @Test func `serves others while slow clients read and write nothing`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            try server.post("/v1/jobs", #"{"shell": "head -c 900000 /dev/zero | tr '\\0' x"}"#)
            try eventually("the job") { try host.isAllFinal() }
            var slow: [ClientSocket] = []
            for number in 0..<300 {
                let socket = try ClientSocket(port: server.port)
                let path = ["/v1/events", "/v1/jobs/1/logs", "/v1/jobs"][number % 3]
                let end = number % 3 == 2 ? "" : "\r\n"
                try socket.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\(end)")
                slow.append(socket)
            }
            for _ in 0..<20 {
                #expect(try server.request("GET", "/v1/jobs").status == 200)
                try server.post("/v1/jobs", #"{"command": "true"}"#)
            }
            try eventually("the jobs") { try host.isAllFinal() }
            #expect(slow.count == 300)
            try server.stop()
        }
    }
}
