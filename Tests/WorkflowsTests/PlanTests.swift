import Testing
import Workflows

@Suite struct `A plan` {
    private let text = """
        parallel: {enabled: %, defaultMaxConcurrency: 4}
        steps:
          - {id: last, config: {command: x}, dependsOn: [middle, other]}
          - {id: first, config: {command: x}}
          - {id: middle, config: {command: x}, dependsOn: first}
          - {id: other, config: {command: x}}
        """

    private func flow(enabled: Bool) throws -> Workflow {
        try workflow(text.split(separator: "%", maxSplits: 1).joined(separator: "\(enabled)"))
    }

    @Test func `has its steps by group, then in the order of the file`() throws {
        let plan = try flow(enabled: true).plan()
        #expect(plan.steps.map(\.id) == ["first", "other", "middle", "last"])
        #expect(plan.steps.map(\.group) == [1, 1, 2, 3])
        #expect(plan.steps.map(\.pathBelow) == [2, 1, 1, 0])
        #expect(plan.widestGroup == 2)
    }

    @Test(
        arguments: [
            (true, nil, nil, 4), (true, nil, 9, 9), (true, false, nil, 1), (true, false, 9, 1), (false, nil, nil, 1),
            (false, nil, 9, 1), (false, true, nil, 4), (false, true, 2, 2),
        ] as [(Bool, Bool?, Int?, Int)])
    func `obeys its options before the file`(enabled: Bool, parallel: Bool?, most: Int?, result: Int) throws {
        let plan = try flow(enabled: enabled).plan(options: PlanOptions(parallel: parallel, maxConcurrency: most))
        #expect(plan.maxConcurrency == result)
    }

    @Test func `that is sequential leaves the order to the steps' places`() throws {
        let plan = try flow(enabled: false).plan()
        #expect(plan.steps.map(\.id) == ["first", "other", "middle", "last"])
        #expect(plan.steps.map(\.pathBelow) == [0, 0, 0, 0])
    }

    @Test(arguments: 0..<60)
    func `of random steps puts each after its dependencies, in the group of its longest path`(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let count = Int.random(in: 1...40, using: &random)
        let order = Array(0..<count).shuffled(using: &random)  // the rank of each step
        var edges: [[Int]] = []
        var text = "steps:\n"
        for step in 0..<count {
            let targets = (0..<count).filter { order[$0] < order[step] && Int.random(in: 0..<6, using: &random) == 0 }
            edges.append(targets)
            text +=
                "  - {id: s\(step), config: {command: x}, dependsOn: [\(targets.map { "s\($0)" }.joined(separator: ", "))]}\n"
        }
        let plan = try workflow(text).plan()

        let places = Dictionary(uniqueKeysWithValues: plan.steps.enumerated().map { ($1.id, $0) })
        #expect(places.count == count)
        for (step, targets) in edges.enumerated() {
            let planned = plan.steps[try #require(places["s\(step)"])]
            #expect(planned.dependencies.map(\.step) == targets.map { "s\($0)" })
            for target in targets { #expect(try #require(places["s\(target)"]) < places["s\(step)", default: 0]) }
            #expect(planned.group == longest(from: step, along: edges) + 1)
            let reversed = (0..<count).map { node in (0..<count).filter { edges[$0].contains(node) } }
            #expect(planned.pathBelow == longest(from: step, along: reversed))
        }
        for (one, other) in zip(plan.steps, plan.steps.dropFirst()) { #expect(one.group <= other.group) }
    }

    /// By its definition, for small graphs.
    private func longest(from node: Int, along edges: [[Int]]) -> Int {
        edges[node].map { longest(from: $0, along: edges) + 1 }.max() ?? 0
    }
}
