import JSON
import Testing

@testable import Workflows

private let three = "tasks:\n  - {task_id: 1, command: x}\n  - {task_id: 2, command: x}\n  - {task_id: 3, command: x}\n"

@Suite struct `A workflow of tasks` {
    @Test(
        arguments: [
            ("", true, nil), ("execution: {mode: parallel}", true, nil), ("execution: {mode: sequential}", false, nil),
            ("execution: {parallel_allowed: false}", false, nil), ("execution: {parallel_allowed: true}", true, nil),
            ("execution: {mode: sequential, parallel_allowed: true}", false, nil),
            ("execution: {mode: sequential, parallel_allowed: false}", false, nil),
            ("execution: {parallelization_factor: 2}", true, 2),
            ("parallel: {defaultMaxConcurrency: 3}", true, 3), ("parallel: {enabled: false}", false, nil),
            ("parallel: {enabled: true}\nexecution: {mode: sequential}", false, nil),
            ("metadata: {parallelization: false}\nexecution: {mode: parallel}", true, nil),
        ] as [(String, Bool, Int?)])
    func `runs them as its mode says`(head: String, isParallel: Bool, atOnce: Int?) throws {
        let flow = try workflow("\(head)\n\(three)")
        #expect(flow.parallel.isEnabled == isParallel)
        #expect(flow.plan().maxConcurrency == (isParallel ? atOnce : 1))
    }

    @Test(
        arguments: [
            ("", true), ("execution: {mode: sequential}", nil),
            ("error_handling: {one_task_failure: {action: continue}}\nexecution: {mode: sequential}", true),
            ("error_handling: {one_task_failure: {action: continue}}", true),
            ("error_handling: {one_task_failure: {action: stop}}", nil),
            ("error_handling: {one_task_failure: {action: fail}}", false),
            ("error_handling: {one_task_failure: {message: m}, all_tasks_failed: {action: fail}}", true),
        ] as [(String, Bool?)])
    func `goes on or stops when one fails`(head: String, isolated: Bool?) throws {
        let flow = try workflow("\(head)\n\(three)")
        #expect(flow.steps.map(\.parallel.isolateErrors) == [isolated, isolated, isolated])
    }

    @Test(arguments: [
        ("execution: {mode: sequential}\nmetadata: {task_sequence: [3, 1, 2]}", ["task_3", "task_1", "task_2"]),
        ("execution: {mode: sequential}\nmetadata: {task_sequence: [2]}", ["task_2", "task_1", "task_3"]),
        ("execution: {mode: sequential}", ["task_1", "task_2", "task_3"]),
        ("metadata: {task_sequence: [3, 1, 2]}", ["task_1", "task_2", "task_3"]),
        (
            "execution: {mode: sequential}\nmetadata: {task_sequence: [1, 2, 3]}\ndependencies: [{task_id: 2, depends_on: [1]}]",
            ["task_1", "task_2", "task_3"]
        ),
        (
            "execution: {mode: sequential}\nmetadata: {task_sequence: [3, 1, 2]}\ndependencies: [{task_id: 2, depends_on: [1]}]",
            ["task_3", "task_1", "task_2"]
        ),
    ])
    func `runs them one after another in their sequence`(head: String, order: [String]) throws {
        #expect(try workflow("\(head)\n\(three)").plan().steps.map(\.id) == order)
    }

