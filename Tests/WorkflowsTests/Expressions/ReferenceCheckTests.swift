import Testing

@testable import Workflows

@Suite struct `What expressions read` {
    @Test(arguments: fine) func `is let through where it can be there`(text: Case) {
        #expect(faults(text.text) == "")
    }

    @Test(arguments: wrong) func `is reported at its place, with the cure, where it cannot`(fault: Case) {
        #expect(faults(fault.text) == fault.faults)
    }

    @Test func `in a Conductor definition is null where it cannot be there, so it is a warning`() throws {
        var flow = try workflow("steps: [{id: a, config: {command: x}}, {id: b, config: {command: x}}]")
        flow.dialect = .conductor
        flow.steps[1].condition = try Expression.parse("steps.a.result && steps.c.result && inputs.x && nope")
        let findings = Findings(source: SourceText(""))
        ReferenceCheck(workflow: flow, findings: findings).report()
        #expect(!findings.hasErrors)
        #expect(findings.sorted().count == 4)
    }

    /// Ten thousand steps with thirty thousand edges, of which each reads one that is far away.
    @Test func `over a large graph is all looked at`() throws {
        let count = 10_000
        var random = SplitMix(state: 3)
        let place = Place(line: 1, column: 1)
        let steps = try (0..<count).map { number in
            var step = Step(id: "s\(number)", name: "", action: .script(Script(command: .shell("x"))), place: place)
            guard number > 0 else { return step }
            let targets = Set([number - 1] + (0..<2).map { _ in Int.random(in: 0..<number, using: &random) })
            step.dependencies = targets.map { Dependency(step: "s\($0)", condition: .succeeded, place: place) }
            let far = Int.random(in: 0..<number, using: &random)
            step.condition = try Expression.parse("steps.s\(far).state == 'succeeded' && steps.s\(number).state")
            return step
        }
        let findings = Findings(source: SourceText(""))
        ReferenceCheck(workflow: Workflow(name: "large", steps: steps), findings: findings).report()
        // What is wrong is that each reads itself; that each waits for the far one is by the chain.
        #expect(findings.sorted().allSatisfy { $0.message.hasSuffix("reads itself, before it has ended") })
        #expect(findings.sorted().count == Findings.limit)
    }
}

@Suite struct `The ancestors of a step` {
    @Test(arguments: 0..<30) func `are those that a search finds`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let count = Int.random(in: 1...200, using: &random)
        let edges = Int.random(in: 0...3, using: &random)
        let graph = StepGraph(
            dependencies: (0..<count).map { node in
                node == 0
                    ? [] : Array(Set((0..<edges).map { _ in Int.random(in: max(0, node - 20)..<node, using: &random) }))
            })
        var ancestors = [Set<Int>](repeating: [], count: count)
        for node in 0..<count {
            for target in graph.dependencies[node] { ancestors[node].formUnion(ancestors[target].union([target])) }
        }
        let pairs = (0..<1000).map { _ in
            StepGraph.Pair(
                node: Int.random(in: 0..<count, using: &random), target: Int.random(in: 0..<count, using: &random))
        }
        let expected = pairs.indices.filter { !ancestors[pairs[$0].node].contains(pairs[$0].target) }
        #expect(graph.unrelated(pairs) == expected)
    }

    @Test func `on a cycle are not asked for`() {
        let graph = StepGraph(dependencies: [[1], [0], []])
        #expect(graph.unrelated([.init(node: 0, target: 2), .init(node: 2, target: 1)]).isEmpty)
    }
}

