import JSON
import Testing

@testable import Workflows

/// A line for each step: what it is and what it waits for.
private func outline(_ steps: [Step], indent: String = "") -> String {
    steps.map { step in
        let edges = step.dependencies.map {
            $0.condition == .succeeded ? $0.step : "\($0.step):\($0.condition.rawValue)"
        }
        let condition = step.condition.map { " if \($0.source)" } ?? ""
        let inner = step.action.nested.isEmpty ? "" : "\n" + outline(step.action.nested, indent: indent + "  ")
        return "\(indent)\(step.id) \(step.action.typeName) <\(edges.joined(separator: " "))>\(condition)\(inner)"
    }.joined(separator: "\n")
}

@Suite struct `A Conductor definition` {
    @Test func `with every type of task becomes steps in its order`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("conductor/every-task.json"), defaultName: "x")
        #expect(parsed.diagnostics == [])
        let flow = try #require(parsed.workflow)
        #expect(flow.name == "every-task")
        #expect(flow.version == "3")
        #expect(flow.dialect == .conductor)
        #expect(flow.timeout == .seconds(600))
        #expect(
            outline(flow.steps) == """
                variables set <>
                fetch agent <variables>
                forked_1 value <fetch>
                stock agent <forked_1>
                rate agent <stock>
                credit agent <forked_1>
                join_forked_1 value <forked_1 rate:passed credit:passed>
                by_kind value <join_forked_1>
                express agent <by_kind> if steps.by_kind.result.selectedCase == 'express'
                tell agent <express>
                stop end <by_kind> if steps.by_kind.result.selectedCase == 'none'
                normal agent <by_kind> if !contains(['express', 'none'], steps.by_kind.result.selectedCase)
                call http <by_kind tell:passed stop:passed normal:passed>
                sum value <call>
                remember set <sum>
                again loop <remember>
                  poll agent <>
                child workflow <again>
                pause wait <child>
                moment wait <pause>
                signal wait <moment>
                approve approval <signal>
                spread dynamic <approve>
                gather value <spread>
                """)
        #expect(outline(flow.handlers.failure) == "failure_workflow workflow <>")
        #expect(flow.inputs.map(\.name) == ["order", "kind"])
        #expect(
            flow.output?.source.text
                == """
                {"both":"${{ steps.join_forked_1.result.credit ?? null }}","id":"${{ string(run.id) }}",\
                "kind":"${{ inputs.kind ?? null }}","total":"${{ vars.total ?? null }}"}
                """)
    }

    @Test func `with every type of task has what each does`() throws {
        let flow = try #require(
            WorkflowParser.parse(try Fixture.bytes("conductor/every-task.json"), defaultName: "x").workflow)
        func config(_ id: String) -> String? { flow.steps.first { $0.id == id }?.canonical["config"]?.text }
        #expect(
            config("fetch") == """
                {"agent":"fetch_order","context":false,"parameters":{"note":"Order ${{ inputs.order ?? null }} of \
                ${literal}","order":"${{ inputs.order ?? null }}"}}
                """)
        #expect(
            config("by_kind") == """
                {"value":{"evaluationResult":["${{ string(inputs.kind ?? null) }}"],\
                "selectedCase":"${{ string(inputs.kind ?? null) }}"}}
                """)
        #expect(config("stop") == "{\"reason\":\"nothing to ship\",\"state\":\"succeeded\"}")
        #expect(
            config("call") == """
                {"body":{"stock":"${{ asObject(steps.stock.result).count ?? null }}"},\
                "headers":{"Accept":"application/json","Content-Type":"application/json","X-Trace":"a, b"},\
                "method":"POST","url":"http://localhost:9/${{ inputs.order ?? null }}"}
                """)
        #expect(flow.steps.first { $0.id == "call" }?.timeout == .seconds(3))
        #expect(flow.steps.first { $0.id == "call" }?.retries == 0)
        #expect(config("sum") == "{\"value\":{\"result\":\"${{ (steps.call.result.body.count ?? null) + 2 }}\"}}")
        #expect(config("remember") == "{\"total\":\"${{ steps.sum.result.result ?? null }}\"}")
        #expect(
            config("child") == "{\"file\":\"child-workflow\",\"inputs\":{\"order\":\"${{ inputs.order ?? null }}\"}}")
        #expect(config("pause") == "{\"duration\":\"90s\"}")
        #expect(config("moment") == "{\"until\":\"2030-12-25T05:25:00-08:00\"}")
        #expect(config("signal") == "{\"signal\":true}")
        #expect(
            config("spread") == """
                {"steps":[{"forkTasks":"${{ asObject(steps.fetch.result).tasks ?? null }}",\
                "inputs":"${{ asObject(steps.fetch.result).inputs ?? null }}"}]}
                """)
        #expect(config("gather") == "{\"value\":\"${{ steps.spread.result }}\"}")
        #expect(
            config("join_forked_1")?.contains("\"credit\":\"${{ asObject(steps.credit.result ?? null) }}\"") == true)
        guard case .loop(let loop)? = flow.steps.first(where: { $0.id == "again" })?.action else { throw Missing() }
        #expect(loop.condition.source == "if(iteration < 3, true, false)")
        #expect(loop.steps[0].canonical["config"]?["parameters"]?.text == "{\"round\":\"${{ iteration }}\"}")
    }

    @Test(arguments: ["every-task", "habits", "parallel"])
    func `means the same in the canonical form`(name: String) throws {
        let flow = try #require(
            WorkflowParser.parse(try Fixture.bytes("conductor/\(name).json"), defaultName: "x").workflow)
        let text = flow.canonical.text
        let again = try #require(WorkflowParser.parse(text, defaultName: "x").workflow)
        #expect(again.canonical.text == text)
        for step in flow.steps {
            #expect(try StepParser.parse(canonical: step.canonical.text).canonical.text == step.canonical.text)
        }
    }

    @Test func `of the builder's habits is taken as it is`() throws {
        let parsed = WorkflowParser.parse(try Fixture.bytes("conductor/habits.json"), defaultName: "x")
        #expect(parsed.diagnostics == [])
        let flow = try #require(parsed.workflow)
        #expect(flow.timeout == nil)
        #expect(
            outline(flow.steps) == """
                number agent <>
                size value <number>
                long agent <size> if steps.size.result.selectedCase == 'LONG'
                short agent <size> if steps.size.result.selectedCase == 'SHORT'
                inner_2 workflow <size long:passed short:passed>
                until_done loop <inner_2>
                  ask agent <>
                  rest wait <ask>
                forked_3 value <until_done>
                left agent <forked_3>
                right agent <forked_3>
                """)
        guard case .loop(let loop)? = flow.steps.first(where: { $0.id == "until_done" })?.action else {
            throw Missing()
        }
        #expect(
            loop.condition.source
                == "if((asObject(steps.ask.result).done ?? null) == false && iteration < (inputs.most ?? null), true, false)"
        )
        #expect(flow.inputs.map(\.name) == ["most"])
    }

    @Test func `of the reference for parallel execution runs in sequence as a file`() throws {
        let flow = try #require(
            WorkflowParser.parse(try Fixture.bytes("conductor/parallel.json"), defaultName: "x").workflow)
        #expect(
            outline(flow.steps) == """
                task_4 agent <>
                task_5 agent <task_4>
                task_6 agent <task_5>
                task_7 agent <task_6>
                """)
    }

    @Test func `can be YAML as well`() throws {
        let flow = try workflow(
            """
            name: small
            tasks:
              - {name: a, taskReferenceName: one two, optional: true, startDelay: 5, retryCount: 7}
              - {name: b, taskReferenceName: b, inputParameters: {x: "${one two.output.y}"}}
            """)
        #expect(
            outline(flow.steps) == """
                one_two.delay wait <>
                one_two agent <one_two.delay>
                b agent <one_two>
                """)
        #expect(flow.steps[1].continueOnError)
        #expect(flow.steps[1].parallel.isolateErrors == nil)
        #expect(flow.steps[1].retries == 7)
        #expect(flow.steps[2].parallel.isolateErrors == false)
        #expect(flow.steps[2].retries == nil)
        #expect(
            flow.steps[2].canonical["config"]?["parameters"]?.text
                == "{\"x\":\"${{ asObject(steps.one_two.result).y ?? null }}\"}")
    }

    @Test func `waits after a fork for the cases of a switch in it, and skips what follows a case that is not chosen`()
        throws
    {
        let flow = try workflow(
            """
            tasks:
              - taskReferenceName: outer
                type: SWITCH
                expression: k
                inputParameters: {k: "${workflow.input.k}"}
                decisionCases:
                  a:
                    - taskReferenceName: fork
                      type: FORK_JOIN
                      forkTasks:
                        - - taskReferenceName: inner
                            type: SWITCH
                            expression: k
                            inputParameters: {k: 1}
                            decisionCases: {"1": [{taskReferenceName: x}, {taskReferenceName: y}], "2": []}
                        - [{taskReferenceName: z}]
                    - {taskReferenceName: join, type: JOIN, joinOn: [inner, z]}
              - {taskReferenceName: after}
            """)
        #expect(
            outline(flow.steps) == """
                outer value <>
                fork value <outer> if steps.outer.result.selectedCase == 'a'
                inner value <fork>
                x agent <inner> if steps.inner.result.selectedCase == '1'
                y agent <x>
                z agent <fork>
                join value <fork inner:passed y:passed z:passed>
                after agent <outer join:passed>
                """)
        #expect(flow.output?.source.text == "\"${{ steps.after.result ?? null }}\"")
    }

    @Test func `takes inputs that it does not name, and gives those of its template`() throws {
        let flow = try workflow(
            """
            inputTemplate: {a: 1}
            inputParameters: [b]
            tasks: [{taskReferenceName: t, name: t, inputParameters: {x: "${workflow.input.c}"}}]
            """)
        #expect(flow.inputs.map(\.name) == ["a", "b", "c"])
        let (values, faults) = flow.inputs(given: ["d": .bool(true), "b": .null])
        #expect(faults == [])
        #expect(values == ["a": .integer(1), "b": .null, "c": .null, "d": .bool(true)])
    }

    private struct Missing: Error {}
}

