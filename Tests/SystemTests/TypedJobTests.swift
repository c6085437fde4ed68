import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `Jobs with a type, through the program,` {
    /// Answers with what it was given.
    private static let echo = """
        import json, sys
        for line in sys.stdin:
            job = json.loads(line)
            print(json.dumps({"taskId": job["id"], "result": {"type": job["type"], "data": job["data"]}}), flush=True)
        """

    private func withEcho(_ body: (Host) throws -> Void) throws {
        try withHost { host in
            try Files.write(Self.echo, to: "\(host.folder)/echo.py")
            try body(host)
            try host.checkInvariants()
        }
    }

    @Test func `wait for a runner that serves the type, and say so`() throws {
        try withEcho { host in
            try Files.write(#"{"width": 640}"#, to: "\(host.folder)/job.json")
            try host.run("enqueue", "--type", "resize", "--data", "@job.json")
            try host.run("enqueue", "--type", "resize", "--data", "-", input: "[1.50, 12345678901234567890]\n")
            try host.run(
                "enqueue", "--from", "-",
                input: #"{"type": "mail", "data": {"id": 9007199254740993}, "name": "m", "priority": 9}"#)
            try host.shell("INSERT INTO enqueue(type, data) VALUES ('resize', '\"four\"')")
            try host.startRunner("--slots", "1", "--drain-after", "idle").wait()
            #expect(try host.number("SELECT count(*) FROM jobs WHERE attempt > 0") == 0)
            #expect(
                try host.run("explain", "1").contains(
                    "no live runner serves type 'resize'; 'weir runner --worker resize=COMMAND' starts one"))
            let runner = try host.startRunner(
                "--slots", "2", "--worker", "resize=exec python3 echo.py", "--worker", "mail=exec python3 echo.py")
            try eventually("end of all jobs") { try host.isAllFinal() }
            #expect(try host.lines("SELECT types FROM runners WHERE state = 'live'") == [#"["","mail","resize"]"#])
            #expect(try host.run("runner", "list", "--format", "csv").contains(#""mail,resize""#))
            runner.send(SIGTERM)
            try runner.wait()
            let data = try host.lines("SELECT type, data FROM job_history ORDER BY id")
            #expect(
                data == [
                    #"resize|{"width": 640}"#, "resize|[1.50, 12345678901234567890]", #"mail|{"id":9007199254740993}"#,
                    #"resize|"four""#,
                ])
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 4)
            #expect(try host.run("show", "1").contains("resize"))
        }
    }

    @Test func `are given other data by a retry`() throws {
        try withEcho { host in
            try host.run("enqueue", "--type", "echo", "--data", "1")
            try host.run("cancel", "1")
            try host.run("retry", "1", "--with-data", #"{"again": true}"#)
            try host.startRunner("--slots", "1", "--drain-after", "idle", "--worker", "echo=exec python3 echo.py")
                .wait()
            let results = try host.lines("SELECT json_extract(result, '$.data') FROM job_history")
            #expect(results == [#"{"again":true}"#])
        }
    }

    @Test(
        arguments: [
            (["--type", "a b"], 65, "type 'a b': a type has 1 to 128 letters, digits and . _ - : /"),
            (["--type", "a", "--data", "{"], 65, "--data, column 2: this is not JSON"),
            (["--type", "a", "--data", "@none"], 66, "none: No such file or directory"),
            (["--type", "a", "--", "true"], 64, "a job has a command or a type, not both"),
            (["--data", "1", "--", "true"], 64, "--data is for a job with a type"),
            (["--type", "a", "--env", "X=1"], 64, "a job with a type has data instead of"),
        ] as [([String], Int32, String)])
    func `are refused when they are wrong`(arguments: [String], code: Int32, message: String) throws {
        try withHost { host in
            try host.run("init")
            let process = try host.start(["enqueue"] + arguments)
            #expect(try process.wait().exitCode == code)
            #expect(process.error.contains(message), "\(process.error)")
            #expect(try host.number("SELECT count(*) FROM jobs") == 0)
        }
    }

    @Test(arguments: [
        (#"{"type": "a", "command": "true"}"#, "<stdin>:1: a job with 'type' has 'data', not 'command'"),
        (#"{"command": "true", "data": 1}"#, "<stdin>:1: 'data' is for a job with a type; name it as 'type'"),
        (#"{"type": "a b"}"#, "<stdin>:1: type 'a b'"),
    ])
    func `are refused in a batch when they are wrong`(line: String, message: String) throws {
        try withHost { host in
            try host.run("init")
            let process = try host.start(["enqueue", "--from", "-"], input: line)
            #expect(try process.wait().exitCode == 65)
            #expect(process.error.contains(message), "\(process.error)")
            #expect(try host.number("SELECT count(*) FROM jobs") == 0)
        }
    }

    @Test func `are steps of a workflow that declares their workers`() throws {
        try withEcho { host in
            try Files.write(
                """
                workers:
                  echo: {command: [python3, echo.py], count: 1, idle_timeout: 1m}
                steps:
                  - {id: size, type: value, config: {value: 640}}
                  - id: copies
                    dependsOn: size
                    type: worker
                    foreach: [a, b]
                    config: {worker: echo, data: {file: "${{ item }}.png", width: "${{ steps.size.result }}"}}
                  - {id: shared, type: worker, config: {worker: shared, data: [1, "two"]}}
                """, to: "\(host.folder)/f.yaml")
            try Files.write("workers: {shared: exec python3 echo.py}\n", to: "\(host.folder)/weir.yaml")
            let run = try host.start(["run", "f.yaml"])
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            let results = try host.lines("SELECT key, result FROM job_history WHERE kind = 'worker' ORDER BY key")
            let plain = results.map { $0.replacing(" ", with: "") }
            #expect(
                plain.sorted() == [
                    #"copies[0]|{"type":"echo","data":{"file":"a.png","width":640}}"#,
                    #"copies[1]|{"type":"echo","data":{"file":"b.png","width":640}}"#,
                    #"shared|{"type":"shared","data":[1,"two"]}"#,
                ])
        }
    }

    @Test func `are steps that wait for a runner where nothing declares their workers`() throws {
        try withEcho { host in
            try Files.write(
                """
                steps:
                  - {id: n, config: {command: echo, args: ["7"]}}
                  - {id: far, dependsOn: n, type: worker, config: {worker: "img/resize", data: "${{ steps.n.result }}"}}
                """, to: "\(host.folder)/f.yaml")
            try host.run("init")
            let run = try host.start(["run", "f.yaml"])
            try eventually("the step") { try host.lines("SELECT state FROM jobs WHERE key = 'far'") == ["ready"] }
            #expect(run.error.contains("3:10: warning: no worker is declared for type 'img/resize'; step 'far' waits"))
            try host.startRunner("--slots", "1", "--worker", "img/resize=exec python3 echo.py")
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            let results = try host.lines("SELECT json_extract(result, '$.data') FROM job_history WHERE key = 'far'")
            #expect(results == ["7"])
            try host.stopRunners()
        }
    }

    @Test func `are SIMPLE tasks of Conductor without an agent of their name`() throws {
        try withEcho { host in
            try Files.write(
                #"""
                {"name": "flow", "tasks": [
                  {"name": "charge", "taskReferenceName": "c", "inputParameters": {"order": "${workflow.input.o}"}}],
                 "outputParameters": {"got": "${c.output.data.order}"}}
                """#, to: "\(host.folder)/flow.json")
            try Files.write("workers: {charge: exec python3 echo.py}\n", to: "\(host.folder)/weir.yaml")
            let run = try host.start(["run", "flow.json", "--input", "o=12"])
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            #expect(try host.lines("SELECT result FROM run_history") == [#"{"got":12}"#])
        }
    }
}