    @Test func `puts dependencies before a sequence that contradicts them`() throws {
        let head =
            "execution: {mode: sequential}\nmetadata: {task_sequence: [2, 1, 3]}\ndependencies: [{task_id: 2, depends_on: [1]}]"
        #expect(try workflow("\(head)\n\(three)").plan().steps.map(\.id) == ["task_1", "task_3", "task_2"])
        #expect(
            faults("\(head)\n\(three)")
                == "flow.yaml:2:27: warning: 'task_sequence' has 'task_2' before 'task_1', for which it waits; the tasks "
                + "run in the order of their dependencies")
    }

    @Test func `merges its dependencies with the tasks' own`() throws {
        let flow = try workflow(
            """
            dependencies:
              - {task_id: 3, depends_on: [1, 2]}
              - {task_id: 2, depends_on: ["1:finished"]}
              - {task_id: 3, depends_on: 2}
            tasks:
              - {task_id: 1, command: x}
              - {task_id: 2, command: x}
              - {task_id: 3, command: x, depends_on: [1]}
            """)
        #expect(
            flow.steps.map { $0.dependencies.map { "\($0.step):\($0.condition)" } } == [
                [], ["task_1:finished"], ["task_1:succeeded", "task_2:succeeded"],
            ])
    }

    @Test func `reads every key`() throws {
        let flow = try workflow(
            """
            name: All
            description: d
            version: 2
            metadata: {type: parallel, complexity: high, estimated_duration_minutes: 15, agents: [A]}
            execution: {mode: parallel, parallel_allowed: true, wait_for_all: false}
            polling: {strategy: active, interval_seconds: 0.5, max_attempts: 7, timeout_seconds: 9}
            success_criteria: [all_tasks_completed]
            error_handling:
              one_task_failure: {action: continue, message: one, retry_allowed: true}
              all_tasks_failed: {action: fail, message: all}
            env: {A: b}
            inputs: {n: 1}
            on: {failure: [{id: tell, config: {command: x}}]}
            output: {n: "${{ inputs.n }}"}
            timeout: 10m
            schedule: "0 3 * * *"
            report: {file: out.json}
            \(three)
            """)
        #expect(flow.version == "2")
        #expect(flow.metadata["estimated_duration_minutes"] == .integer(15))
        #expect(
            flow.watching
                == Watching(interval: .milliseconds(500), attempts: 7, timeout: .seconds(9), waitsForAll: false))
        #expect(flow.failureMessages == FailureMessages(oneFailed: "one", allFailed: "all"))
        #expect(flow.environment["A"] == Template(plain: "b"))
        #expect(flow.inputs.map(\.name) == ["n"])
        #expect(flow.handlers.failure.map(\.id) == ["tell"])
        #expect(flow.output != nil)
        #expect(flow.timeout == .seconds(600))
        #expect(flow.schedules.map(\.cron) == ["0 3 * * *"])
        #expect(flow.report == ReportSettings(resultsDirectory: ".conductor/task-results", reportPath: "out.json"))
        #expect(flow.criteria == [.allTasksCompleted])
    }

    @Test func `writes no files when its report is off`() throws {
        #expect(try workflow("report: false\n\(three)").report == ReportSettings())
        #expect(try workflow(three).report == TaskDocumentReader.reports)
    }

    @Test func `has its faults named at their places`() {
        #expect(
            faults(
                """
                execution: {mode: parallel, parallel_allowed: false, parallelisation_factor: 2}
                polling: {strategy: eager, interval_seconds: 0}
                error_handling: {one_task_failure: {action: contineu}, all_tasks_failed: {action: continue}, other: {}}
                metadata: {task_sequence: [1, 9, 1, [2]]}
                dependencies: [{task_id: 9, depends_on: [1]}, {task_id: 1}, {task_id: 2, depends_on: [8]}]
                mode: parallel
                timeout_seconds: 5
                \(three)
                """) == """
                    flow.yaml:1:47: error: 'parallel_allowed: false' contradicts 'mode: parallel'; give one of them
                    flow.yaml:1:54: error: unknown key 'parallelisation_factor' in 'execution'; did you mean \
                    'parallelization_factor'?
                    flow.yaml:2:21: warning: 'strategy' of 'polling' is 'eager', which has no effect
                    flow.yaml:2:46: error: 'interval_seconds' of 'polling' is '0'; it is more than 0 and at most 10 years
                    flow.yaml:3:45: error: 'action' of 'one_task_failure' of 'error_handling' is 'continue', 'stop' or \
                    'fail', not 'contineu'; did you mean 'continue'?
                    flow.yaml:3:83: warning: a run whose tasks have all failed is failed; 'continue' changes nothing
                    flow.yaml:3:94: error: unknown key 'other' in 'error_handling'
                    flow.yaml:4:31: error: 'task_sequence' has '9', which is not a task of this workflow
                    flow.yaml:4:34: error: 'task_sequence' has '1' twice
                    flow.yaml:4:37: error: an entry of 'task_sequence' must be text, not a list
                    flow.yaml:5:26: error: 'dependencies' has '9', which is not a task of this workflow
                    flow.yaml:5:47: error: the entry 2 of 'dependencies' has no 'depends_on'
                    flow.yaml:5:87: error: step 'task_2' needs 'task_8', which is not a step of this workflow; did you \
                    mean 'task_1'?
                    flow.yaml:6:1: error: unknown key 'mode' in the workflow; it belongs to 'execution'
                    flow.yaml:7:1: error: unknown key 'timeout_seconds' in the workflow; it belongs to a task
                    """)
    }

    @Test(arguments: [
        ("tasks: []", "flow.yaml:1:8: error: 'tasks' is empty; a workflow has at least one task"),
        ("tasks: {a: b}", "flow.yaml:1:8: error: 'tasks' of the workflow must be a list of tasks, not a mapping"),
        ("tasks: [x]", "flow.yaml:1:9: error: the task number 1 must be a mapping, not 'x'"),
        (
            "tasks: [{task_id: 1, command: x, depends_on: [2]}, {task_id: 2, command: x, depends_on: [1]}]",
            "flow.yaml:1:47: error: these steps wait for one another: task_1 → task_2 → task_1"
        ),
        (
            "execution: {mode: parallel}\nparallel: {enabled: false}\ntasks: [{task_id: 1, command: x}]",
            "flow.yaml:2:1: error: 'parallel' of the workflow is not enabled, but 'execution' has 'mode: parallel'"
        ),
        (
            "execution: {parallelization_factor: 2}\nparallel: {defaultMaxConcurrency: 3}\ntasks: [{task_id: 1, command: x}]",
            "flow.yaml:2:1: error: 'defaultMaxConcurrency' is 3, but 'parallelization_factor' is 2"
        ),
        (
            "timeout: 5\nexecution: {timeout_seconds: 6}\ntasks: [{task_id: 1, command: x}]",
            "flow.yaml:1:1: error: 'execution' has a 'timeout_seconds' as well; give one of them"
        ),
    ])
    func `that cannot be is an error`(text: String, expected: String) {
        #expect(faults(text) == expected)
    }

    @Test func `of ten thousand tasks is read and planned`() throws {
        var text = "dependencies:\n"
        for task in 3...10_000 { text += "  - {task_id: \(task), depends_on: [\(task - 1), \(task / 2)]}\n" }
        text += "tasks:\n"
        for task in 1...10_000 { text += "  - {task_id: \(task), command: x, quality_gates: [{m: '>= 5'}]}\n" }
        let flow = try workflow(text)
        #expect(flow.steps.count == 10_000)
        #expect(flow.plan().steps.last?.id == "task_10000")
    }
}

