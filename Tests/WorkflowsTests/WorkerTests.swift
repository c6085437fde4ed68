import JSON
import Testing

@testable import Workflows

@Suite struct `A step for a worker` {
    private static let document = """
        name: Pictures
        workers:
          resize:
            command: [python3, resize.py]
            env: {LEVEL: "3"}
            cwd: tools
            max_jobs: 100
            memory: 512
            start_timeout: 5s
            idle_timeout: 1m
            count: 2
          mail: exec node mail.js
        steps:
          - {id: a, type: worker, config: {worker: resize, data: {width: 640, name: "a $${{ b"}}}
          - {id: b, type: worker, dependsOn: a, config: {worker: resize, data: "${{ steps.a.result.file }}"}}
          - {id: c, type: worker, config: {worker: other/type}}
        """

    private func workflow(_ text: String) throws -> Workflow {
        let parsed = WorkflowParser.parse(text, defaultName: "w")
        return try #require(parsed.workflow, "\(parsed.diagnostics)")
    }

    @Test func `has a type, and data that may hold expressions`() throws {
        let workflow = try workflow(Self.document)
        guard case .worker(let first) = workflow.steps[0].action, case .worker(let second) = workflow.steps[1].action
        else { throw Missing() }
        #expect(first.type == "resize")
        #expect(first.data?.plainValue?.text == #"{"name":"a ${{ b","width":640}"#)
        #expect(second.data?.expressions.map(\.source) == ["steps.a.result.file"])
        let resize = try #require(workflow.workers["resize"])
        #expect(resize.command == ["python3", "resize.py"] && !resize.shell && resize.environment == ["LEVEL": "3"])
        #expect(resize.directory == "tools" && resize.maxJobs == 100 && resize.memory == 512 && resize.count == 2)
        #expect(resize.startTimeout == .seconds(5) && resize.idleTimeout == .seconds(60))
        #expect(workflow.workers["mail"]?.shell == true)
    }

    @Test func `stands for itself in the canonical form`() throws {
        let first = try workflow(Self.document)
        let again = try workflow(first.canonical.text)
        #expect(again.canonical == first.canonical)
        #expect(again.workers == first.workers)
        var resolved = first
        _ = Configuration().resolve(&resolved)
        for step in resolved.steps {
            let stored = try StepParser.parse(canonical: step.canonical.text)
            #expect(stored.canonical == step.canonical)
        }
    }

