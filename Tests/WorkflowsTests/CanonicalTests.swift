import JSON
import Testing

@testable import Workflows

/// Every key and every type in one document.
let everything = """
    name: Everything
    version: 2.0
    description: all of it
    metadata: {team: [a, b]}
    parallel: {defaultMaxConcurrency: 3, resources: {cpu: 2}}
    defaults: {timeout: 5m, retries: 1, queue: slow, priority: 7, cwd: sub, env: {A: "1"}}
    env: {B: "${{ inputs.tag }}"}
    timeout: 1h
    inputs:
      tag: {type: string, default: v1, choices: [v1, v2], description: The tag.}
      count: {type: integer, required: true}
      items: [1, 2]
    schedule: {cron: "0 3 * * *", zone: Europe/Berlin, overlap: latest, catchUp: 2h}
    report: {results: out/tasks, file: out/NAME.json}
    success_criteria: [all_tasks_completed, "total_time < 1200"]
    output: {tag: "${{ inputs.tag }}", size: "${{ steps.build.result.size }}"}
    steps:
      - {id: list, config: {command: ./list, args: ["--tag", "${{ inputs.tag }}"]}}
      - id: build
        description: builds
        matrix: {os: [linux, mac], arch: "${{ steps.list.result }}", include: [{os: bsd, arch: arm}], exclude: [{os: mac}]}
        dependsOn: list
        config: {shell: 'make "$1"', args: ["${{ matrix.os }}"], env: {ARCH: "${{ matrix.arch }}"}, cwd: build}
        parallel: {resource: {cpu: 2}, maxConcurrency: 2, isolateErrors: true}
        cache: {key: "${{ matrix.os }}", paths: [src/*.c]}
      - {id: each, foreach: "${{ inputs.items }}", dependsOn: [build:finished], config: {command: echo, args: ["${{ item }}"]}}
      - {id: ask, type: agent, if: steps.build.state == 'succeeded', dependsOn: [{step: build, condition: passed}],
         config: {agent: critic, prompt: "Look at ${{ steps.build.result }}", parameters: {depth: 3}, planner: true}}
      - {id: get, type: http, dependsOn: ask, config: {url: "http://localhost/${{ inputs.tag }}", method: post,
         headers: {X-A: b}, body: {n: "${{ inputs.count }}"}, expect: [200, 204]}}
      - {id: child, type: workflow, dependsOn: get, config: {file: child.yaml, inputs: {n: "${{ inputs.count }}"}}}
      - {id: inline, type: workflow, config: {definition: {steps: [{id: a, config: {command: "true"}}]}}}
      - {id: ok, type: approval, config: {message: "Ship ${{ inputs.tag }}?"}, continueOnError: true}
      - {id: pause, type: wait, config: {duration: 1 minute 30 seconds}}
      - {id: until, type: wait, config: {until: "2030-01-01T00:00:00Z"}}
      - {id: signal, type: wait, config: {signal: true}}
      - id: loop
        type: loop
        config:
          limit: 5
          while: iteration < 3
          steps:
            - {id: one, config: {command: one}}
            - {id: two, dependsOn: one, config: {command: two, args: ["${{ steps.one.result }}"]}}
      - {id: both, type: group, config: {steps: [{id: x, config: {command: x}}, {id: y, config: {command: y}}]}}
      - {id: more, type: dynamic, dependsOn: list, config: {steps: "${{ steps.list.result }}"}}
      - {id: vars, type: set, config: {greeting: "hello ${{ inputs.tag }}"}}
      - {id: sum, type: value, config: {value: {a: "${{ 1 + 2 }}"}}}
      - {id: stop, type: end, dependsOn: sum, config: {state: failed, reason: "no ${{ inputs.tag }}", output: {x: 1}}}
    on:
      failure: [{id: alert, config: {command: ./alert}}]
      always: [{id: clean, config: {command: ./clean}}]
    """

@Suite struct `The canonical form` {
    @Test func `of every key and type is read back as it was written`() throws {
        let parsed = WorkflowParser.parse(everything, defaultName: "x")
        #expect(parsed.diagnostics.map(\.message) == [])
        let workflow = try #require(parsed.workflow)
        let text = workflow.canonical.text
        let again = try #require(WorkflowParser.parse(text, defaultName: "x").workflow)
        #expect(again.canonical.text == text)
        for step in workflow.steps {
            #expect(try StepParser.parse(canonical: step.canonical.text).canonical.text == step.canonical.text)
        }
    }

    @Test func `has the workflow's variables and defaults written out in the plan`() throws {
        let workflow = try #require(WorkflowParser.parse(everything, defaultName: "x").workflow)
        let plan = workflow.plan()
        let list = try #require(plan.steps.first { $0.id == "list" })
        #expect(list.kind == "script")
        #expect(list.queue == "slow")
        #expect(list.retries == 1)
        #expect(list.timeoutMilliseconds == 300_000)
        let template = try StepParser.parse(canonical: try #require(list.template))
        guard case .script(let script) = template.action else { throw Failure() }
        #expect(script.environment.keys.sorted() == ["A", "B"])
        #expect(script.directory?.plainText == "sub")
        let build = try #require(plan.steps.first { $0.id == "build" })
        #expect(build.kind == "foreach")
        // What only becomes other jobs holds nothing.
        #expect(build.resources == [:])
        #expect(build.maxConcurrency == nil)
        #expect(plan.steps.first { $0.id == "ask" }?.retries == 1)
    }

    @Test func `is not made for a step of which nothing is late`() throws {
        let flow = try workflow(
            "steps: [{id: a, config: {command: x, args: [y]}}, {id: b, if: '1 == 1', config: {command: x}}]")
        #expect(flow.plan().steps.map { $0.template == nil } == [true, false])
    }

    @Test(arguments: [
        (
            "shell: 'echo ${{ inputs.x }}'",
            "has an expression, whose value the shell would take for a part of the script"
        ),
        ("command: 'echo ${{ 1 + }}'", "a value is missing at the end"),
        ("command: x, args: ['${{ inputs.x']", "'${{' has no '}}'"),
    ])
    func `refuses an expression that cannot be`(config: String, message: String) {
        let parsed = WorkflowParser.parse("steps: [{id: a, config: {\(config)}}]", defaultName: "x")
        #expect(parsed.workflow == nil)
        #expect(parsed.diagnostics.contains { $0.message.contains(message) }, "\(parsed.diagnostics)")
    }

    @Test func `of inputs checks what is given`() throws {
        let workflow = try #require(WorkflowParser.parse(everything, defaultName: "x").workflow)
        #expect(
            workflow.inputs(given: ["count": .integer(1)]).values == [
                "tag": .string("v1"), "count": .integer(1), "items": .list([.integer(1), .integer(2)]),
            ])
        #expect(
            workflow.inputs(given: ["tag": .string("v3"), "coun": .null]).faults == [
                "the workflow has no input 'coun'; did you mean 'count'?",
                "the input 'tag' is \"v3\"; it can be \"v1\", \"v2\"", "the input 'count' is required",
            ])
    }

    private struct Failure: Error {}
}