@Suite struct `An orchestrator's list of tasks` {
    private static let listing = """
        [
          { "id": 1, "task": "Research topic A", "agent": "researcher" },
          { "id": 2, "task": "Research topic B", "agent": "researcher" },
          { "id": 3, "task": "Analyze results", "agent": "analyzer", "deps": [1, 2] },
          { "id": 4, "task": "Generate report", "agent": "writer", "deps": [3] }
        ]
        """

    @Test(arguments: [
        listing, "name: flow\ntasks: \(listing.replacing("\n", with: "\n  "))",
        "tasks:\n"
            + listing.split(separator: "\n").dropFirst().dropLast().map { "- \($0)\n" }.joined().replacing(
                "},", with: "}"),
    ])
    func `is a workflow of agents`(text: String) throws {
        let flow = try workflow(text)
        #expect(flow.dialect == .orchestrator)
        #expect(flow.name == "flow")
        #expect(
            flow.plan().steps.map { "\($0.group) \($0.id) \($0.command) \($0.dependencies.map(\.step))" } == [
                "1 task_1 agent researcher []", "1 task_2 agent researcher []",
                #"2 task_3 agent analyzer ["task_1", "task_2"]"#, #"3 task_4 agent writer ["task_3"]"#,
            ])
        #expect(flow.steps.map(\.name)[2] == "Analyze results")
        guard case .agent(let call) = flow.steps[2].action else {
            Issue.record("no agent")
            return
        }
        #expect(call.prompt == Template(plain: "Analyze results"))
        #expect(call.environment == ["WEIR_TASK": Template(plain: "3")])
        #expect(flow.plan().steps[0].retries == 3)
    }

    @Test func `takes names and conditions as well as numbers`() throws {
        let flow = try workflow(
            "- {id: a, task: x, agent: y, priority: 9}\n- {id: 2, task: x, agent: y, deps: ['a:finished']}\n")
        #expect(flow.steps.map(\.id) == ["a", "task_2"])
        #expect(flow.steps[0].priority == 9)
        #expect(flow.steps[1].dependencies.map(\.condition) == [.finished])
    }

    @Test func `has its faults named at their places`() {
        #expect(
            faults(
                "- {id: 1, task: x, agent: a b}\n- {id: 2, tasc: x, deps: [7]}\n- {id: 2, task: x, agent: y, deps: [1]}\n"
            ) == """
                flow.yaml:1:27: error: 'agent' of task '1' is 'a b'; a name has 1 to 128 of the characters A-Z, a-z, \
                0-9, '.', '_', '-' and does not begin with '.'
                flow.yaml:2:3: error: task '2' has no 'task'
                flow.yaml:2:3: error: task '2' has no 'agent'
                flow.yaml:2:11: error: unknown key 'tasc' in task '2'; did you mean 'task'?
                flow.yaml:2:27: error: step 'task_2' needs 'task_7', which is not a step of this workflow; did you \
                mean 'task_1'?
                flow.yaml:3:8: error: the id 'task_2' is taken by the step in line 2
                """)
    }
}
