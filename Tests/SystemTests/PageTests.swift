import Glibc
import TestSupport
import Testing

/// The web page in headless Chromium, with a server and runners of their own.
@Suite(.serialized) struct `The page` {
    private static let hasBrowser = access("/usr/bin/chromium", X_OK) == 0
    private static let folder = #filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/Browser"
    /// A folder that pictures of every view are kept in.
    private static let pictures = Binary.variable("WEIR_PICTURES")

    private func use(_ scenario: String, _ arguments: [String] = [], on host: Host, _ server: PageServer) throws {
        let driver = try TestProcess(
            ["python3", "\(Self.folder)/page.py", scenario, server.address] + arguments, in: host.folder)
        let end = try driver.wait(within: 900)
        guard end.exitCode == 0 else { throw TestFailure("\(driver.output)\(driver.error)\(server.error)") }
        #expect(driver.output == "ok\n")
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `starts a run from a form, lights it up, reads a log and retries a job`() throws {
        try withHost { host in
            try PageServer.prepare(host)
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "4")
            try use("work", on: host, server)
            #expect(
                try host.lines("SELECT workflow, state, json_extract(inputs, '$.name') FROM run_history")
                    == ["Greeting|succeeded|<b>Ada</b>"])
            #expect(try host.lines("SELECT attempts FROM job_history WHERE key = 'fail'") == ["2"])
            try host.stopRunners()
            try server.end()
            try host.checkInvariants()
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `approves, pauses, cancels, searches and asks by SQL`() throws {
        try withHost { host in
            try Files.write(PageServer.approval, to: "\(host.folder)/approval.yaml")
            try host.run("run", "--detach", "approval.yaml")
            try host.run("enqueue", "--name", "sleeper", "--", "sleep", "600")
            try host.run("enqueue", "--name", "other", "--", "true")
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "4")
            try use("steer", on: host, server)
            #expect(try host.lines("SELECT state FROM run_history") == ["succeeded"])
            let decision = try host.lines(
                "SELECT json_extract(result, '$.comment') FROM job_history WHERE key = 'gate'")
            #expect(decision == ["looks good"])
            try host.stopRunners()
            try host.checkInvariants()
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `shows scripts in names and logs and runs none of them`() throws {
        try withHost { host in
            let script = "<script>window.ran=1</script>"
            try host.run(
                "enqueue", "--name", "<img src=x onerror=window.ran=1>", "--", "printf",
                "</pre>\(script)\\033]0;title\\n\\033]8;;javascript:window.ran=1\\033\\\\\(script)\\xe2\\x80\\xae after\\n"
            )
            try Files.write(PageServer.hostile, to: "\(host.folder)/hostile.yaml")
            try host.start(["run", "hostile.yaml"]).wait()
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "2")
            try eventually("all have ended") { try host.isAllFinal() }
            try use("hostile", on: host, server)
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `fits every size from 375 to 2560`() throws {
        try withHost { host in
            try PageServer.prepare(host)
            try host.run("run", "\(PageServer.folder)/release.yaml")
            _ = try host.start(
                ["enqueue", "--lines", "--", "sh", "-c", "exit $(({} % 9 == 0))"],
                input: (1...90).map { "\($0)" }.joined(separator: "\n")
            ).wait()
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "4")
            try use("sizes", Self.pictures.map { [$0] } ?? [], on: host, server)
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `opens a log of many megabytes as a window onto it`() throws {
        try withHost { host in
            try host.run("enqueue", "--", "true")
            try host.startRunner("--slots", "1", "--drain-after", "idle")
            try eventually("the job has ended") { try host.isAllFinal() }
            try host.stopRunners()
            // As a job with a high limit of output leaves it: 300,000 lines of 64 characters, in pieces.
            host.disconnect()
            try host.shell(
                """
                WITH RECURSIVE block(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM block WHERE number < 299),
                lines(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM lines WHERE number < 999)
                INSERT INTO outputs(job_id, attempt, start, stream, data)
                SELECT 1, 1, block.number * 65000, 1,
                       CAST((SELECT group_concat(printf('%09d %054d', block.number * 1000 + number, 0) || char(10), '')
                             FROM lines) AS BLOB)
                FROM block
                """)
            let server = try PageServer(on: host)
            try use("longlog", on: host, server)
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `shows what a running job prints by one request, which ends with the job`() throws {
        try withHost { host in
            mkfifo("\(host.folder)/gate", 0o600)
            try host.run("enqueue", "--shell", "echo first; cat gate; echo last")
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "1")
            try use("follow", on: host, server)
            try host.stopRunners()
            try host.checkInvariants()
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `stays small while a job prints many megabytes`() throws {
        try withHost { host in
            mkfifo("\(host.folder)/gate", 0o600)
            try host.run("enqueue", "--shell", "echo first; cat gate; seq -f 'line %.0f' 1500000")
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "1")
            try use("flood", on: host, server)
            try host.stopRunners()
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `is used by the keyboard alone, and dialogs lead back to where it was`() throws {
        try withHost { host in
            try host.run("enqueue", "--name", "sleeper", "--", "sleep", "600")
            try Files.write(PageServer.approval, to: "\(host.folder)/approval.yaml")
            try host.run("run", "--detach", "approval.yaml")
            let server = try PageServer(on: host)
            try host.startRunner("--slots", "2")
            try use("keyboard", on: host, server)
            let decision = try host.lines(
                "SELECT json_extract(result, '$.comment') FROM job_history WHERE key = 'gate'")
            #expect(decision == ["by keyboard"])
            try host.stopRunners()
            try host.checkInvariants()
        }
    }

    @Test(.enabled(if: hasBrowser, "no Chromium: see require_packages in tools/test"))
    func `asks for the token where one is wanted`() throws {
        try withHost { host in
            try host.run("enqueue", "--name", "other", "--", "true")
            let server = try PageServer(on: host, "--require-token")
            let token = Files.read("\(host.database)-token").split(whereSeparator: \.isWhitespace).first
            try use("token", [String(try #require(token))], on: host, server)
        }
    }

    @Test func `is the files of its folder, with a tag that saves sending them again`() throws {
        try withHost { host in
            let server = try PageServer(on: host)
            let folder =
                Self.folder.split(separator: "/").dropLast(2).map { "/\($0)" }.joined() + "/Sources/Pages/files"
            let names = Files.names(in: folder).filter { !$0.hasPrefix(".") && $0 != "index.html" }
            #expect(names.count > 20)
            for name in names {
                let answer = try server.curl("/page/\(name)")
                #expect(answer.body == Files.read("\(folder)/\(name)"), "\(name)")
            }
            let first = try server.curl("/")
            #expect(first.body == Files.read("\(folder)/index.html"))
            #expect(first.head.contains("script-src 'self'") && !first.head.contains("unsafe"))
            let tag = first.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("etag:") }?.dropFirst(6)
            let again = try server.curl("/", "-H", "If-None-Match: \(try #require(tag))")
            #expect(again.head.hasPrefix("HTTP/1.1 304") && again.body == "")
            #expect(try server.curl("/page/..%2f..%2fetc/passwd").head.hasPrefix("HTTP/1.1 404"))
        }
    }
}
