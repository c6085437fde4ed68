import JSON
import Testing

@testable import Workflows

/// A line for each job: what it waits for.
private func outline(_ plan: Plan) -> String {
    plan.steps.map { step in
        let edges = step.dependencies.map {
            $0.condition == .succeeded ? $0.step : "\($0.step):\($0.condition.rawValue)"
        }
        return "\(step.id) <\(edges.joined(separator: " "))>"
    }.sorted().joined(separator: "\n")
}

private func parse(_ tasks: String, _ head: String = "") throws -> Workflow {
    let parsed = WorkflowParser.parse("{\"name\": \"w\", \(head)\"tasks\": [\(tasks)]}", defaultName: "x")
    #expect(parsed.diagnostics.filter { $0.severity == .error } == [])
    return try #require(parsed.workflow)
}

private func task(_ name: String, reading inputs: String = "", _ more: String = "") -> String {
    #"{"name": "n", "taskReferenceName": "\#(name)", "inputParameters": {\#(inputs)}\#(more)}"#
}

private let parallel = PlanOptions(parallel: true)

@Suite struct `A Conductor definition in parallel` {
    @Test func `begins all tasks that read nothing of one another at once`() throws {
        let workflow = try parse((4...7).map { task("task_\($0)") }.joined(separator: ", "))
        #expect(
            outline(workflow.plan(options: parallel)) == "task_4 <>\ntask_5 <>\ntask_6 <>\ntask_7 <>")
        #expect(
            outline(workflow.plan()) == "task_4 <>\ntask_5 <task_4>\ntask_6 <task_5>\ntask_7 <task_6>",
            "in order unless it is asked for")
    }

    @Test func `waits for what an expression reads, also deep within an input`() throws {
        let workflow = try parse(
            [
                task("a"), task("b"), task("c", reading: #""x": [{"y": "at ${a.output.n}"}]"#),
                task("d", reading: #""x": "${c.status} ${a.output.n}""#), task("e", reading: #""x": "${f.output.n}""#),
                task("f"),
            ].joined(separator: ", "))
        #expect(
            outline(workflow.plan(options: parallel)) == """
                a <>
                b <>
                c <a:passed>
                d <a:passed c:passed>
                e <>
                f <>
                """)
    }

    @Test func `keeps forks, their branches and what comes after their JOIN`() throws {
        let workflow = try parse(
            """
            \(task("a")),
            {"taskReferenceName": "fork", "type": "FORK_JOIN", "forkTasks": [
                [\(task("left")), \(task("left2"))], [\(task("right", reading: #""x": "${a.output.n}""#))]]},
            {"taskReferenceName": "join", "type": "JOIN", "joinOn": ["left2", "right"]},
            \(task("b")), \(task("c"))
            """)
        #expect(
            outline(workflow.plan(options: parallel)) == """
                a <>
                b <join>
                c <join>
                fork <>
                join <fork left2:passed right:passed>
                left <fork>
                left2 <left>
                right <fork a:passed>
                """)
    }

    @Test func `waits for a choice whose cases it reads, and for a loop whose tasks it reads`() throws {
        let workflow = try parse(
            """
            \(task("a")),
            {"taskReferenceName": "choice", "type": "SWITCH", "evaluatorType": "value-param", "expression": "k",
             "inputParameters": {"k": "${a.output.kind}"}, "decisionCases": {"x": [\(task("inner"))]}},
            {"taskReferenceName": "loop", "type": "DO_WHILE", "loopCondition": "$.loop.iteration < 2",
             "loopOver": [\(task("round", reading: #""x": "${a.output.n}""#))]},
            \(task("b", reading: #""x": "${inner.output.n}", "y": "${round.output.n}""#)), \(task("c"))
            """)
        #expect(
            outline(workflow.plan(options: parallel)) == """
                a <>
                b <inner:passed loop:passed>
                c <>
                choice <a:passed>
                inner <choice>
                loop <a:passed>
                """)
    }

    @Test(arguments: [
        #"{"taskReferenceName": "hold", "type": "HUMAN"}"#,
        #"{"taskReferenceName": "hold", "type": "WAIT", "inputParameters": {"duration": "1s"}}"#,
        #"{"taskReferenceName": "hold", "type": "SET_VARIABLE", "inputParameters": {"v": 1}}"#,
        #"{"taskReferenceName": "hold", "type": "TERMINATE", "inputParameters": {"terminationStatus": "COMPLETED"}}"#,
    ])
    func `lets a task that holds up others do so`(hold: String) throws {
        let workflow = try parse([task("a"), task("b"), hold, task("c"), task("d")].joined(separator: ", "))
        #expect(
            outline(workflow.plan(options: parallel)) == """
                a <>
                b <>
                c <hold>
                d <hold>
                hold <a b>
                """)
    }

    @Test func `does not pass an end that a choice may bring`() throws {
        let workflow = try parse(
            """
            \(task("a")),
            {"taskReferenceName": "check", "type": "SWITCH", "evaluatorType": "value-param", "expression": "k",
             "inputParameters": {"k": "${a.output.kind}"},
             "decisionCases": {"bad": [{"taskReferenceName": "stop", "type": "TERMINATE",
                                        "inputParameters": {"terminationStatus": "FAILED"}}]}},
            \(task("deploy"))
            """)
        #expect(outline(workflow.plan(options: parallel)).contains("deploy <check stop:passed>"))
    }

    @Test func `waits for a JOIN's tasks where no fork is, for a delay, and for the first values of variables`() throws
    {
        let workflow = try parse(
            [
                task("a"), task("b", reading: "", #", "startDelay": 2"#), task("c"),
                #"{"taskReferenceName": "join", "type": "JOIN", "joinOn": ["a", "b"]}"#, task("d"),
            ].joined(separator: ", "), #""variables": {"v": 1}, "#)
        #expect(
            outline(workflow.plan(options: parallel)) == """
                a <variables>
                b <b.delay>
                b.delay <variables>
                c <variables>
                d <join>
                join <variables a:passed b:passed>
                variables <>
                """)
    }

    @Test func `has failures stop no other`() throws {
        let workflow = try parse([task("a"), task("b")].joined(separator: ", "))
        #expect(workflow.plan().steps.map(\.isolateErrors) == [false, false])
        #expect(workflow.plan(options: parallel).steps.map(\.isolateErrors) == [true, true])
    }

    @Test func `keeps the order of tasks that are chosen, unless they run in parallel`() throws {
        var workflow = try parse((1...5).map { task("task_\($0)") }.joined(separator: ", "))
        workflow.keep(["task_1", "task_3", "task_5"])
        #expect(outline(workflow.plan()) == "task_1 <>\ntask_3 <task_1>\ntask_5 <task_3>")
        #expect(outline(workflow.plan(options: parallel)) == "task_1 <>\ntask_3 <>\ntask_5 <>")
    }

    @Test func `leaves no cycle and no unknown step, whatever the tasks are`() throws {
        var random = SplitMix(state: 11)
        for _ in 0..<60 {
            let names = (0..<12).map { "t\($0)" }
            let tasks = names.map { name -> String in
                let read = names[Int(random.next() % 12)]
                let inputs = "\"x\": \"${\(read).output.n}\""
                return switch random.next() % 6 {
                case 0: #"{"taskReferenceName": "\#(name)", "type": "HUMAN"}"#
                case 1:
                    #"{"taskReferenceName": "\#(name)", "type": "FORK_JOIN", "forkTasks": [[\#(task("i\(name)", reading: inputs))]]}, {"taskReferenceName": "j\#(name)", "type": "JOIN", "joinOn": ["i\#(name)"]}"#
                default: task(name, reading: inputs)
                }
            }
            let plan = try parse(tasks.joined(separator: ", ")).plan(options: parallel)
            let positions = Dictionary(plan.steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
            for (position, step) in plan.steps.enumerated() {
                for dependency in step.dependencies {
                    #expect(try #require(positions[dependency.step]) < position)
                }
            }
        }
    }
}
