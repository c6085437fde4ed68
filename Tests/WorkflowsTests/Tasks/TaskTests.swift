import JSON
import Testing

@testable import Workflows

/// A workflow of tasks from lines that each are an entry of `tasks`.
private func tasks(_ entries: String, head: String = "") throws -> Workflow {
    let lines = entries.split(separator: "\n").map { "  - \($0)\n" }.joined()
    return try workflow("\(head)\ntasks:\n\(lines)")
}

private func script(_ entry: String) throws -> Script {
    guard case .script(let script) = try tasks(entry).steps[0].action else { throw UnexpectedFaults(text: "no script") }
    return script
}

private func agent(_ entry: String) throws -> AgentCall {
    guard case .agent(let call) = try tasks(entry).steps[0].action else { throw UnexpectedFaults(text: "no agent") }
    return call
}

@Suite struct `A task` {
    @Test func `with a number is a step of that number`() throws {
        let flow = try tasks(
            """
            {task_id: 4, command: x}
            {task_id: "5", command: x, depends_on: [4]}
            {task_id: lint, command: x, depends_on: ["4:finished", {task_id: task_5, condition: failed}]}
            {task_id: task_6, name: Last, command: x, depends_on: lint}
            """)
        #expect(flow.steps.map(\.id) == ["task_4", "task_5", "lint", "task_6"])
        #expect(flow.steps.map(\.name) == ["Task 4", "Task 5", "lint", "Last"])
        #expect(flow.steps.map { TaskID.shown($0.id) } == ["4", "5", "lint", "6"])
        #expect(
            flow.steps.map { $0.dependencies.map { "\($0.step):\($0.condition)" } } == [
                [], ["task_4:succeeded"], ["task_4:finished", "task_5:failed"], ["lint:succeeded"],
            ])
        #expect(flow.plan().steps.map(\.group) == [1, 2, 3, 4])
    }

    @Test func `runs its command, else its agent`() throws {
        let command = try script(
            "{task_id: 4, type: system_task, agent_type: A, command: npm, args: [test, 1.0], env: {X: y}, cwd: d, stdin: t}"
        )
        #expect(command.command == .program(Template(plain: "npm")))
        #expect(command.arguments == ["test", "1.0"].map { Template(plain: $0) })
        #expect(command.directory == Template(plain: "d"))
        #expect(command.input == Template(plain: "t"))
        #expect(
            command.environment.mapValues { $0.plainText } == [
                "X": "y", "WEIR_TASK": "4", "WEIR_PARAMETERS": "{}", "WEIR_AGENT": "A",
            ])
        let list = try script("{task_id: 4, command: [./x, '${{ env.HOME }}', yes], args: [z]}")
        #expect(list.command == .program(Template(plain: "./x")))
        #expect(list.arguments.map(\.source) == ["${{ env.HOME }}", "yes", "z"])
        #expect(try script("{task_id: 4, shell: 'echo $1', args: [a]}").command == .shell("echo $1"))
        #expect(try script("{task_id: 4, config: {command: a}}").command == .program(Template(plain: "a")))
        let call = try agent(
            "{task_id: 4, agent_type: TestingAgent, env: {X: y}, prompt: 'Do ${{ env.n }}', planner: true}")
        #expect(call.agent == "TestingAgent")
        #expect(call.prompt?.source == "Do ${{ env.n }}")
        #expect(call.isPlanner)
        #expect(call.environment.mapValues { $0.plainText } == ["X": "y", "WEIR_TASK": "4"])
    }

    @Test func `passes its parameters on as JSON`() throws {
        let entry = #"""
            {task_id: 4, command: x, parameters: {a: 1, b: [yes, true, null, 0.5], c: {d: "it's \"${{ env.name }}\""}, n: "${{ env.list }}", e: '$${{'}}
            """#
        let template = try #require(try script(entry).environment["WEIR_PARAMETERS"])
        var scope = TestScope.usual
        scope.roots["env"] = scope.roots["inputs"]
        let text = try template.text(in: scope)
        #expect(text == #"{"a":1,"b":["yes",true,null,0.5],"c":{"d":"it's \"weir\""},"e":"${{","n":[1,2,3]}"#)
        // The canonical form says the same.
        #expect(try Template.parse(template.source).text(in: scope) == text)
        let call = try agent("{task_id: 4, agent_type: A, parameters: {task_name: T, n: '${{ env.n }}'}}")
        #expect(call.parameters.mapValues(\.source) == ["task_name": .string("T"), "n": .string("${{ env.n }}")])
    }

    @Test func `has its own value before the file's`() throws {
        let flow = try tasks(
            """
            {task_id: 1, command: x}
            {task_id: 2, agent_type: A, retries: 1, timeout: 5m}
            {task_id: 3, agent_type: A, retry_allowed: false, timeout_seconds: 90}
            {task_id: 4, command: x, parallel: {isolateErrors: false, resource: cpu}, priority: 9, queue: q}
            {task_id: 5, command: x, continueOnError: true}
            """,
            head:
                "error_handling: {one_task_failure: {retry_allowed: true}}\nparallel: {resources: {cpu: 1}}\ndefaults: {timeout: 1m}"
        )
        #expect(flow.steps.map(\.retries) == [3, 1, 0, 3, 3])
        #expect(flow.steps.map(\.timeout) == [.seconds(60), .seconds(300), .seconds(90), .seconds(60), .seconds(60)])
        #expect(flow.steps.map(\.parallel.isolateErrors) == [true, true, true, false, nil])
        #expect(flow.steps[3].priority == 9)
        #expect(flow.steps[3].queue == "q")
        #expect(flow.parallel.pools == ["cpu": 1])
    }

    @Test func `is tried once where no retry is allowed`() throws {
        let flow = try tasks("{task_id: 1, agent_type: A}\n{task_id: 2, command: x}\n{task_id: 3, type: approval}")
        #expect(flow.steps.map(\.retries) == [0, 0, nil])
    }

    @Test func `can have what steps have`() throws {
        let flow = try tasks(
            """
            {task_id: 1, command: [echo, '[1, 2]']}
            {task_id: 2, command: x, depends_on: [1], if: success(), foreach: '${{ tasks.1.result }}', cache: {key: k}, gates: enforce, quality_gates: {m: required}}
            {task_id: 3, type: approval, config: {message: Go on?}}
            {task_id: 4, type: http, config: {url: 'https://example.org'}}
            {task_id: 5, type: wait, config: {duration: 5s}}
            {task_id: 6, type: agent, config: {agent: A, prompt: p}, parameters: {x: 1}}
            {task_id: 7, type: group, config: {steps: [{id: a, config: {command: x}}]}}
            {task_id: 8, type: script, command: x, matrix: {os: [a, b]}}
            {task_id: 9, type: workflow, config: {file: other.yaml}}
            """)
        #expect(
            flow.steps.map(\.action.typeName) == [
                "script", "script", "approval", "http", "wait", "agent", "group", "script", "workflow",
            ])
        #expect(flow.steps[1].condition?.source == "success()")
        #expect(flow.steps[1].fanOut != nil)
        #expect(flow.steps[1].cache != nil)
        #expect(flow.steps[1].enforcesGates)
        guard case .agent(let call) = flow.steps[5].action else {
            Issue.record("task 6 is no agent's")
            return
        }
        #expect(call.parameters == ["x": .value(.integer(1))])
        #expect(call.environment["WEIR_TASK"] == Template(plain: "6"))
    }

    @Test(arguments: [
        (
            "{command: x}", "flow.yaml:3:5: error: the task number 1 has no 'task_id'"
        ),
        (
            "{task_id: 4}",
            "flow.yaml:3:5: error: task '4' has no 'command' and no 'agent_type': nothing says what executes it"
        ),
        (
            "{task_id: 4, comand: x}",
            """
            flow.yaml:3:5: error: task '4' has no 'command' and no 'agent_type': nothing says what executes it
            flow.yaml:3:18: error: unknown key 'comand' in task '4'; did you mean 'command'?
            """
        ),
        (
            "{task_id: 4, id: 4, agent: A, command: x}",
            """
            flow.yaml:3:18: error: unknown key 'id' in task '4'; it belongs to steps, and is 'task_id' here
            flow.yaml:3:25: error: unknown key 'agent' in task '4'; it belongs to 'config' of type agent, and is \
            'agent_type' here
            """
        ),
        (
            "{task_id: a b, command: x}",
            """
            flow.yaml:3:15: error: 'task_id' of task 'a b' is 'a b'; a name has 1 to 128 of the characters A-Z, a-z, \
            0-9, '.', '_', '-' and does not begin with '.'
            """
        ),
        (
            "{task_id: 4, command: x, timeout: 1, timeout_seconds: 2}",
            "flow.yaml:3:42: error: task '4' has both 'timeout' and 'timeout_seconds', which are the same"
        ),
        (
            "{task_id: 4, agent_type: A, cwd: d}",
            "flow.yaml:3:33: error: 'cwd' of task '4' means nothing here: it has no command"
        ),
        (
            "{task_id: 4, command: x, prompt: p}",
            "flow.yaml:3:30: error: 'prompt' of task '4' means nothing here: it runs a command"
        ),
        (
            "{task_id: 4, command: [], type: system_task}",
            "flow.yaml:3:27: error: 'command' of task '4' names no program"
        ),
        (
            "{task_id: 4, type: system_taks, command: x}",
            """
            flow.yaml:3:24: error: 'type' of task '4' is 'system_taks', which is no type of task; did you mean \
            'system_task'?
            """
        ),
        (
            "{task_id: 4, type: system_task, command: x, config: {}}",
            """
            flow.yaml:3:49: error: task '4' is of type system_task and has no 'config'; it has its command or its \
            agent among its own keys
            """
        ),
        (
            "{task_id: 4, type: approval, parameters: {a: 1}}",
            """
            flow.yaml:3:34: error: 'parameters' of task '4' reach commands and agents; its type has its data in 'config'
            """
        ),
        (
            "{task_id: 4, type: http, command: x, config: {url: 'http://x'}}",
            "flow.yaml:3:30: error: 'command' of task '4' means nothing here: its type has them in 'config'"
        ),
        (
            "{task_id: 4, shell: 'echo ${{ env.n }}'}",
            """
            flow.yaml:3:25: error: 'shell' of task '4' has an expression, whose value the shell would take for a part \
            of the script; give it as a variable in 'env', or in 'args' as "$1"
            """
        ),
        (
            "{task_id: 4, command: x, parameters: {a: '${{ 1 + }}'}}",
            """
            flow.yaml:3:54: error: 'a' in 'parameters' of task '4': in '1 +', at character 4: a value is missing at the end
            """
        ),
        (
            "{task_id: 4, command: x, depends_on: [4]}",
            "flow.yaml:3:43: error: step 'task_4' needs itself"
        ),
        (
            "{task_id: 4, command: x, depends_on: [9, task_9]}",
            """
            flow.yaml:3:43: error: step 'task_4' needs 'task_9', which is not a step of this workflow; did you mean \
            'task_4'?
            flow.yaml:3:46: error: task '4' needs 'task_9' twice
            """
        ),
        (
            "{task_id: 4, command: x, maxConcurrency: 2}",
            "flow.yaml:3:30: error: unknown key 'maxConcurrency' in task '4'; it belongs to 'parallel' of the task"
        ),
        (
            "{task_id: 4, agent_type: A, gates: enforced, quality_gates: [m: '> x']}",
            """
            flow.yaml:3:40: error: 'gates' of task '4' is 'enforce' or 'report', not 'enforced'; did you mean 'enforce'?
            flow.yaml:3:69: error: the gate 'm' is '> x', which cannot be read; it can be \(GateText.forms)
            """
        ),
    ])
    func `has its faults named at their places`(entry: String, expected: String) {
        #expect(faults("name: n\ntasks:\n  - \(entry)\n") == expected)
    }

    @Test func `has no more parameters than a command can be given`() {
        let text = faults(
            "tasks:\n  - {task_id: 1, command: x, parameters: {a: \(String(repeating: "y", count: 100_001))}}\n")
        #expect(
            text
                == "flow.yaml:2:42: error: 'parameters' of task '1' have more than 100000 bytes, which no command can be given"
        )
    }

    @Test func `whose id is taken is an error`() {
        #expect(
            faults("tasks:\n  - {task_id: 1, command: x}\n  - {task_id: task_1, command: x}\n")
                == "flow.yaml:3:15: error: the id 'task_1' is taken by the step in line 2")
    }
}