private let fine: [Case] = [
    Case(
        "a dependency, and one of its own",
        """
        inputs: {tag: v1}
        env: {TAG: "${{ inputs.tag }}"}
        steps:
          - {id: a, config: {command: x}}
          - {id: b, dependsOn: a, config: {command: x}}
          - {id: c, dependsOn: b, if: success(), config: {command: x, args: ["${{ steps.a.result }}", "${{ tasks['b'].state }}"]}}
        output: "${{ steps.c.result ?? steps.a.error }}"
        success_criteria: ["total_time < 10", "steps.a.result.ok"]
        on:
          failure: [{id: d, config: {command: x, args: ["${{ steps.b.error }}"]}}]
          always:
            - {id: e, config: {command: x, args: ["${{ run.state }}", "${{ env.HOME }}", "${{ memory.key }}"]}}
            - {id: f, dependsOn: e, config: {command: x, args: ["${{ steps.e.exitCode }}"]}}
        """, ""),
    Case(
        "items and axes, and what is within",
        """
        steps:
          - {id: a, foreach: [1, 2], if: item > 1, cache: "${{ index }}", config: {command: x, args: ["${{ item }}"]}}
          - id: b
            matrix: {os: [l, m], include: [{os: n, extra: 1}]}
            type: group
            config:
              steps:
                - {id: c, config: {command: x, args: ["${{ matrix.os }}", "${{ matrix.extra ?? 0 }}"]}}
                - {id: d, dependsOn: c, foreach: "${{ steps.c.result }}", config: {command: x, args: ["${{ item }}${{ matrix.os }}"]}}
        """, ""),
    Case(
        "outer steps, rounds of a loop, and steps within one that has ended",
        """
        steps:
          - {id: a, config: {command: x}}
          - id: loop
            type: loop
            dependsOn: a
            config:
              while: iteration < 3 && steps.c.result
              steps:
                - {id: b, config: {command: x, args: ["${{ steps.a.result }}", "${{ iteration }}"]}}
                - {id: c, dependsOn: b, config: {command: x, args: ["${{ steps.b.result }}", "${{ steps.c.result ?? 0 }}"]}}
          - {id: z, dependsOn: loop, config: {command: x, args: ["${{ steps.c.result }}", "${{ steps.loop.result }}"]}}
        """, ""),
    Case(
        "variables that a step sets",
        """
        steps:
          - {id: a, type: set, config: {greeting: hello}}
          - {id: b, dependsOn: a, type: value, config: {value: "${{ vars.greeting }} ${{ steps[vars.greeting].state }}"}}
        """, ""),
]

