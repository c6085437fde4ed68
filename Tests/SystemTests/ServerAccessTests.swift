import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `A server` {
    @Test func `lets a program of its user in without a token, and tells of jobs`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let answer = try server.post("/v1/jobs", #"{"command": "echo", "args": ["hello"]}"#)
            #expect(answer["id"] == .integer(1))
            let list = try server.get("/v1/jobs")
            #expect(list["jobs"]?.list?.first?["command"] == .string("echo hello"))
            try server.stop()
        }
    }

    @Test(arguments: ["evil.example", "evil.example:PORT", "127.0.0.1:1", "localhost", "127.0.0.1.evil.example:PORT"])
    func `refuses a name that another server may have, as DNS rebinding gives it`(name: String) throws {
        try withHost { host in
            let server = try ServerProcess(host)
            for path in ["/v1/jobs", "/v1/events", "/metrics", "/health", "/mcp", "/api/metadata/workflow", "/"] {
                let reply = try server.request(
                    "GET", path, host: name.replacing("PORT", with: "\(server.port)"))
                #expect(reply.status == 403, "\(path): \(reply.body)")
            }
            try server.stop()
        }
    }

    @Test(arguments: [
        "Origin: http://evil.example", "Origin: null", "Origin: http://127.0.0.1:1",
        "Origin: https://localhost.evil.example",
        "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
    ])
    func `takes nothing from a foreign page, with or without the token`(header: String) throws {
        try withHost { host in
            let server = try ServerProcess(host)
            for path in ["/v1/jobs", "/api/workflow", "/mcp", "/v1/sql"] {
                for headers in [[header], [header, "Authorization: Bearer \(server.token)"]] {
                    let reply = try server.request("POST", path, body: #"{"command": "true"}"#, headers: headers)
                    #expect(reply.status == 403, "\(path): \(reply.body)")
                }
            }
            #expect(try server.get("/v1/jobs")["jobs"] == .list([]))
            try server.stop()
        }
    }

    @Test func `asks everybody for the token where it was told to`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--require-token")
            for path in ["/v1/jobs", "/v1/events", "/metrics", "/api/metadata/workflow", "/v1/openapi.json"] {
                let reply = try server.request("GET", path)
                #expect(reply.status == 401, "\(path): \(reply.body)")
                #expect(reply.header("WWW-Authenticate")?.contains("Bearer") ?? false)
            }
            let good = try server.request("GET", "/v1/jobs", headers: ["Authorization: Bearer \(server.token)"])
            #expect(good.status == 200)
            let session = try server.request(
                "POST", "/v1/session", body: "{}", headers: ["Authorization: Bearer \(server.token)"])
            let cookie = try #require(session.header("Set-Cookie"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
            let pair = cookie.split(separator: ";")[0]
            #expect(try server.request("GET", "/v1/jobs", headers: ["Cookie: \(pair)"]).status == 200)
            try server.stop()
        }
    }

    @Test func `stops counting on those who guess the token`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            var statuses: [Int] = []
            for guess in 0..<30 {
                statuses.append(
                    try server.request("GET", "/v1/jobs", headers: ["Authorization: Bearer \(guess)"]).status)
            }
            #expect(statuses.first == 401)
            #expect(statuses.contains(429))
            #expect(try server.request("GET", "/v1/jobs").status == 200)
            // Who has the right one comes in, whatever others of the same place try.
            let right = try server.request("GET", "/v1/jobs", headers: ["Authorization: Bearer \(server.token)"])
            #expect(right.status == 200)
            try server.stop()
        }
    }

    @Test func `stops counting on those who guess by cookies, and not a browser with an old one`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--require-token")
            func ask(_ cookie: String) throws -> Int {
                try server.request("GET", "/v1/jobs", headers: ["Cookie: weir-token=\(cookie)"]).status
            }
            for _ in 0..<40 { #expect(try ask("old") == 401) }
            // More than fit into two minutes, one of which may end meanwhile.
            let statuses = try (0..<60).map { try ask("guess\($0)") }
            #expect(statuses.first == 401)
            #expect(statuses.contains(429))
            #expect(try ask(server.token) == 200)
            try server.stop()
        }
    }

    @Test func `answers for a head alone`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            #expect(try server.request("HEAD", "/health").status == 200)
            try server.stop()
        }
    }

    @Test func `starts its runner again when that dies`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "1")
            let pid = try eventuallyRunner(server, but: nil)
            kill(pid_t(pid), SIGKILL)
            let next = try eventuallyRunner(server, but: pid)
            #expect(server.process.error.contains("the runner (process \(pid)) has ended; it is started again"))
            try server.post("/v1/jobs", #"{"command": "true"}"#)
            try eventually("end of the job") { try host.isAllFinal() }
            try server.stop()
            #expect(kill(pid_t(next), 0) == -1)
        }
    }

    /// The process of a live runner, once there is one that is not `other`.
    private func eventuallyRunner(_ server: ServerProcess, but other: Int?) throws -> Int {
        var found: Int?
        try eventually("a live runner", within: 60) {
            found = try server.get("/v1/runners")["runners"]?.list?.first {
                $0["state"] == .string("live") && $0["pid"]?.integer != other
            }?["pid"]?.integer
            return found != nil
        }
        return found ?? 0
    }

    @Test func `keeps its token from others, and refuses one that others can read`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            #expect(server.token.count == 64)
            try server.stop()
            #expect(Files.mode(host.database + "-token") == 0o600)
            chmod(host.database + "-token", 0o644)
            let again = try host.start(["serve", "--port", "0"])
            #expect(try again.wait().exitCode != 0)
            #expect(again.error.contains("can be read by others"))
        }
    }

    @Test func `listens elsewhere only with TLS or when that was asked for`() throws {
        try withHost { host in
            let refused = try host.start(["serve", "--port", "0", "--bind", "0.0.0.0"])
            #expect(try refused.wait().exitCode == 64)
            #expect(refused.error.contains("--insecure"))
            let server = try ServerProcess(host, "--bind", "0.0.0.0", "--insecure")
            #expect(try server.request("GET", "/v1/jobs").status == 401)
            let reply = try server.request("GET", "/v1/jobs", headers: ["Authorization: Bearer \(server.token)"])
            #expect(reply.status == 200)
            try server.stop()
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func `lets a program of another user in only with the token`() throws {
        try withHost { host in
            let server = try ServerProcess(host)
            let url = "http://127.0.0.1:\(server.port)/v1/jobs"
            func ask(_ arguments: [String]) throws -> String {
                let curl = try TestProcess(
                    [
                        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-s", "-o", "/dev/null",
                        "-w", "%{http_code}",
                    ]
                        + arguments + [url], in: host.folder)
                try curl.wait()
                return curl.output
            }
            #expect(try ask([]) == "401")
            #expect(try ask(["-H", "Authorization: Bearer \(server.token)"]) == "200")
            try server.stop()
        }
    }

    @Test func `serves at a Unix socket that only its user can open`() throws {
        try withHost { host in
            let path = "\(host.folder)/weir.sock"
            let process = try host.start(["serve", "--socket", path])
            try eventually("a socket") { process.error.contains("serving \(path)") }
            #expect(Files.mode(path).map { $0 & 0o077 } == 0)
            let curl = try TestProcess(
                ["curl", "-s", "--unix-socket", path, "http://localhost/v1/jobs"], in: host.folder)
            try curl.wait()
            #expect(curl.output.contains(#""jobs":[]"#))
            process.send(SIGTERM)
            #expect(try process.wait().exitCode == 0)
        }
    }

    @Test func `runs jobs in slots of its own, which end with it`() throws {
        try withHost { host in
            let server = try ServerProcess(host, "--slots", "2")
            try server.post("/v1/jobs", #"{"shell": "echo $TRACEPARENT"}"#)
            try eventually("the job") { try host.isAllFinal() }
            let runners = try server.get("/v1/runners")
            #expect(runners["runners"]?.list?.first?["slots"] == .integer(2))
            try server.process.kill()
            try eventually("the runner's end") {
                try host.lines("SELECT state FROM runners") == ["stopped"]
            }
        }
    }
}
