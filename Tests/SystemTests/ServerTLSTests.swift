import Glibc
import JSON
import TestSupport
import Testing

@Suite(.serialized) struct `A server with a certificate` {
    /// A certificate of `localhost` for a day, and its key, made in the host's folder.
    private func makeCertificate(_ name: String, in host: Host) throws {
        let openssl = try TestProcess(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days",
                "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(name)-key.pem",
                "-out", "\(name).pem",
            ], in: host.folder)
        guard try openssl.wait().exitCode == 0 else { throw TestFailure("openssl: \(openssl.error)") }
    }

    private func withServer(_ body: (Host, ServerProcess) throws -> Void) throws {
        try withHost { host in
            try makeCertificate("own", in: host)
            let server = try ServerProcess(
                host, "--bind", "0.0.0.0", "--tls-certificate", "own.pem", "--tls-key", "own-key.pem",
                directory: host.folder)
            try body(host, server)
            #expect(try curl("/health", host, server) == "200")
            try server.stop()
        }
    }

    /// The status that a client gets that trusts the certificate; its exit code when there is none.
    private func curl(
        _ path: String, _ host: Host, _ server: ServerProcess, _ arguments: String..., header: String? = nil
    ) throws -> String {
        var words = ["curl", "-s", "--cacert", "own.pem", "-o", "answer", "-D", "head", "-w", "%{http_code}"]
        if let header { words += ["-H", header] }
        let curl = try TestProcess(
            words + arguments + ["https://localhost:\(server.port)\(path)"], in: host.folder, directory: host.folder)
        let end = try curl.wait()
        return end.exitCode == 0 ? curl.output : "code \(end.exitCode ?? -1)"
    }

    @Test func `lets in who has the token, over TLS 1.2 and 1.3`() throws {
        try withServer { host, server in
            #expect(server.process.error.contains("https://0.0.0.0:"))
            let token = "Authorization: Bearer \(server.token)"
            let stranger = try curl("/v1/jobs", host, server)
            #expect(stranger == "401")
            #expect(try curl("/v1/jobs", host, server, header: token) == "200")
            #expect(try curl("/v1/jobs", host, server, "--tls-max", "1.2", header: token) == "200")
            #expect(try curl("/v1/jobs", host, server, header: "Authorization: Bearer wrong") == "401")
            // A browser sends its session's cookie over TLS alone.
            #expect(try curl("/v1/session", host, server, "-d", "{}", header: token) == "200")
            let cookie = Files.read("\(host.folder)/head").split(separator: "\r\n").first {
                $0.lowercased().hasPrefix("set-cookie:")
            }
            #expect(cookie?.contains("Secure") ?? false, "\(cookie ?? "none")")
        }
    }

    @Test func `refuses older TLS, and HTTP without TLS`() throws {
        try withServer { host, server in
            for version in ["-tls1", "-tls1_1"] {
                // A client that would speak it, were it let.
                let client = try TestProcess(
                    [
                        "openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect",
                        "127.0.0.1:\(server.port)",
                    ], in: host.folder)
                #expect(try client.wait(within: 30).exitCode != 0)
                #expect(client.error.contains("protocol version"), "\(client.error)")
            }
            let plain = try ClientSocket(port: server.port)
            try plain.send("GET /health HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
            let answer = try plain.rest()
            #expect(!answer.contains("HTTP/1.1"))
        }
    }

    @Test func `serves others while clients do not finish their handshakes`() throws {
        try withServer { host, server in
            var slow: [ClientSocket] = []
            for number in 0..<200 {
                let socket = try ClientSocket(port: server.port)
                // The head of a record of 512 bytes that does not come.
                if number % 2 == 0 { try socket.send("\u{16}\u{3}\u{1}\u{2}\u{0}") }
                slow.append(socket)
            }
            for _ in 0..<5 {
                let token = "Authorization: Bearer \(server.token)"
                #expect(try curl("/v1/jobs", host, server, header: token) == "200")
            }
            #expect(slow.count == 200)
        }
    }

    @Test func `does not start with a certificate that cannot be used`() throws {
        try withHost { host in
            try makeCertificate("own", in: host)
            try makeCertificate("other", in: host)
            let cases: [(arguments: [String], code: Int32, text: String)] = [
                ([], 64, "--tls-certificate and --tls-key, or --insecure"),
                (["--tls-certificate", "own.pem"], 64, "--tls-certificate and --tls-key go together"),
                (["--tls-certificate", "own.pem", "--tls-key", "other-key.pem"], 69, "cannot be used"),
                (["--tls-certificate", "own.pem", "--tls-key", "nothing.pem"], 69, "cannot be used"),
                (["--tls-certificate", "own-key.pem", "--tls-key", "own-key.pem"], 69, "cannot be used"),
            ]
            for (arguments, code, text) in cases {
                let server = try host.start(["serve", "--port", "0", "--bind", "0.0.0.0"] + arguments)
                #expect(try server.wait().exitCode == code, "\(arguments): \(server.error)")
                #expect(server.error.contains(text), "\(arguments): \(server.error)")
            }
        }
    }
}