@Suite struct `Tasks that come as data` {
    @Test func `become steps that run beside one another, with their inputs as values`() throws {
        let entry = try JSONValue(
            parsing: """
                {"forkTasks": [
                    {"name": "a", "taskReferenceName": "r1", "type": "SIMPLE", "inputParameters": {"own": "${fetch.output.x}"}},
                    {"name": "b", "taskReferenceName": "r2"}],
                 "inputs": {"r1": {"p": "${r2.output} and ${{ inputs.secret }}"}, "r3": {}}}
                """)
        let steps = try StepParser.parse([entry])
        try StepParser.check(steps)
        #expect(outline(steps) == "r1 agent <>\nr2 agent <>")
        guard case .agent(let call) = steps[0].action else { throw Missing() }
        #expect(call.parameters["own"]?.source.string == "${{ asObject(steps.fetch.result).x ?? null }}")
        let given = try #require(call.parameters["p"])
        #expect(given.plainValue == .string("${r2.output} and ${{ inputs.secret }}"))
        let stored = try StepParser.parse(canonical: steps[0].canonical.text)
        guard case .agent(let again) = stored.action else { throw Missing() }
        #expect(again.parameters["p"]?.plainValue == given.plainValue)
    }

    @Test(arguments: [
        ("{\"forkTasks\": null}", "must name a list of tasks, not null"),
        ("{\"forkTasks\": [{\"name\": \"a\"}]}", "task 1 has no 'taskReferenceName'"),
        ("{\"forkTasks\": [{\"taskReferenceName\": \"a\"}, {\"taskReferenceName\": \"A\"}]}", "are too alike"),
        (
            "{\"forkTasks\": [{\"taskReferenceName\": \"a\", \"type\": \"EVENT\"}]}",
            "is of type EVENT, which is not executed here"
        ),
    ])
    func `that cannot be are refused`(entry: String, message: String) throws {
        let value = try JSONValue(parsing: entry)
        do throws(StepParserError) {
            _ = try StepParser.parse([value])
            Issue.record("\(entry) was taken")
        } catch {
            #expect(error.message.contains(message), "\(error)")
        }
    }

    @Test func `that are deep are refused within bounds`() throws {
        var text = "{\"taskReferenceName\": \"x\"}"
        for depth in 0..<150 {
            text =
                "{\"taskReferenceName\": \"l\(depth)\", \"type\": \"DO_WHILE\", \"loopOver\": [\(text)], \"loopCondition\": \"false\"}"
        }
        let value = try JSONValue(parsing: "{\"forkTasks\": [\(text)]}")
        #expect(throws: StepParserError.self) { try StepParser.parse([value]) }
    }

    private struct Missing: Error {}
}
