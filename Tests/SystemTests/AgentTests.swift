import Glibc
import JSON
import TestSupport
import Testing

/// Agents behind an endpoint and behind commands, through the program itself.
@Suite(.serialized) struct `An agent` {
    private static let key = "sk-do-not-show-9f8e7d"

    /// Runs the document against a server of its own.
    private func run(
        _ document: String, agents: [String: String], exitCode: Int32 = 0, environment: [String: String] = [:],
        check: (Host, TestProcess, ChatServer) throws -> Void
    ) throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            try Files.write(server.configuration(agents), to: "\(host.folder)/weir.yaml")
            try Files.write(document, to: "\(host.folder)/flow.yaml")
            let process = try host.start(["run", "flow.yaml"], environment: environment)
            #expect(try process.wait().exitCode == exitCode, "\(process.error)\(process.output)")
            try check(host, process, server)
            try host.checkInvariants()
        }
    }

    private func step(_ agent: String, _ more: String = "") -> String {
        "steps: [{id: a, type: agent, config: {agent: \(agent), prompt: \"why?\"}\(more.isEmpty ? "" : ", \(more)")}]"
    }

    private static let attempts = "SELECT state, coalesce(error, '') FROM attempt_history ORDER BY attempt"

    @Test func `behind an endpoint answers, writes into the log, and counts its tokens`() throws {
        try run(step("echo"), agents: ["echo": "system: Be brief, temperature: 0.5, max_tokens: 99"]) {
            host, _, server in
            #expect(try host.lines("SELECT result FROM job_history") == [#""I was asked: why?""#])
            #expect(try host.run("logs", "1").hasSuffix("I was asked: why?\n"))
            #expect(try host.lines("SELECT input_tokens, output_tokens FROM attempt_history") == ["11|7"])
            let body = try #require(try server.requests().first?["body"])
            #expect(body["messages"]?.list?.first?["content"] == .string("Be brief"))
            #expect(body["temperature"] == .decimal(0.5))
            #expect(body["max_tokens"] == .integer(99))
            #expect(body["stream"] == .bool(true))
        }
    }

    @Test(arguments: ["", "stream: false, "])
    func `answers in the form of its schema`(stream: String) throws {
        try run(
            step("json"), agents: ["json": "\(stream)schema: {type: object, properties: {score: {type: integer}}}"]
        ) { host, _, server in
            #expect(try host.lines("SELECT result FROM job_history") == [#"{"score":7}"#])
            let form = try #require(try server.requests().first?["body"]?["response_format"])
            #expect(form["json_schema"]?["schema"]?["properties"]?["score"]?["type"] == .string("integer"))
            #expect(try host.lines("SELECT input_tokens, output_tokens FROM attempt_history") == ["11|7"])
        }
    }

    @Test func `that is busy is asked again when it says, and not before`() throws {
        try run(step("busy"), agents: ["busy": ""]) { host, _, server in
            let attempts = try host.lines(Self.attempts)
            #expect(
                attempts == [
                    "failed|the endpoint answers 429 Too Many Requests: slow down",
                    "failed|the endpoint answers 429 Too Many Requests: slow down", "succeeded|",
                ])
            let times = try server.requests().compactMap { request -> Double? in
                if case .decimal(let time)? = request["time"] { time } else { nil }
            }
            #expect(times.count == 3)
            for (before, after) in zip(times, times.dropFirst()) { #expect(after - before >= 1) }
        }
    }

    @Test(arguments: [
        ("ill", "the endpoint answers 500 Internal Server Error: we are ill", #""well again""#),
        ("cut", "closed the", #""whole""#),
        ("garbage", "the endpoint sent what is not JSON in its stream", #""clean""#),
    ])
    func `that fails for once is asked again`(model: String, error: String, result: String) throws {
        try run(step(model, "retries: 1"), agents: [model: ""]) { host, _, _ in
            let attempts = try host.lines(Self.attempts)
            #expect(attempts.count == 2)
            #expect(attempts.first?.hasPrefix("failed|") == true)
            #expect(attempts.first?.contains(error) == true, "\(attempts)")
            #expect(try host.lines("SELECT state, result FROM job_history") == ["succeeded|\(result)"])
        }
    }

    @Test(arguments: [
        (
            "long", "max_tokens: 3",
            "the answer was cut at the most tokens that it may have (3); raise 'max_tokens' of the agent"
        ),
        ("wrong", "", "the endpoint answers 400 Bad Request: wrong, nobody"),
        (
            "keyless", "key_env: NO_SUCH_KEY",
            "the variable NO_SUCH_KEY, which the agent 'keyless' needs, is not set in the environment of the runner"
        ),
    ])
    func `that can only fail is not asked again`(model: String, more: String, error: String) throws {
        try run(step(model), agents: [model: more], exitCode: 1) { host, _, _ in
            let attempts = try host.lines(Self.attempts)
            #expect(attempts == ["failed|\(error)"])
        }
    }

    @Test func `that hangs is given up at its time limit`() throws {
        try run(step("hang", "retries: 0, timeout: 1s"), agents: ["hang": ""], exitCode: 1) { host, _, _ in
            let attempts = try host.lines(Self.attempts)
            #expect(attempts == ["timed_out|timed out after 1 s"])
            #expect(try host.run("logs", "1").contains("so far"))
        }
    }

    @Test func `that is not there is told of`() throws {
        try withHost { host in
            try Files.write(
                "agents: {gone: {endpoint: \"http://127.0.0.1:1/v1\", model: m}}", to: "\(host.folder)/weir.yaml")
            try Files.write(step("gone", "retries: 0"), to: "\(host.folder)/flow.yaml")
            #expect(try host.start(["run", "flow.yaml"]).wait().exitCode == 1)
            #expect(
                try host.lines(Self.attempts) == [
                    "failed|http://127.0.0.1:1 cannot be reached: the connection was refused"
                ])
        }
    }

    @Test(arguments: ["leak", "wrong"])
    func `has a key that is found nowhere`(model: String) throws {
        try run(
            step(model), agents: [model: "key_env: TEST_KEY, headers: {x-org: \"o-${TEST_KEY}\"}"],
            exitCode: model == "wrong" ? 1 : 0, environment: ["TEST_KEY": Self.key]
        ) { host, process, server in
            #expect(try server.requests().first?["headers"]?["Authorization"] == .string("Bearer \(Self.key)"))
            #expect(try server.requests().first?["headers"]?["x-org"] == .string("o-\(Self.key)"))
            let shown = try host.lines("SELECT coalesce(result, error) FROM job_history").first ?? ""
            #expect(shown.contains("Bearer [secret]"), "\(shown)")
            #expect(!process.error.contains(Self.key))
            #expect(!process.output.contains(Self.key))
            host.disconnect()
            for file in ["weir.db", "weir.db-wal"] {
                let bytes = Files.bytes("\(host.folder)/\(file)")
                #expect(bytes.isEmpty || !String(decoding: bytes, as: UTF8.self).contains(Self.key))
            }
        }
    }

    @Test func `by command is given the keys that it names, and no others`() throws {
        try withHost { host in
            try Files.write(
                "agents: {a: {command: [sh, -c, 'echo $TEST_KEY-$OTHER_KEY'], key_env: TEST_KEY}}",
                to: "\(host.folder)/weir.yaml")
            try Files.write(step("a"), to: "\(host.folder)/flow.yaml")
            let keys = ["TEST_KEY": "one", "OTHER_KEY": "two"]
            #expect(try host.start(["run", "flow.yaml"], environment: keys).wait().exitCode == 0)
            #expect(try host.lines("SELECT result FROM job_history") == [#""one-""#])
            #expect(try host.start(["run", "flow.yaml"]).wait().exitCode == 1)
            #expect(
                try host.lines("SELECT error FROM job_history WHERE id = 2") == [
                    "the variable TEST_KEY is not set in the environment of the runner"
                ])
            try host.checkInvariants()
        }
    }

    @Test func `is told what the steps before it found, and what the run remembers`() throws {
        try run(
            """
            steps:
              - {id: one, config: {command: echo, args: ["first"]}}
              - {id: two, continueOnError: true, config: {shell: "echo '{\\"n\\": 2}' > $WEIR_RESULT; exit 3"}}
              - id: note
                dependsOn: one
                config:
                  shell: |
                    sqlite3 -cmd ".timeout 30000" "$WEIR_DB" "INSERT INTO memory VALUES ($WEIR_RUN, 'tone', '[1]', 1, 0), (0, 'all', '2', 1, 0)"
              - {id: sees, type: agent, dependsOn: [one, two, "note:finished"], config: {agent: echo, prompt: "Sum up."}}
              - {id: refers, type: agent, dependsOn: [one], config: {agent: echo, prompt: "It was ${{ steps.one.result }}."}}
              - {id: blind, type: agent, dependsOn: [one], config: {agent: echo, prompt: "Alone.", context: false}}
              - {id: each, type: agent, dependsOn: [one], foreach: [x], config: {agent: echo, prompt: "Each ${{ item }}."}}
            """, agents: ["echo": ""]
        ) { host, _, server in
            let prompts = Dictionary(
                try server.requests().compactMap { $0["prompt"]?.string }.map { ($0.prefix { $0 != "." }, $0) }
            ) { first, _ in first }
            #expect(
                prompts["Sum up"] == """
                    Sum up.

                    Results of the steps that this one depends on:

                    ## one

                    first

                    ## two (failed)

                    error: exited with code 3

                    ## note

                    (no result)

                    Memory of this run:

                    - tone: [1]

                    """)
            // Whether the note is there already is a matter of time.
            #expect(prompts["It was first"]?.hasPrefix("It was first.") == true)
            #expect(prompts["It was first"]?.contains("Results of") == false)
            #expect(prompts["Alone"] == "Alone.")
            #expect(prompts["Each x"]?.contains("## one\n\nfirst\n") == true)
        }
    }

    @Test func `takes jobs of its name from the queue`() throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            try Files.write(
                server.configuration(["echo": ""]) + "  upper: tr a-z A-Z\n", to: "\(host.folder)/weir.yaml")
            try host.run("init")
            for (type, data) in [
                ("echo", #""why?""#), ("echo", #"{"prompt": "how?"}"#), ("echo", #"{"n": 1}"#), ("upper", #""loud""#),
                ("echo", #""  ""#),
            ] {
                try host.shell("INSERT INTO enqueue(type, data) VALUES ('\(type)', '\(data)')")
            }
            try host.run("runner", "--slots", "2", "--drain-after", "idle")
            #expect(
                try host.lines("SELECT state, coalesce(result, error) FROM job_history ORDER BY id") == [
                    #"succeeded|"I was asked: why?""#, #"succeeded|"I was asked: how?""#,
                    #"succeeded|"I was asked: {\"n\":1}""#, #"succeeded|"LOUD""#, "failed|the prompt is empty",
                ])
            try host.checkInvariants()
        }
    }

    @Test func `hands its job back when its runner drains`() throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            try Files.write(server.configuration(["slow": ""]), to: "\(host.folder)/weir.yaml")
            try host.run("init")
            try host.shell(#"INSERT INTO enqueue(type, data) VALUES ('slow', '"go on"')"#)
            let runner = try host.startRunner("--slots", "1")
            try eventually("the answer begins") { try host.run("logs", "1").contains("tick") }
            runner.send(SIGTERM)
            try runner.wait(within: 20)
            host.forget(runner)
            #expect(try host.lines("SELECT state FROM job_history") == ["ready"])
            #expect(try host.lines("SELECT state FROM attempt_history") == ["interrupted"])
            try host.checkInvariants()
        }
    }

    @Test func `is asked anew by another runner when its own dies`() throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            try Files.write(server.configuration(["slow": ""]), to: "\(host.folder)/weir.yaml")
            try host.run("init")
            try host.shell(#"INSERT INTO enqueue(type, data) VALUES ('slow', '"go on"')"#)
            let first = try host.startRunner("--slots", "1")
            try eventually("the question is asked") { try server.requests(to: "slow").count == 1 }
            try first.kill()
            host.forget(first)
            let second = try host.startRunner("--slots", "1")
            try eventually("it is asked again") { try server.requests(to: "slow").count == 2 }
            try host.run("cancel", "1")
            try eventually("it is cancelled") { try host.isAllFinal() }
            #expect(try host.lines("SELECT state FROM attempt_history ORDER BY attempt") == ["lost", "cancelled"])
            second.send(SIGTERM)
            #expect(try second.wait().exitCode != nil)
            host.forget(second)
            try host.checkInvariants()
        }
    }

    /// Example 1 of the reference: two researchers, an analyzer, a writer.
    static let example = """
        - { id: 1, task: "Research topic A", agent: "researcher" }
        - { id: 2, task: "Research topic B", agent: "researcher" }
        - { id: 3, task: "Analyze results", agent: "analyzer", deps: [1, 2] }
        - { id: 4, task: "Generate report", agent: "writer", deps: [3] }
        """

    @Test(arguments: [true, false])
    func `works with others as in the reference's first example`(isEndpoint: Bool) throws {
        try withHost { host in
            let server = try ChatServer(in: host)
            let names = ["researcher", "analyzer", "writer"]
            let endpoints = Dictionary(uniqueKeysWithValues: names.map { ($0, "") })
            let commands = "agents:\n" + names.map { "  \($0): {command: [sed, \"s/^/> /\"]}\n" }.joined()
            try Files.write(
                isEndpoint ? server.configuration(endpoints) : commands, to: "\(host.folder)/weir.yaml")
            try Files.write(Self.example, to: "\(host.folder)/flow.yaml")
            try host.run("run", "flow.yaml", "--max-concurrency", "4")
            let results = try host.lines("SELECT result ->> '$' FROM job_history ORDER BY key")
            #expect(results.count == 4)
            // The writer was told of the analysis, and that of both researches.
            #expect(results[3].contains("Generate report"))
            #expect(results[3].contains("3: Analyze results"))
            #expect(results[2].contains("1: Research topic A"))
            #expect(results[2].contains("2: Research topic B"))
            #expect(results[3].contains("Research topic B"))
            if isEndpoint { #expect(try server.requests(to: "researcher").count == 2) }
            try host.checkInvariants()
        }
    }
}