    @Test func `takes the workflow's worker before the configuration's, and else waits for a runner`() throws {
        let parsed = ConfigurationParser.parse(
            """
            workers:
              resize: [configured]
              other/type: {command: other, count: 3}
            """)
        let configuration = try #require(parsed.configuration, "\(parsed.diagnostics)")
        var both = try workflow(Self.document)
        #expect(configuration.resolve(&both).isEmpty)
        let commands = both.steps.map { step -> [String]? in
            guard case .worker(let call) = step.action else { return nil }
            return call.resolved?.command
        }
        #expect(commands == [["python3", "resize.py"], ["python3", "resize.py"], ["other"]])
        let planned = both.plan().steps
        #expect(planned.map(\.type) == [nil, nil, nil])
        #expect(planned.allSatisfy { $0.template != nil && $0.kind == "worker" && $0.retries == 3 })

        var alone = try workflow(Self.document)
        let warnings = Configuration().resolve(&alone)
        #expect(warnings.map(\.severity) == [.warning])
        #expect(
            warnings.first?.message
                == "no worker is declared for type 'other/type'; step 'c' waits for a runner that serves it")
        let waiting = try #require(alone.plan().steps.first { $0.id == "c" })
        #expect(waiting.type == "other/type" && waiting.data == "null" && waiting.template == nil)
    }

    @Test func `without a declared worker is a plain job with its data, unless they are late`() throws {
        let text = """
            steps:
              - {id: a, type: worker, config: {worker: x, data: {n: 1, text: "$${{ y"}}}
              - {id: b, type: worker, dependsOn: a, config: {worker: x, data: ["${{ steps.a.result }}"]}}
            """
        let planned = try workflow(text).plan().steps
        #expect(planned.map(\.type) == ["x", "x"])
        #expect(planned.map(\.data) == [#"{"n":1,"text":"${{ y"}"#, nil])
        #expect(planned.map { $0.template == nil } == [true, false])
        #expect(planned.map(\.command) == ["worker x", "worker x"])
    }

    @Test(arguments: [
        ("steps: [{id: a, type: worker}]", "1:9: error: step 'a' has no 'config'"),
        ("steps: [{id: a, type: worker, config: {data: 1}}]", "has no 'worker', which names the type of the job"),
        ("steps: [{id: a, type: worker, config: {worker: 'a b'}}]", "is 'a b'; a type has 1 to 128 of the characters"),
        ("steps: [{id: a, type: worker, config: {worker: a, date: 1}}]", "did you mean 'data'?"),
        ("workers: [a]\nsteps: [{id: a, config: {command: a}}]", "must be a mapping of workers by the type"),
        ("workers: {a: []}\nsteps: [{id: a, config: {command: a}}]", "worker 'a' names no program"),
        ("workers: {a: {count: 2}}\nsteps: [{id: a, config: {command: a}}]", "worker 'a' has no 'command'"),
        (
            "workers: {a: {command: x, max_job: 2}}\nsteps: [{id: a, config: {command: a}}]", "did you mean 'max_jobs'?"
        ),
        (
            "workers: {a: {command: x, count: 0}}\nsteps: [{id: a, config: {command: a}}]",
            "is 0; it can be 1 to 1000000"
        ),
        (
            "steps: [{id: a, type: worker, config: {worker: a, data: '${{ steps.b.result }}'}}]",
            "reads step 'b', which is not a step of this workflow"
        ),
    ])
    func `is refused at its place when it is wrong`(text: String, message: String) {
        let faults = WorkflowParser.parse(text, defaultName: "w").diagnostics.map { $0.render(file: "f") }
        #expect(faults.contains { $0.contains(message) }, "\(faults)")
    }

    @Test func `is what a task of Conductor becomes for which there is no agent`() throws {
        let text = #"""
            {"name": "flow", "tasks": [
              {"name": "charge", "taskReferenceName": "c", "inputParameters": {"order": "${workflow.input.o}"}},
              {"name": "tell", "taskReferenceName": "t"}]}
            """#
        var workflow = try workflow(text)
        let configuration = try #require(ConfigurationParser.parse("agents: {tell: [true]}").configuration)
        let warnings = configuration.resolve(&workflow)
        #expect(warnings.map(\.severity) == [.warning])
        #expect(workflow.steps.map(\.action.typeName) == ["worker", "agent"])
        guard case .worker(let call) = workflow.steps[0].action else { throw Missing() }
        #expect(call.type == "charge")
        #expect(call.data?.source.text == #"{"order":"${{ inputs.o ?? null }}"}"#)
    }

    private struct Missing: Error {}
}

@Suite struct `The memory in expressions` {
    private struct Scope: ExpressionScope {
        func value(of root: String) -> JSONValue? { nil }
        func step(_ id: String) -> StepFacts? { nil }
        func memory(_ name: String) -> JSONValue? {
            ["who": .object(["name": .string("Ann")]), "a b": .integer(3)][name]
        }
    }

    @Test(arguments: [
        ("memory.who.name", #""Ann""#), ("memory['a b'] + 1", "4"), ("memory.none ?? 'x'", #""x""#),
        ("default(memory.who.age, 7)", "7"), ("memory.who", #"{"name":"Ann"}"#),
    ])
    func `are values by name`(source: String, value: String) throws {
        let result = try Expression.parse(source).evaluate(in: Scope())
        #expect(result.text == value)
    }

    @Test func `say what is missing`() throws {
        let expression = try Expression.parse("memory.none")
        do {
            _ = try expression.evaluate(in: Scope())
            Issue.record("there was a value")
        } catch {
            #expect("\(error)".contains("there is no value 'none' in the memory; '??' gives another value"))
        }
    }
}
