import JSON
import Testing

@testable import Workflows

@Suite struct `A union of workflows` {
    private func parse(_ text: String) throws -> Workflow {
        let parsed = WorkflowParser.parse(text, defaultName: "x")
        #expect(parsed.diagnostics.filter { $0.severity == .error } == [])
        return try #require(parsed.workflow)
    }

    private func union(_ texts: String...) throws -> Workflow {
        try WorkflowUnion(try texts.map(parse)).workflow()
    }

    @Test func `has the settings that hold for all`() throws {
        let union = try union(
            """
            name: one
            version: "2.0"
            timeout: 10m
            parallel: {defaultMaxConcurrency: 4, resources: {gpu: 2}}
            env: {A: one}
            inputs: {x: {type: integer}}
            success_criteria: [all_tasks_completed]
            output: {a: 1}
            steps: [{id: a, type: script, config: {command: ls, env: {B: own}}}]
            on: {failure: [{id: undo, type: script, config: {command: ls}}]}
            """,
            """
            name: two
            timeout: 20m
            parallel: {defaultMaxConcurrency: 3}
            env: {A: two}
            inputs: {x: {type: string, default: "5"}, y: {default: 1}}
            success_criteria: [all_tasks_completed, no_task_blocked_by_another]
            steps: [{id: b, type: script, config: {command: ls}}]
            """)
        #expect(union.name == "one + two")
        #expect(union.version == "1.0.0")
        #expect(union.timeout == .seconds(1_200))
        #expect(union.parallel.defaultMaxConcurrency == 3)
        #expect(union.parallel.pools == ["gpu": 2])
        #expect(union.criteria == [.allTasksCompleted, .noTaskBlockedByAnother])
        #expect(union.output == nil)
        #expect(union.environment.isEmpty)
        #expect(union.inputs.map(\.name) == ["x", "y"])
        #expect(union.inputs[0].kind == .any)
        let variables = union.steps.map { step -> [String: String] in
            guard case .script(let script) = step.action else { return [:] }
            return script.environment.mapValues(\.source)
        }
        #expect(variables == [["A": "one", "B": "own"], ["A": "two"]])
        #expect(union.handlers.failure.map(\.id) == ["undo"])
        // What it says can be read again, by whoever judges the run.
        #expect(WorkflowParser.parse(union.canonical.text, defaultName: "x").workflow != nil)
    }

    @Test func `has no time limit where one has none, and one at a time where one has that`() throws {
        let union = try union(
            "name: one\ntimeout: 10m\nsteps: [{id: a, type: script, config: {command: ls}}]",
            "name: two\nparallel: {enabled: false}\nsteps: [{id: b, type: script, config: {command: ls}}]")
        #expect(union.timeout == nil)
        #expect(!union.parallel.isEnabled)
        #expect(union.plan().maxConcurrency == 1)
        #expect(union.plan(options: PlanOptions(parallel: true)).maxConcurrency == nil)
    }

    @Test(arguments: [
        (
            "steps: [{id: a, type: script, config: {command: ls}}]",
            "steps: [{id: A, type: script, config: {command: ls}}]", "both 'one' and 'two' have a step 'a'"
        ),
        (
            "steps: [{id: a, type: group, config: {steps: [{id: c, type: script, config: {command: ls}}]}}]",
            "steps: [{id: b, type: script, config: {command: ls}}]\non: {always: [{id: c, type: script, config: {command: ls}}]}",
            "have a step 'c'"
        ),
        (
            "workers: {w: {command: x}}\nsteps: [{id: a, type: worker, config: {worker: w}}]",
            "workers: {w: {command: y}}\nsteps: [{id: b, type: worker, config: {worker: w}}]",
            "the worker 'w' is another in 'two'"
        ),
        (
            "parallel: {resources: {gpu: 2}}\nsteps: [{id: a, type: script, config: {command: ls}}]",
            "parallel: {resources: {gpu: 3}}\nsteps: [{id: b, type: script, config: {command: ls}}]",
            "the pool 'gpu' is one thing in 'one' and another in 'two'"
        ),
    ])
    func `does not hold what contradicts itself`(first: String, second: String, fault: String) throws {
        let parts = [try parse("name: one\n" + first), try parse("name: two\n" + second)]
        let conflict = #expect(throws: WorkflowUnion.Conflict.self) { try WorkflowUnion(parts).workflow() }
        #expect(conflict?.description.contains(fault) == true, "\(conflict?.description ?? "")")
    }

    @Test func `takes values by what each part makes of them`() throws {
        let parts = try [
            "name: one\ninputs: {x: {type: integer}, z: {default: 1}}\nsteps: [{id: a, type: script, config: {command: ls}}]",
            "name: two\ninputs: {x: {type: string}, z: {default: 2}}\nsteps: [{id: b, type: script, config: {command: ls}}]",
        ].map(parse)
        let union = WorkflowUnion(parts)
        let (_, faults) = union.inputs(given: ["x": .integer(1), "q": .null])
        #expect(faults.count == 3, "\(faults)")
        #expect(faults[0] == "no workflow of these has an input 'q'")
        #expect(faults[1].hasPrefix("two: the input 'x'"))
        #expect(faults[2].hasPrefix("the input 'z' has one default in 'one' and another in 'two'"))
        let (values, none) = union.inputs(given: ["z": .integer(7)])
        #expect(none == [])
        #expect(values == ["z": .integer(7)])
    }

    @Test func `has a name of one line that is not too long`() throws {
        let part = "steps: [{id: ID, type: script, config: {command: ls}}]"
        let union = try union(
            "name: \(String(repeating: "n", count: 190))\n" + part.replacing("ID", with: "a"),
            "name: two\n" + part.replacing("ID", with: "b"), "name: three\n" + part.replacing("ID", with: "c"))
        #expect(union.name.hasSuffix("n + 2 more"))
        #expect(union.name.count <= 200)
        #expect(WorkflowParser.parse(union.canonical.text, defaultName: "x").workflow?.name == union.name)
    }
}
