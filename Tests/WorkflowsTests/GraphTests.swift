import Testing

@testable import Workflows

@Suite struct `A graph of steps` {
    @Test(arguments: 0..<200)
    func `has a cycle exactly when its order is not complete, and each one found is one`(seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let count = Int.random(in: 1...12, using: &random)
        let edges = (0..<count).map { node in
            (0..<count).filter { $0 != node && Int.random(in: 0..<count, using: &random) == 0 }
        }
        let graph = StepGraph(dependencies: edges)
        let cycles = graph.cycles()
        #expect(cycles.isEmpty == (graph.order().count == count))
        for cycle in cycles {
            #expect(Set(cycle).count == cycle.count)
            for (node, next) in zip(cycle, cycle.dropFirst() + cycle.prefix(1)) { #expect(edges[node].contains(next)) }
        }
        #expect(Set(cycles.joined()).count == cycles.map(\.count).reduce(0, +))
    }

    @Test func `in a ring of 100,000 has one cycle`() {
        let count = 100_000
        let graph = StepGraph(dependencies: (0..<count).map { [($0 + 1) % count] })
        #expect(graph.cycles().map(\.count) == [count])
    }

    @Test func `that is a chain of 100,000 has as many levels`() {
        let count = 100_000
        let graph = StepGraph(dependencies: (0..<count).map { $0 == 0 ? [] : [$0 - 1] })
        let order = graph.order()
        #expect(graph.levels(along: order).last == count)
        #expect(graph.pathsBelow(along: order).first == count - 1)
        #expect(graph.cycles().isEmpty)
    }
}
