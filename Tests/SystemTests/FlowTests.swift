import Glibc
import JSON
import TestSupport
import Testing

/// What steps can be besides a script, through the program itself.
@Suite(.serialized) struct `A workflow` {
    /// Runs the document to its end and hands over the host.
    private func run(
        _ document: String, _ arguments: String..., exitCode: Int32 = 0, files: [String: String] = [:],
        check: (Host, TestProcess) throws -> Void
    ) throws {
        try withHost { host in
            for (name, text) in files { try Files.write(text, to: "\(host.folder)/\(name)") }
            try Files.write(document, to: "\(host.folder)/flow.yaml")
            let process = try host.start(["run", "flow.yaml"] + arguments)
            #expect(try process.wait().exitCode == exitCode, "\(process.error)\(process.output)")
            try check(host, process)
        }
    }

    private func result(_ key: String, _ host: Host) throws -> String {
        try host.lines("SELECT result FROM job_history WHERE key = '\(key)'").first ?? "?"
    }

    @Test func `hands inputs, results and variables from step to step, with their types`() throws {
        try run(
            """
            inputs: {tag: {type: string, default: v1}, count: {type: integer, required: true}}
            env: {GREETING: "hello ${{ inputs.tag }}"}
            output: {sum: "${{ steps.sum.result }}", said: "${{ steps.say.result }}", mood: "${{ vars.mood }}"}
            steps:
              - {id: list, config: {command: echo, args: ['{"n": [1, 2, 3], "name": "a b"}']}}
              - {id: say, dependsOn: list, config: {command: printf, args: ["%s|%s", "${{ steps.list.result.name }}",
                 "${{ env.GREETING }}"]}}
              - {id: mood, type: set, dependsOn: say, config: {mood: "fine, ${{ steps.say.state }}"}}
              - {id: sum, type: value, dependsOn: [list, mood],
                 config: {value: "${{ steps.list.result.n[2] + inputs.count }}"}}
            """, "--input", "count=40", "--input", "tag=1.0"
        ) { host, _ in
            try host.checkInvariants()
            #expect(
                try host.lines("SELECT result FROM run_history")
                    == [#"{"mood":"fine, succeeded","said":"a b|hello 1.0","sum":43}"#])
        }
    }

    @Test func `refuses inputs that it does not have, and stores nothing`() throws {
        try run(
            "inputs: {count: {type: integer, required: true}}\nsteps: [{id: a, config: {command: 'true'}}]",
            "--input", "cuont=1", exitCode: 65
        ) { host, process in
            try process.wait()
            #expect(process.error.contains("the workflow has no input 'cuont'; did you mean 'count'?"))
            #expect(process.error.contains("the input 'count' is required"))
            #expect(Files.read(host.database).isEmpty)
        }
    }

    @Test func `skips a step whose condition is false, and what needs it, and succeeds`() throws {
        try run(
            """
            steps:
              - {id: a, config: {command: "true"}}
              - {id: never, if: steps.a.state == 'failed', dependsOn: a, config: {command: ./no}}
              - {id: after, dependsOn: never, config: {command: ./no}}
              - {id: anyway, dependsOn: ["never:passed"], config: {command: "true"}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(
                try host.lines("SELECT key, state FROM job_history ORDER BY id") == [
                    "a|succeeded", "never|skipped", "after|skipped", "anyway|succeeded",
                ])
            #expect(
                try host.lines("SELECT error FROM job_history WHERE key = 'never'") == [
                    "its condition is false: steps.a.state == 'failed'"
                ])
        }
    }

    @Test func `tells where an expression over a skipped step goes wrong`() throws {
        try run(
            """
            steps:
              - {id: never, if: "false", config: {command: ./no}}
              - {id: use, dependsOn: ["never:finished"], config: {command: echo, args: ["${{ steps.never.result.x }}"]}}
            """, exitCode: 1
        ) { host, _ in
            try host.checkInvariants()
            let error = try host.lines("SELECT error FROM job_history WHERE key = 'use'").first ?? ""
            #expect(error.contains("in 'steps.never.result.x', at character 1: step 'never' was skipped"), "\(error)")
        }
    }

    @Test func `fans out over a list that a step left, and collects what the copies left`() throws {
        try run(
            """
            steps:
              - {id: list, config: {command: echo, args: ['["a", "b c", 3]']}}
              - {id: each, foreach: "${{ steps.list.result }}", dependsOn: list, parallel: {maxConcurrency: 2},
                 config: {command: echo, args: ["${{ index }}-${{ item }}"]}}
              - {id: last, dependsOn: each, type: value, config: {value: "${{ length(steps.each.result) }}"}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("each", host) == #"["0-a","1-b c","2-3"]"#)
            #expect(try result("last", host) == "3")
            #expect(
                try host.lines("SELECT key, step FROM job_history WHERE parent_id IS NOT NULL ORDER BY id")
                    == ["each[0]|each", "each[1]|each", "each[2]|each"])
        }
    }

    @Test func `runs each combination of a matrix`() throws {
        try run(
            """
            steps:
              - id: build
                matrix: {os: [linux, mac], arch: [arm, x86], exclude: [{os: mac, arch: x86}], include: [{os: bsd, arch: arm}]}
                config: {shell: 'echo "$1/$ARCH"', args: ["${{ matrix.os }}"], env: {ARCH: "${{ matrix.arch }}"}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("build", host) == #"["linux/arm","mac/arm","linux/x86","bsd/arm"]"#)
        }
    }

    @Test func `fails a foreach over something else, with the place of the fault`() throws {
        try run(
            """
            steps:
              - {id: text, config: {command: echo, args: [hello]}}
              - {id: each, foreach: "${{ steps.text.result }}", dependsOn: text, config: {command: echo}}
            """, exitCode: 1
        ) { host, _ in
            try host.checkInvariants()
            #expect(
                try host.lines("SELECT error FROM job_history WHERE key = 'each'") == [
                    "'foreach' needs a list or an object, not a text"
                ])
        }
    }

    @Test func `goes round a loop until its condition is false`() throws {
        try run(
            """
            steps:
              - id: loop
                type: loop
                config:
                  while: iteration < 3 && steps.two.result != 'stop'
                  steps:
                    - {id: one, config: {command: echo, args: ["${{ iteration }}"]}}
                    - {id: two, dependsOn: one, config: {command: echo, args: ["got ${{ steps.one.result }}"]}}
              - {id: after, dependsOn: loop, type: value, config: {value: "${{ steps.loop.result.iteration }}"}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("after", host) == "3")
            #expect(try result("loop#2/two", host) == #""got 2""#)
        }
    }

    @Test func `runs groups, and steps that are known only when they are reached`() throws {
        try run(
            """
            steps:
              - {id: both, type: group, config: {steps: [
                  {id: x, config: {command: echo, args: ["1"]}},
                  {id: y, dependsOn: x, config: {command: echo, args: ["${{ steps.x.result + 1 }}"]}}]}}
              - {id: plan, config: {command: echo, args:
                  ['[{"id": "p", "config": {"command": "echo", "args": ["5"]}}, {"id": "q", "dependsOn": "p", "type": "value", "config": {"value": "$${{ steps.p.result * 2 }}"}}]']}}
              - {id: more, type: dynamic, dependsOn: [plan, both], config: {steps: "${{ steps.plan.result }}"}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("both", host) == #"{"x":1,"y":2}"#)
            #expect(try result("more", host) == #"{"p":5,"q":10}"#)
        }
    }

    @Test func `runs another workflow as a step, with inputs and a result`() throws {
        try withHost { host in
            try Files.write(
                """
                output: "${{ steps.child.result.twice }}"
                steps: [{id: child, type: workflow, config: {name: inner, inputs: {n: "${{ 20 + 1 }}"}}}]
                """, to: "\(host.folder)/flow.yaml")
            mkdir("\(host.folder)/.conductor", 0o700)
            mkdir("\(host.folder)/.conductor/workflows", 0o700)
            try Files.write(
                """
                inputs: {n: {type: integer}}
                output: {twice: "${{ steps.a.result }}"}
                steps: [{id: a, type: value, config: {value: "${{ inputs.n * 2 }}"}}]
                """, to: "\(host.folder)/.conductor/workflows/inner.yaml")
            try host.run("run", "flow.yaml")
            #expect(
                try host.lines("SELECT workflow, state, result FROM run_history ORDER BY id") == [
                    "flow|succeeded|42", #"inner|succeeded|{"twice":42}"#,
                ])
            try host.checkInvariants()
        }
    }

    @Test func `that calls itself in the end is refused before it starts`() throws {
        try run(
            "steps: [{id: child, type: workflow, config: {file: other.yaml}}]", exitCode: 65,
            files: ["other.yaml": "steps: [{id: back, type: workflow, config: {file: flow.yaml}}]"]
        ) { host, process in
            try process.wait()
            #expect(process.error.contains("flow.yaml → other.yaml → flow.yaml"), "\(process.error)")
            #expect(Files.read(host.database).isEmpty)
        }
    }

    @Test func `waits for an approval, and goes on with the decision`() throws {
        for decision in ["approve", "reject"] {
            try withHost { host in
                try Files.write(
                    """
                    steps:
                      - {id: ask, type: approval, config: {message: "Ship it?"}}
                      - {id: ship, dependsOn: ask, type: value, config: {value: "${{ steps.ask.result.comment }}"}}
                    """, to: "\(host.folder)/flow.yaml")
                try host.run("run", "--detach", "flow.yaml")
                try host.startRunner()
                try eventually("somebody is asked") {
                    try host.run("approve", "--list", "--format", "csv").contains("Ship it?")
                }
                let reject = decision == "reject" ? ["--reject"] : []
                let answer = try host.start(["approve", "1", "--comment", "fine", "--by", "me"] + reject)
                #expect(try answer.wait().exitCode == 0, "\(answer.error)")
                let wait = try host.start(["wait", "--run", "1"])
                #expect(try wait.wait().exitCode == (decision == "approve" ? 0 : 1))
                if decision == "approve" {
                    #expect(try result("ship", host) == #""fine""#)
                } else {
                    #expect(
                        try host.lines("SELECT error FROM job_history WHERE key = 'ask'") == ["rejected by me: fine"])
                }
                try host.stopRunners()
                try host.checkInvariants()
            }
        }
    }

    @Test func `runs its handlers by how it ended`() throws {
        for code in [0, 1] {
            try run(
                """
                steps: [{id: work, config: {shell: "exit \(code)"}}]
                on:
                  success: [{id: cheer, config: {command: "true"}}]
                  failure: [{id: alarm, config: {shell: 'test "$WEIR_OUTCOME" = failed'}}]
                  always: [{id: clean, config: {command: echo, args: ["${{ run.state }}"]}}]
                """, exitCode: Int32(code)
            ) { host, _ in
                try host.checkInvariants()
                #expect(
                    try host.lines("SELECT key, state FROM job_history ORDER BY id") == [
                        "work|\(code == 0 ? "succeeded" : "failed")", "\(code == 0 ? "cheer" : "alarm")|succeeded",
                        "clean|succeeded",
                    ])
                #expect(try result("clean", host) == "\"\(code == 0 ? "succeeded" : "failed")\"")
            }
        }
    }

    @Test func `takes a result from the cache while nothing of its key has changed`() throws {
        try withHost { host in
            try Files.write(
                "steps: [{id: build, cache: {key: '${{ inputs.k }}', paths: [src]}, config: {shell: 'echo x >> count; wc -l < count'}}]\ninputs: {k: 1}",
                to: "\(host.folder)/flow.yaml")
            try Files.write("one", to: "\(host.folder)/src")
            for _ in 0..<2 { try host.run("run", "flow.yaml") }
            try Files.write("two", to: "\(host.folder)/src")
            try host.run("run", "flow.yaml")
            try host.run("run", "flow.yaml", "--input", "k=2")
            #expect(
                try host.lines("SELECT result, cached FROM job_history ORDER BY id") == ["1|0", "1|1", "2|0", "3|0"])
            try host.checkInvariants()
        }
    }

    @Test func `lets a job add steps and jobs to its own run`() throws {
        try run(
            """
            steps:
              - id: grow
                config:
                  shell: |
                    "$WEIR" add more.yaml
                    "$WEIR" enqueue --name loose -- echo loose
                    "$WEIR" progress 40 "half way"
                  env: {WEIR: "\(Binary.path)"}
                dependsOn: first
              - {id: first, config: {command: echo, args: ["1"]}}
            """,
            files: [
                "more.yaml":
                    #"- {id: more, config: {command: echo, args: ["more ${{ steps.first.result }}"]}, dependsOn: first}"#
            ]
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("more", host) == #""more 1""#)
            #expect(
                try host.lines("SELECT name, state, run_id FROM job_history WHERE name = 'loose'") == [
                    "loose|succeeded|1"
                ])
            #expect(
                try host.lines("SELECT progress, progress_message FROM job_history WHERE key = 'grow'") == [
                    "40.0|half way"
                ])
        }
    }

    @Test func `lets a planner's answer join the run`() throws {
        try run(
            """
            steps:
              - {id: plan, type: agent, config: {agent: planner, planner: true, prompt: "three steps, please"}}
              - {id: after, dependsOn: plan, type: value, config: {value: "${{ steps.plan.result.steps.b }}"}}
            """,
            files: [
                "weir.yaml": "agents: {planner: {command: ./planner}}",
                "planner": """
                #!/bin/sh
                grep -q 'three steps' || exit 1
                echo '[{"id": "a", "config": {"command": "echo", "args": ["7"]}},
                  {"id": "b", "dependsOn": "a", "config": {"command": "echo", "args": ["${{ steps.a.result + 1 }}"]}}]'
                """,
            ]
        ) { host, _ in
            try host.checkInvariants()
            #expect(try result("after", host) == "8")
        }
    }

    @Test func `asks over HTTP, and judges the answer`() throws {
        try withHost { host in
            let server = try TestProcess(
                [
                    "python3", "-u", "-c",
                    """
                    import http.server, json
                    class H(http.server.BaseHTTPRequestHandler):
                        def do_POST(self):
                            body = self.rfile.read(int(self.headers['Content-Length'])).decode()
                            out = json.dumps({'got': json.loads(body), 'key': self.headers['X-Key']}).encode()
                            self.send_response(201 if self.path == '/ok' else 404)
                            self.send_header('Content-Length', str(len(out)))
                            self.end_headers(); self.wfile.write(out)
                        def log_message(self, *a): pass
                    s = http.server.HTTPServer(('127.0.0.1', 0), H)
                    print(s.server_port); s.serve_forever()
                    """,
                ], in: host.folder)
            try eventually("the server listens") { Int(server.output.split(separator: "\n").first ?? "") != nil }
            let port = server.output.split(separator: "\n").first ?? ""
            try Files.write(
                """
                steps:
                  - {id: ok, type: http, config: {method: post, url: "http://127.0.0.1:\(port)/ok", headers: {X-Key: "a\\"b"},
                     body: {n: "${{ 40 + 2 }}"}}}
                  - {id: bad, type: http, continueOnError: true, dependsOn: ok,
                     config: {method: POST, url: "http://127.0.0.1:\(port)/no", body: "1"}}
                """, to: "\(host.folder)/flow.yaml")
            try host.run("run", "flow.yaml")
            let ok = try JSONValue(parsing: try result("ok", host))
            #expect(ok["statusCode"] == .integer(201))
            #expect(ok["body"] == .object(["got": .object(["n": .integer(42)]), "key": .string("a\"b")]))
            #expect(
                try host.lines("SELECT state, error, attempts FROM job_history WHERE key = 'bad'") == [
                    "failed|the answer is 404|1"
                ])
            try server.kill()
        }
    }

    @Test func `fails by its criteria and its own time, and says so`() throws {
        try run(
            "success_criteria: [all_tasks_completed, 'total_time < 0.05']\nsteps: [{id: a, config: {command: sleep, args: ['0.2']}}]",
            exitCode: 1
        ) { host, _ in
            try host.checkInvariants()
            let error = try host.lines("SELECT error FROM run_history").first ?? ""
            #expect(error.hasPrefix("criteria: total_time 0."), "\(error)")
        }
        try run("timeout: 300ms\nsteps: [{id: a, config: {command: sleep, args: ['60']}}]", exitCode: 1) { host, _ in
            try host.checkInvariants()
            #expect(try host.lines("SELECT error FROM run_history") == ["the run timed out after 300 ms"])
            #expect(try host.lines("SELECT state FROM job_history") == ["cancelled"])
        }
    }

    @Test func `ends where a step ends it`() throws {
        try run(
            """
            steps:
              - {id: stop, type: end, config: {state: succeeded, output: {done: true}}}
              - {id: never, dependsOn: stop, config: {command: ./no}}
            """
        ) { host, _ in
            try host.checkInvariants()
            #expect(try host.lines("SELECT state, result FROM run_history") == [#"succeeded|{"done":true}"#])
            #expect(try host.lines("SELECT state FROM job_history WHERE key = 'never'") == ["cancelled"])
        }
    }

    @Test func `is run again from a step, or where it failed`() throws {
        try withHost { host in
            try Files.write(
                """
                steps:
                  - {id: list, config: {command: echo, args: ["[1, 2]"]}}
                  - {id: each, foreach: "${{ steps.list.result }}", dependsOn: list, parallel: {isolateErrors: true},
                     config: {shell: 'echo "$1" >> ran; [ "$1" = 1 ] || [ -e ok ]', args: ["${{ item }}"]}}
                  - {id: last, dependsOn: each, config: {command: "true"}}
                """, to: "\(host.folder)/flow.yaml")
            let first = try host.start(["run", "flow.yaml"])
            #expect(try first.wait().exitCode == 1, "\(first.error)")
            try Files.write("", to: "\(host.folder)/ok")
            try host.run("rerun", "1", "--failed")
            #expect(Files.read("\(host.folder)/ran").split(separator: "\n").sorted() == ["1", "2", "2"])
            try host.run("rerun", "1", "--from", "each")
            #expect(Files.read("\(host.folder)/ran").split(separator: "\n").sorted() == ["1", "1", "2", "2", "2"])
            #expect(try host.lines("SELECT state FROM run_history") == ["succeeded"])
            try host.run("rerun", "1", "--restart")
            #expect(try host.number("SELECT count(*) FROM attempt_history WHERE key = 'list'") == 2)
            try host.checkInvariants()
        }
    }

    @Test func `goes on after kills at any moment, each part once`() throws {
        try withHost { host in
            try Files.write(Ledger.script, to: "\(host.folder)/job.sh")
            try Files.write(
                """
                env: {LEDGER: "\(host.ledgerPath)"}
                success_criteria: [all_tasks_completed]
                steps:
                  - {id: outer, type: group, config: {steps: [
                      {id: each, foreach: [1, 2, 3, 4, 5, 6], config: {command: ./job.sh, args: ["0.02"]}},
                      {id: loop, dependsOn: each, type: loop, config: {while: "iteration < 4", steps: [
                        {id: work, config: {command: ./job.sh, args: ["0.02"]}}]}}]}}
                  - {id: call, type: workflow, dependsOn: outer, config: {definition: {name: in, env: {LEDGER: "\(host.ledgerPath)"},
                     steps: [{id: a, config: {command: ./job.sh, args: ["0.02"]}}]}}}
                """, to: "\(host.folder)/flow.yaml")
            try host.run("run", "--detach", "flow.yaml")
            var kills = 0
            while try host.number("SELECT count(*) FROM run_history WHERE id = 1 AND finished_at IS NULL") == 1 {
                let runners = try (0..<2).map { _ in try host.startRunner("--slots", "3") }
                // A job that costs five runners their lives fails, so some live long enough for it to end.
                usleep(kills < 12 && kills % 3 != 2 ? UInt32.random(in: 20_000...200_000) : 2_000_000)
                for runner in runners {
                    try runner.kill()
                    host.forget(runner)
                }
                kills += 1
                if kills > 200 { throw TestFailure("it does not end") }
            }
            let bad = try host.lines("SELECT key, state, error FROM job_history WHERE state <> 'succeeded'")
            #expect(bad == [])
            #expect(
                try host.lines("SELECT state, error FROM run_history ORDER BY id") == ["succeeded|", "succeeded|"])
            #expect(host.ledger.count("overlap") == 0)
            #expect(host.ledger.repeated == [])
            let again = try host.number(
                "SELECT count(*) FROM attempt_history WHERE state = 'succeeded' AND attempt > 0")
            #expect(again == (try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'")))
            report("flow: \(kills) rounds of kills, \(host.ledger.count("start")) starts for 11 jobs")
            try host.checkInvariants()
        }
    }
}