private let wrong: [Case] = [
    reading(
        "steps.b.result", "9:28: error: step 'c' reads step 'b' without waiting for it; add 'b' to its 'dependsOn'"),
    reading(
        "steps.bb.result",
        "9:28: error: step 'c' reads step 'bb', which is not a step of this workflow; did you mean 'b'?"),
    reading("steps.c.result", "9:28: error: step 'c' reads itself, before it has ended"),
    reading("steps.d.result", "9:28: error: step 'c' reads step 'd', which waits for it"),
    reading(
        "steps.a.reslt",
        "9:36: error: step 'c': a step has 'result', 'state', 'exitCode' and 'error', not 'reslt'; did you mean 'result'?"
    ),
    reading(
        "steps.e.result", "9:28: error: step 'c' reads step 'e' without waiting for it; add 'outer' to its 'dependsOn'"),
    reading(
        "steps.g.result",
        "9:28: error: step 'c' reads step 'g', of which there are several copies within 'many'; read the result of "
            + "'many', which lists theirs"),
    reading(
        "inputs.tga", "9:28: error: step 'c' reads input 'tga', which the workflow does not have; did you mean 'tag'?"),
    reading(
        "inputs.other",
        "9:28: error: step 'c' reads input 'other', which the workflow does not have; declare it under 'inputs'"),
    reading(
        "step.a.result",
        "9:28: error: step 'c' reads 'step', which is nothing that expressions know; did you mean 'steps'?"),
    reading(
        "hello",
        "9:28: error: step 'c' reads 'hello', which is nothing that expressions know; there are steps, tasks, inputs, "
            + "env, vars, memory, run, and texts in quotes"),
    reading(
        "matrix.os", "9:28: error: step 'c' reads 'matrix', which only a step with 'matrix', and what is within it, has"
    ),
    reading(
        "1 + item", "9:32: error: step 'c' reads 'item', which only a step with 'foreach', and what is within it, has"),
    reading("iteration", "9:28: error: step 'c' reads 'iteration', which only steps of a loop have"),
    reading("vars.x", "9:28: warning: step 'c' reads variable 'x', which no step sets"),
    Case(
        "an axis that is none, and an axis made of itself",
        """
        steps:
          - {id: a, matrix: {os: [x], arch: "${{ matrix.os }}"}, config: {command: x, args: ["${{ matrix.so }}"]}}
        """,
        """
        flow.yaml:2:42: error: step 'a' reads 'matrix', which only a step with 'matrix', and what is within it, has
        flow.yaml:2:91: error: step 'a' reads 'so', which is no axis of its matrix; did you mean 'os'?
        """),
    Case(
        "from within a step",
        """
        steps:
          - {id: a, config: {command: x}}
          - id: loop
            type: loop
            config:
              while: steps.nope.result
              steps:
                - {id: b, config: {command: x, args: ["${{ steps.a.result }}", "${{ steps.loop.result }}", "${{ steps.c.state }}"]}}
                - {id: c, config: {command: x}}
        """,
        """
        flow.yaml:6:14: error: 'while' of step 'loop' reads step 'nope', which is not a step of this workflow
        flow.yaml:8:52: error: step 'b' reads step 'a' without waiting for it; add 'a' to 'dependsOn' of 'loop'
        flow.yaml:8:77: error: step 'b' reads step 'loop', which ends only after it
        flow.yaml:8:105: warning: step 'b' reads step 'c' of the round before; the first round has none, for which \
        '??' gives another value, and to wait for it in each round add it to 'dependsOn'
        """),
    Case(
        "from the head",
        """
        env: {A: "${{ steps.a.result }}", B: "${{ item }}"}
        output: "${{ success() }} ${{ steps.b.result }} ${{ total_time }}"
        success_criteria: ["steps.c.state == 'failed'"]
        steps: [{id: a, config: {command: x}}]
        """,
        """
        flow.yaml:1:15: error: 'env' of the workflow cannot read a step: it is the same for every step
        flow.yaml:1:43: error: 'env' of the workflow reads 'item', which only a step with 'foreach', and what is within it, has
        flow.yaml:2:14: error: 'output' of the workflow asks 'success()', which is about the dependencies of a step
        flow.yaml:2:31: error: 'output' of the workflow reads step 'b', which is not a step of this workflow; did you mean 'a'?
        flow.yaml:2:53: error: 'output' of the workflow reads 'total_time', which is nothing that expressions know; \
        there are steps, tasks, inputs, env, vars, memory, run, and texts in quotes
        flow.yaml:3:21: error: a criterion reads step 'c', which is not a step of this workflow; did you mean 'a'?
        """),
    Case(
        "where steps may join the run",
        """
        steps:
          - {id: a, type: dynamic, config: {steps: "${{ inputs.list }}"}}
          - {id: b, dependsOn: a, config: {command: x, args: ["${{ steps.new.result }}", "${{ vars.v }}"]}}
        inputs: {list: []}
        """, "flow.yaml:3:60: warning: step 'b' reads step 'new', which is not a step of this workflow"),
    Case.step(
        "a shell's text with an expression that cannot be read", "config: {shell: 'echo ${{ 1 + }}'}",
        """
        flow.yaml:3:21: error: 'shell' of 'config' of step 'a' has an expression, whose value the shell would take for a \
        part of the script; give it as a variable in 'env', or in 'args' as "$1"
        """),
]

/// Step `c`, which waits for `a`, reads something.
private func reading(_ expression: String, _ fault: String) -> Case {
    Case(
        expression,
        """
        inputs: {tag: v1}
        steps:
          - {id: a, config: {command: x}}
          - {id: b, config: {command: x}}
          - {id: outer, type: group, config: {steps: [{id: e, config: {command: x}}]}}
          - {id: many, foreach: [1], type: group, config: {steps: [{id: g, config: {command: x}}]}}
          - id: c
            dependsOn: [a, many]
            config: {stdin: "x ${{ \(expression) }}", command: x}
          - {id: d, dependsOn: c, config: {command: x}}
        """, "flow.yaml:" + fault)
}
