import JSON
import TestSupport
import Testing

/// `weir do`, through the program itself.
@Suite(.serialized) struct `A planner` {
    private func plan(
        _ planner: String, _ arguments: String..., exitCode: Int32 = 0,
        check: (Host, TestProcess, ChatServer) throws -> Void
    ) throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            let agents = ["researcher": "description: finds things out", "writer": "", planner: ""]
            try Files.write(server.configuration(agents), to: "\(host.folder)/weir.yaml")
            let process = try host.start(["do", "Compare A and B", "--planner", planner] + arguments)
            #expect(try process.wait().exitCode == exitCode, "\(process.error)\(process.output)")
            try check(host, process, server)
        }
    }

    @Test func `answers with steps, which are shown and run`() throws {
        try plan("planner", "--yes") { host, process, server in
            let prompt = try #require(try server.requests(to: "planner").first?["prompt"]?.string)
            #expect(prompt.contains("Compare A and B"))
            #expect(prompt.contains("- researcher: finds things out\n- writer"))
            #expect(process.error.contains("1. a: Research topic A\n       agent: researcher"))
            #expect(process.error.contains(#"dependsOn: ["a","b"]"#))
            #expect(
                try host.lines("SELECT workflow, state, jobs FROM run_history ORDER BY id") == [
                    "plan|succeeded|1", "do|succeeded|3",
                ])
            let report = try host.lines("SELECT result ->> '$' FROM job_history WHERE key = 'report'").first ?? ""
            #expect(report.contains("I was asked: Research topic A"))
            try host.checkInvariants()
        }
    }

    @Test func `is told what is wrong with its plan, and mends it`() throws {
        try plan("mending", "--yes") { host, process, server in
            let prompts = try server.requests(to: "mending").compactMap { $0["prompt"]?.string }
            #expect(prompts.count == 2)
            #expect(prompts.last?.contains("'z'") == true, "\(prompts.last ?? "")")
            #expect(process.error.contains("is told so, and asked again"))
            #expect(
                try host.lines("SELECT workflow, state FROM run_history ORDER BY id") == [
                    "plan|succeeded", "plan|succeeded", "do|succeeded",
                ])
        }
    }

    @Test func `that gives no plan is given up, and nothing is run`() throws {
        try plan("stubborn", "--yes", exitCode: 65) { host, process, server in
            let requests = try server.requests()
            #expect(requests.count == 3)
            #expect(process.error.contains("the answer is no JSON list of steps"))
            #expect(process.error.contains("gave no plan that can be used in 3 answers; nothing was run"))
            #expect(try host.lines("SELECT DISTINCT workflow FROM run_history") == ["plan"])
        }
    }

    @Test func `is not asked when nobody could say yes`() throws {
        try plan("planner", exitCode: 64) { host, process, server in
            let requests = try server.requests()
            #expect(requests.isEmpty)
            #expect(process.error.contains("there is no terminal to ask on"))
        }
    }

    @Test func `shows its plan alone when that is wanted`() throws {
        try plan("planner", "--dry-run") { host, process, server in
            #expect(process.error.contains("3. report") || process.error.contains("2. report"))
            let runs = try host.lines("SELECT workflow FROM run_history")
            #expect(runs == ["plan"])
        }
    }

    @Test(arguments: [("y", 0, 2), ("n", 1, 1), ("", 1, 1)])
    func `is followed when somebody says so, and only then`(answer: String, exitCode: Int32, runs: Int) throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            try Files.write(
                server.configuration(["researcher": "", "writer": "", "planner": ""]), to: "\(host.folder)/weir.yaml")
            let process = try TestProcess(
                ["python3", "-c", Self.terminal, "\(answer)\n", Binary.path, "do", "Compare", "--planner", "planner"],
                in: host.folder, environment: ["WEIR_DB": host.database])
            #expect(try process.wait().exitCode == exitCode, "\(process.output)\(process.error)")
            #expect(process.output.contains("Run these 3 steps? [y/N]"))
            #expect(try host.number("SELECT count(*) FROM runs") == runs)
        }
    }

    /// Runs a program on a terminal of its own and types an answer once it is asked.
    private static let terminal = """
        import os, pty, sys
        answer, argv = sys.argv[1], sys.argv[2:]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(argv[0], argv)
        seen = b""
        asked = False
        while True:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                data = b""
            if not data:
                break
            seen += data
            if not asked and b"[y/N]" in seen:
                asked = True
                os.write(terminal, answer.encode())
        sys.stdout.buffer.write(seen)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        """

    @Test func `must be configured`() throws {
        try withHost { host in
            try Files.write("agents: {planner: [cat]}", to: "\(host.folder)/weir.yaml")
            let process = try host.start(["do", "x", "--planner", "planer", "--yes"])
            #expect(try process.wait().exitCode == 65)
            #expect(process.error.contains("there is no agent 'planer'; there are planner; did you mean 'planner'?"))
        }
    }

    @Test func `may be a command, and its steps may be`() throws {
        try withHost { host in
            try Files.write(
                #"""
                agents:
                  planner: {command: [echo, '{"steps": [{"id": "a", "config": {"command": "echo", "args": ["hi"]}}]}']}
                """#, to: "\(host.folder)/weir.yaml")
            let process = try host.start(["do", "Say hi", "--planner", "planner", "--yes"])
            #expect(try process.wait().exitCode == 0, "\(process.error)")
            #expect(process.error.contains(#"       args: ["hi"]\#n       command: echo"#))
            #expect(try host.lines("SELECT result FROM job_history WHERE key = 'a'") == [#""hi""#])
        }
    }

    @Test func `hides nothing of what its plan would do`() throws {
        try withHost { host in
            let plan = #"""
                {"env": {"LD_PRELOAD": "evil.so"}, "on": {"success": [{"id": "fin", "config": {"shell": "touch more"}}]},
                 "steps": [{"id": "tidy", "name": "List files", "matrix": {"a": ["one", "two"]},
                  "config": {"command": "sh", "cwd": "/tmp", "stdin": "cd here\ntouch it\n", "env": {"PATH": "/evil"}}}]}
                """#
            try Files.write(plan, to: "\(host.folder)/plan.json")
            try Files.write("agents: {planner: {command: [cat, plan.json]}}", to: "\(host.folder)/weir.yaml")
            let process = try host.start(["do", "Tidy up", "--planner", "planner", "--dry-run"])
            #expect(try process.wait().exitCode == 0, "\(process.error)")
            for shown in [
                "tidy: List files", "LD_PRELOAD: evil.so", "on success: fin", "shell: touch more", "| touch it",
                "PATH: /evil", "cwd: /tmp", #"a: ["one","two"]"#,
            ] {
                #expect(process.error.contains(shown), "\(process.error) does not show \(shown)")
            }
        }
    }
}
