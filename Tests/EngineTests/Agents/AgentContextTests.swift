import JSON
import TestSupport
import Testing
import Workflows

@testable import Engine
@testable import Jobs

@Suite struct `A prompt` {
    /// A job that depends on jobs that left these results.
    private func following(
        _ results: [String], limit: Int = AgentContext.wholeLimit
    ) throws -> String {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let upstreams = try results.indices.map { number in try store.enqueue { $0.name = "job \(number)" } }
            let job = try store.enqueue { $0.dependencies = upstreams.map { .init(.stored($0)) } }
            let claims = try store.claim(results.count, for: runner)
            for claim in claims {
                var outcome = Outcome(.succeeded, startedAt: Timestamp(0), finishedAt: Timestamp(1))
                outcome.result = upstreams.firstIndex(of: claim.job).map { results[$0] }
                try store.write { try $0.finish(claim.job, leaseToken: claim.leaseToken, outcome) }
            }
            return try AgentContext(store: store, job: job, run: nil).following(
                "Go.\n", results: true, memory: true, limit: limit)
        }
    }

    @Test func `without anything before it stays as it is`() throws {
        #expect(try following([]) == "Go.\n")
    }

    @Test func `has results cut at 64 KiB, at whole characters`() throws {
        let long = String(repeating: "ä", count: 50_000)
        let text = try following(["\"\(long)\"", "[1]"])
        #expect(text.hasPrefix("Go.\n\nResults of the steps that this one depends on:\n\n## job 1: job 0\n\n"))
        #expect(text.contains("ä\n(cut: the first 64 KiB of 50000 characters)\n\n## job 2: job 1\n\n[1]\n"))
        #expect(text.count { $0 == "ä" } == 32_768)
    }

    @Test func `says which results found no room`() throws {
        let result = "\"\(String(repeating: "x", count: 1000))\""
        let text = try following([result, result, result], limit: 2500)
        #expect(text.hasSuffix("\n(1 of 3 are left out: the prompt would be too long)\n"))
        #expect(text.count { $0 == "x" } == 2000)
    }

    @Test func `as an argument leaves room for what a program can be given`() {
        var command = AgentCommand(command: ["llm"])
        #expect(AgentQuestion.room(for: .command(command), after: "abc") == AgentContext.wholeLimit)
        command.prompt = .argv
        #expect(AgentQuestion.room(for: .command(command), after: "abc") == 99_997)
        let chat = AgentTarget.chat(ChatEndpoint(url: "http://h", model: "m"))
        #expect(AgentQuestion.room(for: chat, after: "abc") == AgentContext.wholeLimit)
    }
}

@Suite struct `An answer` {
    @Test(arguments: [
        "[1]", " [1]\n", "```json\n[1]\n```", "Here:\n```\n[1]\n```\nDone.", "I think [1] is best.",
    ])
    func `is found within what a model says around it`(text: String) {
        #expect(AnswerText.jsonWithin(text)?.text == "[1]")
    }

    @Test(arguments: ["", "no", "```json\n[1\n```", "] then ["])
    func `that is not there is not made up`(text: String) {
        #expect(AnswerText.jsonWithin(text) == nil)
    }

    @Test func `with words around it is a text where no plan is asked for`() {
        #expect(AnswerText.json("I think [1] is best.") == nil)
        #expect(AnswerText.json("\n```json\n[1]\n```\n")?.text == "[1]")
        #expect(AnswerText.json("```") == nil)
    }
}

@Suite struct `A plan` {
    private let configuration = ConfigurationParser.parse("agents: {a: [cat], b: [cat]}").configuration

    private func read(_ answer: String?) throws -> Workflow {
        try PlannedWorkflow.read(answer, goal: "g", configuration: try #require(configuration))
    }

    @Test(arguments: [
        #"[{"id":1,"agent":"a","task":"x"},{"id":"z","agent":"b","task":"y","deps":[1]}]"#,
        #"{"steps":[{"id":"task_1","type":"agent","config":{"agent":"a","prompt":"x"}},{"id":"z","dependsOn":"task_1","config":{"command":"c"}}]}"#,
        #""Sure:\n```json\n[{\"id\":1,\"agent\":\"a\",\"task\":\"x\"},{\"id\":\"z\",\"agent\":\"b\",\"task\":\"y\",\"deps\":[1]}]\n```""#,
    ])
    func `is read in either form`(answer: String) throws {
        let workflow = try read(answer)
        #expect(workflow.steps.map(\.id) == ["task_1", "z"])
        #expect(workflow.steps.last?.dependencies.map(\.step) == ["task_1"])
        #expect(workflow.description == "g")
    }

    @Test(
        arguments: [
            (nil, "there is no answer"), (#""no""#, "the answer is no JSON list of steps"),
            ("3", "the answer is no JSON list of steps"),
            (#"[{"id":1,"agent":"c","task":"x"}]"#, "the agent 'c' of step 'task_1' is not configured"),
            (#"[{"id":1,"agent":"a","task":"x","deps":[2]}]"#, "which is not a step of this workflow"),
            (#"[{"id":1,"agent":"a"}]"#, "has no 'task'"), ("[]", ""),
        ] as [(String?, String)])
    func `that cannot be run says what is wrong with it`(answer: String?, fault: String) {
        let faults = #expect(throws: PlannedWorkflow.Faults.self) { _ = try read(answer) }
        #expect(faults?.lines.isEmpty == false)
        #expect(
            faults?.lines.joined(separator: "\n").contains(fault) == true || fault.isEmpty, "\(faults?.lines ?? [])")
    }
}
