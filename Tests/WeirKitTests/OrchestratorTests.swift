import Glibc
import Synchronization
import TestSupport
import Testing
import WeirKit

@Suite struct `An orchestrator` {
    /// A queue beside a `weir.yaml` whose agents are programs.
    private func withOrchestrator<R>(
        change: (inout Orchestrator.Options) -> Void = { _ in },
        _ body: (Orchestrator, JobQueue) async throws -> R
    ) async throws -> R {
        try await withQueue { queue in
            let folder = String(queue.path.dropLast("/weir.db".count))
            let configuration = "\(folder)/weir.yaml"
            defer { unlink(configuration) }
            try write(
                """
                agents:
                  researcher: {command: [sh, -c, 'echo "found: $(head -c 16)"']}
                  writer: {command: [sh, -c, 'grep -c found']}
                  planner: {command: [echo, '[{"id": "a", "agent": "researcher", "task": "look it up"}]']}
                """, to: configuration)
            var options = Orchestrator.Options()
            options.directory = folder
            change(&options)
            return try await body(Orchestrator(queue, options: options, logger: quiet), queue)
        }
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw TestFailure("\(path): error \(errno)") }
        fputs(text, file)
        fclose(file)
    }

    private let greeting = """
        name: greet
        inputs: {name: {type: string, required: true}}
        parallel: {resources: {cpu: 2}}
        steps:
          - {id: hello, config: {command: echo, args: [hello]}, parallel: {resource: cpu}}
          - {id: whom, config: {command: echo, args: ["${{ inputs.name }}"]}, parallel: {resource: cpu}}
          - id: both
            type: value
            dependsOn: [hello, whom]
            config: {value: "${{ steps.hello.result }} ${{ steps.whom.result }}"}
        output: {text: "${{ steps.both.result }}"}
        """

    private struct Greeting: Decodable, Equatable {
        let text: String
    }

    @Test func `runs a workflow with inputs, and reports on each step and on the whole`() async throws {
        try await withOrchestrator { orchestrator, _ in
            let report = try await orchestrator.run(.text(greeting), inputs: ["name": "world"])
            #expect(report.success)
            #expect(report.workflow == "greet")
            let greeting = try report.result(as: Greeting.self)
            #expect(greeting == Greeting(text: "hello world"))
            #expect(report.steps.map(\.id) == ["hello", "whom", "both"])
            #expect(report.steps.map(\.group) == [1, 1, 2])
            #expect(report.steps.map(\.success) == [true, true, true])
            let word = try report["whom"]?.result(as: String.self)
            #expect(word == "world")
            #expect(report.parallelStats.totalGroups == 2)
            #expect(report.parallelStats.resourceUtilization.keys.sorted() == ["cpu"])
            let again = try await orchestrator.report(of: report.run)
            #expect(again.state == .succeeded)
        }
    }

    @Test func `gives steps of a registered type to the queue's handlers`() async throws {
        try await withOrchestrator { orchestrator, queue in
            try queue.register("double") { (number: Int, _) in number * 2 }
            let report = try await orchestrator.run(
                .text(
                    """
                    steps:
                      - {id: first, type: worker, config: {worker: double, data: 21}}
                      - id: second
                        type: worker
                        dependsOn: [first]
                        config: {worker: double, data: "${{ steps.first.result }}"}
                    """))
            #expect(report.success, "\(report)")
            let number = try report["second"]?.result(as: Int.self)
            #expect(number == 84)
        }
    }

    @Test func `reports on a run that failed instead of throwing`() async throws {
        try await withOrchestrator { orchestrator, _ in
            let report = try await orchestrator.run(
                .text(
                    """
                    steps:
                      - {id: bad, config: {command: sh, args: [-c, exit 3]}}
                      - {id: after, dependsOn: [bad], config: {command: "true"}}
                    """))
            #expect(!report.success)
            #expect(report.state == .failed)
            #expect(report["bad"]?.error == "exited with code 3")
            #expect(report["after"]?.state == "skipped")
        }
    }

    @Test func `tells every fault of a workflow and of its inputs, and stores nothing`() async throws {
        try await withOrchestrator { orchestrator, queue in
            let faulty = WorkflowSource.text(
                """
                steps:
                  - {id: a, dependsOn: [b], config: {command: x}}
                  - {id: c, config: {comand: x}}
                """)
            let issues = try await orchestrator.issues(of: faulty)
            #expect(issues.filter { !$0.isWarning }.count >= 2)
            for (source, inputs, part) in [
                (faulty, [:], "2:"), (.text(greeting), [:], "name"),
                (.text(greeting), ["name": "a", "nam": "b"], "nam"),
                (.tasks([AgentTask(id: "1", task: "look", agent: "reseacher")]), [:], "researcher"),
                (.file("no such file"), [:], "no such file"),
            ] as [(WorkflowSource, [String: String], String)] {
                do {
                    try await orchestrator.run(source, inputs: inputs)
                    Issue.record("\(part) was run")
                } catch let error as WeirError {
                    #expect(error.code == .workflow)
                    #expect(error.message.contains(part), "\(error)")
                }
            }
            let runs = try rows(queue.path, "SELECT count(*) FROM runs")
            #expect(runs == ["0"])
        }
    }

    @Test func `gives tasks to agents, each of which is told the results that it builds on`() async throws {
        try await withOrchestrator { orchestrator, _ in
            let report = try await orchestrator.run(
                .tasks([
                    AgentTask(id: "1", task: "Research topic A", agent: "researcher"),
                    AgentTask(id: "2", task: "Research topic B", agent: "researcher"),
                    AgentTask(id: "3", task: "Write it up", agent: "writer", deps: ["1", "2"]),
                ]))
            #expect(report.success, "\(report)")
            let found = try report.steps[0].result(as: String.self)
            #expect(found == "found: Research topic A")
            let count = try report.steps[2].result(as: Int.self)
            #expect(count == 2)
        }
    }

    @Test func `has a goal planned, mended and run`() async throws {
        try await withOrchestrator { orchestrator, queue in
            let questions = Mutex<[String]>([])
            let agent = AutonomousAgent(orchestrator) { question in
                let round = questions.withLock { questions in
                    questions.append(question)
                    return questions.count
                }
                guard round > 1 else { return #"[{"id": "a", "agent": "nobody", "task": "x"}]"# }
                return """
                    Here is the plan:
                    [{"id": "a", "agent": "researcher", "task": "look at this"},
                     {"id": "b", "agent": "writer", "task": "count", "deps": ["a"]}]
                    """
            }
            let none = try await agent.execute("Count what is found") { _ in false }
            #expect(none == nil)
            let runs = try rows(queue.path, "SELECT count(*) FROM runs")
            #expect(runs == ["0"])
            let asked = questions.withLock { $0 }
            #expect(asked.count == 2)
            #expect(asked[0].contains("Count what is found"))
            #expect(asked[1].contains("nobody"))
            let report = try await agent.execute("Count what is found") { plan in
                plan.steps.map(\.id) == ["a", "b"] && plan.steps[1].deps == ["a"] && plan.steps[0].agent == "researcher"
            }
            #expect(report?.success == true)
        }
    }

    @Test func `has an agent of the configuration plan`() async throws {
        try await withOrchestrator { orchestrator, queue in
            let report = try await AutonomousAgent(orchestrator, planner: "planner").execute("Look it up")
            #expect(report?.success == true)
            #expect(report?.steps.map(\.id) == ["a"])
            let runs = try rows(queue.path, "SELECT workflow, state FROM runs ORDER BY id")
            #expect(runs.count == 2)
        }
    }

    @Test func `says why a goal cannot be planned`() async throws {
        try await withOrchestrator { orchestrator, _ in
            let agent = AutonomousAgent(orchestrator) { _ in "I would rather not." }
            do {
                _ = try await agent.plan("Anything")
                Issue.record("there is a plan")
            } catch let error as WeirError {
                #expect(error.message.contains("in 3 answers"))
            }
        }
    }

    @Test func `leaves a run whose program waits no more to other runners`() async throws {
        try await withOrchestrator { orchestrator, queue in
            let events = queue.events
            let work = Task {
                try await orchestrator.run(.text("steps: [{id: long, config: {command: sleep, args: ['3600']}}]"))
            }
            for await event in events { if case .taskStarted = event { break } }
            work.cancel()
            await #expect(throws: CancellationError.self) { try await work.value }
            let jobs = try rows(queue.path, "SELECT state, attempts FROM job_history")
            #expect(jobs == ["ready|1"])
        }
    }
}
