import JSON
import TestSupport
import Testing

/// Steps that make requests, through the program itself.
@Suite(.serialized) struct `A step that asks over HTTP` {
    /// Runs one step with this `config`.
    private func ask(
        _ config: String, _ more: String = "retries: 0", exitCode: Int32 = 0,
        check: (Host, ChatServer) throws -> Void
    ) throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            let config = config.replacing("SERVER", with: server.address)
            try Files.write(
                "steps: [{id: a, type: http, \(more), config: {\(config)}}]", to: "\(host.folder)/flow.yaml")
            let process = try host.start(["run", "flow.yaml"])
            #expect(try process.wait().exitCode == exitCode, "\(process.error)")
            try check(host, server)
            try host.checkInvariants()
        }
    }

    private func result(_ host: Host) throws -> JSONValue {
        try JSONValue(parsing: try host.lines("SELECT result FROM job_history").first ?? "null")
    }

    private static let errors = "SELECT coalesce(error, '') FROM attempt_history ORDER BY attempt"

    @Test func `sends its headers and its body, and keeps the answer`() throws {
        try ask(#"method: put, url: "SERVER/x?a=1", headers: {X-A: "b\"c"}, body: plain, expect: 201"#) {
            host, server in
            let value = try result(host)
            #expect(value["statusCode"] == .integer(201))
            #expect(value["reasonPhrase"] == .string("Created"))
            #expect(value["headers"]?["content-type"] == .list([.string("application/json")]))
            #expect(value["body"]?["got"] == .string("plain"))
            let request = try #require(try server.requests().first)
            #expect(request["method"] == .string("PUT"))
            #expect(request["path"] == .string("/x?a=1"))
            #expect(request["headers"]?["X-A"] == .string("b\"c"))
            #expect(try host.run("logs", "1").contains("HTTP 201 Created\n"))
        }
    }

    @Test func `says to which trace it belongs, unless the step does`() throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            let own = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            try Files.write(
                """
                steps:
                  - {id: a, type: http, config: {url: "\(server.address)/a"}}
                  - {id: b, type: http, dependsOn: [a], config: {url: "\(server.address)/b", headers: {Traceparent: \(own)}}}
                  - {id: c, dependsOn: [b], config: {shell: "echo $TRACEPARENT"}}
                """, to: "\(host.folder)/flow.yaml")
            try host.run("run", "flow.yaml")
            let headers = try server.requests().compactMap { $0["headers"] }
            let first = try #require(headers.first?["traceparent"]?.string)
            let script = try host.run("logs", "3")
            #expect(first.hasSuffix("-0001000000000001-01"), "\(first)")
            #expect(script.prefix(36) == first.prefix(36) && script.hasSuffix("-0001000000000003-01\n"), "\(script)")
            #expect(headers.last?["Traceparent"]?.string == own && headers.last?["traceparent"] == nil)
        }
    }

    @Test func `follows redirects, and leaves keys with the host that they are for`() throws {
        try withHost { host in
            let first = try ChatServer(in: host)
            let second = try ChatServer(in: host)
            try Files.write(
                """
                steps:
                  - {id: same, type: http, config: {url: "\(first.address)/to?/end", headers: {Authorization: Bearer x}}}
                  - {id: other, type: http, config: {url: "\(first.address)/to?\(second.address)/end",
                     headers: {Authorization: Bearer x, X-A: "1"}}}
                """, to: "\(host.folder)/flow.yaml")
            try host.run("run", "flow.yaml")
            #expect(try first.requests().last { $0["path"] == .string("/end") }?["headers"]?["Authorization"] != nil)
            let foreign = try #require(try second.requests().first?["headers"])
            #expect(foreign["Authorization"] == nil)
            #expect(foreign["X-A"] == .string("1"))
        }
    }

    @Test(arguments: [
        ("/to?https://127.0.0.1:1/", "redirects to what has another scheme, which is not followed"),
        ("/to?file:///etc/passwd", "redirects to what has another scheme, which is not followed"),
        ("/round", "more than 5 redirects"), ("/big", "the answer (200) has more than 1 MiB"),
        ("/endless", "the answer (200) has more than 1 MiB"),
    ])
    func `fails for good where another attempt would fail, too`(path: String, error: String) throws {
        try ask(#"url: "SERVER\#(path)""#, "retries: 3", exitCode: 1) { host, _ in
            let errors = try host.lines(Self.errors)
            #expect(errors.count == 1)
            #expect(errors.first?.hasSuffix(error) == true, "\(errors)")
        }
    }

    @Test func `asks for a head alone`() throws {
        try ask(#"method: head, url: "SERVER/big""#) { host, _ in
            let value = try result(host)
            #expect(value["headers"]?["content-length"] == .list([.string("2097152")]))
            #expect(value["body"] == .null)
        }
    }

    @Test func `is tried again when the server says`() throws {
        try ask(#"url: "SERVER/busy?1""#, "retries: 3") { host, server in
            #expect(try host.lines(Self.errors) == ["the answer is 503", "the answer is 503", ""])
            let times = try server.requests().compactMap { request -> Double? in
                if case .decimal(let time)? = request["time"] { time } else { nil }
            }
            for (before, after) in zip(times, times.dropFirst()) { #expect(after - before >= 1) }
        }
    }

    @Test func `says that an answer broke off, and that none came`() throws {
        try ask(#"url: "SERVER/cut""#, exitCode: 1) { host, _ in
            let errors = try host.lines(Self.errors)
            #expect(errors.first?.contains("before the answer was complete") == true, "\(errors)")
        }
        try ask(#"url: "SERVER/hang""#, "retries: 0, timeout: 500ms", exitCode: 1) { host, _ in
            let errors = try host.lines(Self.errors)
            #expect(errors == ["timed out after 500 ms"])
        }
    }

    @Test func `trusts no certificate that nobody vouches for`() throws {
        try withHost { host in
            let (certificate, key) = ("\(host.folder)/cert.pem", "\(host.folder)/key.pem")
            let openssl = try TestProcess(
                [
                    "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
                ], in: host.folder)
            try #require(try openssl.wait().exitCode == 0, "\(openssl.error)")
            let server = try ChatServer(in: host, certificate: (certificate, key))
            try Files.write(
                #"steps: [{id: a, type: http, retries: 0, config: {url: "https://127.0.0.1:\#(server.port)/x"}}]"#,
                to: "\(host.folder)/flow.yaml")
            #expect(try host.start(["run", "flow.yaml"]).wait().exitCode == 1)
            let error = try host.lines(Self.errors).first ?? ""
            #expect(error.hasSuffix("has a certificate that nobody trusted here vouches for"), "\(error)")
            #expect(try server.requests().isEmpty)
        }
    }

    @Test func `shows no password of its address`() throws {
        try ask(#"url: "http://me:hunter2@127.0.0.1:1/?api_key=hunter2""#, exitCode: 1) { host, _ in
            let errors = try host.lines(Self.errors)
            #expect(errors == ["http://127.0.0.1:1 cannot be reached: the connection was refused"])
        }
    }
}
