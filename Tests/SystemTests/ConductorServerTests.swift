import Glibc
import TestSupport
import Testing

/// The official SDK of Conductor, from PyPI, against the server. `tools/test` installs it into `.build/python`.
@Suite(
    .enabled(if: PythonSDK.isThere, "conductor-python is not there: tools/test installs it where PyPI can be reached"))
struct `Conductor's SDK` {
    @Test func `finds each row of the contract as it expects`() throws {
        // Requests over HTTP are a runner's.
        try withServer(["--slots", "2"]) { host, url in
            let client = try PythonSDK.run(["rows.py", url], in: host, within: 300)
            #expect(client.end == TestProcess.End(exitCode: 0), "\(client.output)\n\(client.error.suffix(8_000))")
            #expect(!client.output.contains("FAILS"))
            try host.checkDatabase()
        }
    }

    /// The command of the reference as it stands there, but for the port.
    @Test func `runs the reference's four tasks side by side`() throws {
        try withServer { host, url in
            let flow = try PythonSDK.flow("reference", url, in: host)
            #expect(flow.end == TestProcess.End(exitCode: 0), "\(flow.output)\n\(flow.error.suffix(4_000))")
            try host.checkDatabase()
        }
    }

    @Test func `completes the others when one task fails, and retries that one`() throws {
        try withServer { host, url in
            let flow = try PythonSDK.flow("partial", url, in: host)
            #expect(flow.end == TestProcess.End(exitCode: 0), "\(flow.output)\n\(flow.error.suffix(4_000))")
            try host.checkDatabase()
        }
    }

    @Test func `loses and doubles nothing of many tasks while a worker is killed`() throws {
        try withServer { host, url in
            let flow = try PythonSDK.flow("many", url, in: host)
            #expect(flow.end == TestProcess.End(exitCode: 0), "\(flow.output)\n\(flow.error.suffix(4_000))")
            #expect(flow.output.hasPrefix("1000 completed"))
            try host.checkDatabase()
        }
    }

    @Test func `goes on when the server is killed and comes back`() throws {
        try withTemporaryFolder { folder in
            let host = Host(folder: folder)
            let first = try host.start(["serve", "--port", "0", "--db", host.database])
            let url = try address(of: first)
            let flow = try PythonSDK.start(["flows.py", url, folder, "survive"], in: host)
            try eventually("the workers are busy: \(flow.error)") {
                Files.read(host.ledgerPath).count { $0 == "\n" } > 40
            }
            try first.kill()
            let port = url.split(separator: ":").last.map(String.init) ?? ""
            let second = try host.start(["serve", "--port", port, "--db", host.database])
            defer { try? second.kill() }
            #expect(try flow.wait(within: 200) == TestProcess.End(exitCode: 0), "\(flow.error.suffix(4_000))")
            #expect(flow.output == "survived\n")
            try host.checkDatabase()
        }
    }

    private func address(of server: TestProcess) throws -> String {
        var url: String?
        try eventually("the server listens: \(server.error)") {
            url = server.error.split(separator: " ").first { $0.hasPrefix("http://") }.map {
                String($0.prefix { $0 != ";" })
            }
            return url != nil
        }
        return url ?? ""
    }

    private func withServer(_ arguments: [String] = [], _ body: (Host, String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let host = Host(folder: folder)
            let server = try host.start(["serve", "--port", "0", "--db", host.database] + arguments)
            defer { try? server.kill() }
            try body(host, try address(of: server))
            server.send(SIGTERM)
            #expect(try server.wait().exitCode == 0, "\(server.error)")
        }
    }
}

/// Programs that use the SDK.
private enum PythonSDK {
    private static let tests = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    private static let project = tests.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
    private static let python = "\(project)/.build/python/bin/python"

    static let isThere: Bool = {
        guard access(python, X_OK) == 0 else { return false }
        let isImported = try? withTemporaryFolder { folder in
            let process = try TestProcess([python, "-c", "import conductor.client"], in: folder)
            return try process.wait(within: 60).exitCode == 0
        }
        return isImported ?? false
    }()

    static func start(_ arguments: [String], in host: Host) throws -> TestProcess {
        try TestProcess(
            [python, "-u", "\(tests)/Conductor/\(arguments[0])"] + arguments.dropFirst(), in: host.folder,
            environment: ["REFERENCE": "\(tests)/Conductor/reference.sh"])
    }

    static func run(_ arguments: [String], in host: Host, within seconds: Int) throws -> TestProcess {
        let process = try start(arguments, in: host)
        _ = try? process.wait(within: seconds)
        if process.isRunning { try process.kill() }
        return process
    }

    static func flow(_ name: String, _ url: String, in host: Host) throws -> TestProcess {
        try run(["flows.py", url, host.folder, name], in: host, within: 400)
    }
}

extension Host {
    /// `weir doctor` finds nothing.
    fileprivate func checkDatabase() throws { try run("doctor") }
}
