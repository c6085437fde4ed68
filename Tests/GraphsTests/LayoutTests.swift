import Testing

@testable import Graphs

@Suite struct `The layers of a graph` {
    @Test func `lead every edge forward, one layer at a time`() {
        let graph = Graph.random(nodes: 300, seed: 7)
        let layers = Layers(graph, helperLimit: 60_000)
        #expect(layers.shortcuts == [])
        #expect(layers.segments.allSatisfy { layers.layer[$0.to] == layers.layer[$0.from] + 1 })
        // Each edge can be followed back from its end to its beginning.
        for edge in graph.edges {
            var vertices: Set<Int> = [edge.to]
            for _ in layers.layer[edge.from]..<layers.layer[edge.to] {
                vertices = Set(vertices.flatMap { layers.before[$0] })
            }
            #expect(vertices.contains(edge.from))
        }
    }

    @Test func `share one helper for each node and layer`() {
        var edges = (0..<9).map { Graph.Edge(from: $0, to: $0 + 1) }
        edges += (2..<10).map { Graph.Edge(from: 0, to: $0) }
        let graph = Graph(title: "", nodes: (0..<10).map { Graph.Node(label: "\($0)") }, edges: edges)
        let layers = Layers(graph, helperLimit: 60_000)
        #expect(layers.layer.count == 10 + 8)
    }

    @Test func `draw long edges straight over all when there would be too many helpers`() {
        let graph = Graph.random(nodes: 300, seed: 7)
        let layers = Layers(graph, helperLimit: 50)
        #expect(layers.layer.count <= 350)
        #expect(!layers.shortcuts.isEmpty)
    }

    @Test func `hold what waits in a circle, which no plan has`() {
        let graph = Graph(
            title: "", nodes: (0..<3).map { Graph.Node(label: "\($0)") },
            edges: [Graph.Edge(from: 0, to: 1), Graph.Edge(from: 1, to: 0), Graph.Edge(from: 1, to: 2)])
        #expect(SVGDrawing(graph).text.hasSuffix("</svg>\n"))
    }
}

@Suite struct `A layout` {
    @Test(arguments: [1, 5, 50, 500, 2_000])
    func `lets no two boxes overlap`(count: Int) {
        let graph = Graph.random(nodes: count, seed: UInt64(count))
        let scale = Scale.fitting(count)
        let layout = Layout(graph, scale: scale, nodeWidths: Array(repeating: 60, count: count))
        var columns: [Double: [Double]] = [:]
        for node in graph.nodes.indices { columns[layout.left[node], default: []].append(layout.middle[node]) }
        var nearest = Double.infinity
        for middles in columns.values {
            let sorted = middles.sorted()
            for (one, other) in zip(sorted, sorted.dropFirst()) { nearest = min(nearest, other - one) }
        }
        #expect(nearest >= scale.height)
        #expect(layout.middle.allSatisfy { $0 >= 0 && $0 <= layout.size.height })
        #expect(graph.edges.allSatisfy { layout.right($0.from) < layout.left[$0.to] })
    }

    @Test func `draws a chain as a straight line`() {
        let graph = Graph(
            title: "", nodes: (0..<40).map { Graph.Node(label: "\($0)") },
            edges: (0..<39).map { Graph.Edge(from: $0, to: $0 + 1) })
        let layout = Layout(graph, scale: .full, nodeWidths: Array(repeating: 60, count: 40))
        #expect(Set(layout.middle.map { Int($0.rounded()) }).count == 1)
    }

    @Test func `unties lines that need not cross`() {
        // Each of the second layer waits for one of the first, in the opposite order.
        let graph = Graph(
            title: "", nodes: (0..<20).map { Graph.Node(label: "\($0)") },
            edges: (0..<10).map { Graph.Edge(from: $0, to: 19 - $0) })
        let layout = Layout(graph, scale: .full, nodeWidths: Array(repeating: 60, count: 20))
        let first = (0..<10).sorted { layout.middle[$0] < layout.middle[$1] }
        let second = (10..<20).sorted { layout.middle[$0] < layout.middle[$1] }
        #expect(second.map { 19 - $0 } == first)
    }
}

extension Graph {
    /// Nodes that wait for up to three earlier ones, mostly near ones.
    static func random(nodes count: Int, seed: UInt64) -> Graph {
        var state = seed
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(max(1, limit)))
        }
        return Graph(
            title: "random", nodes: (0..<count).map { Node(label: "step-\($0)") },
            edges: (0..<count).flatMap { to in
                to == 0 ? [] : (0..<next(4)).map { _ in Edge(from: max(0, to - 1 - next(60)), to: to) }
            })
    }
}
