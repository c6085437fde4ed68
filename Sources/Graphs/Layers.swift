/// The graph cut into layers: an edge leads from one layer to the next, through helpers where it is longer.
///
/// All long edges of one node share its helpers, so that they are drawn as one trunk that branches: there is at most one
/// helper for each node and layer.
struct Layers {
    /// Vertices below this are the graph's nodes, those from here on are helpers.
    let nodeCount: Int
    /// The layer of each vertex, from 0.
    private(set) var layer: [Int]
    /// The vertices of each layer, from the top.
    var rows: [[Int]] = []
    /// For each vertex, its neighbours in the layer before.
    private(set) var before: [[Int]]
    /// For each vertex, its neighbours in the layer after.
    private(set) var after: [[Int]]
    /// Each line from one layer to the next.
    private(set) var segments: [Segment] = []
    /// Edges that are drawn straight over all between, because there would be too many helpers.
    private(set) var shortcuts: [Graph.Edge] = []

    struct Segment {
        let from: Int
        let to: Int
        /// Of an edge that ends here.
        let condition: String?
        let isCritical: Bool
    }

    func isHelper(_ vertex: Int) -> Bool { vertex >= nodeCount }

    /// - Parameter helperLimit: how many helpers there may be: it bounds the time that a layout takes.
    init(_ graph: Graph, helperLimit: Int) {
        nodeCount = graph.nodes.count
        layer = Self.levels(of: graph)
        before = Array(repeating: [], count: nodeCount)
        after = before
        var leaving = [[Graph.Edge]](repeating: [], count: nodeCount)
        for edge in graph.edges { leaving[edge.from].append(edge) }
        for node in 0..<nodeCount { lay(leaving[node], from: node, helperLimit: helperLimit) }
        rows = Array(repeating: [], count: (layer.max() ?? -1) + 1)
        for vertex in layer.indices { rows[layer[vertex]].append(vertex) }
    }

    /// The longest path to each node, as groups are counted. What is on a cycle, which no plan has, comes last.
    private static func levels(of graph: Graph) -> [Int] {
        var unmet = [Int](repeating: 0, count: graph.nodes.count)
        var targets = [[Int]](repeating: [], count: graph.nodes.count)
        for edge in graph.edges {
            unmet[edge.to] += 1
            targets[edge.from].append(edge.to)
        }
        var levels = [Int](repeating: 0, count: graph.nodes.count)
        var order = unmet.indices.filter { unmet[$0] == 0 }
        var next = 0
        while next < order.count {
            let node = order[next]
            next += 1
            for target in targets[node] {
                levels[target] = max(levels[target], levels[node] + 1)
                unmet[target] -= 1
                if unmet[target] == 0 { order.append(target) }
            }
        }
        return levels
    }

    private mutating func lay(_ edges: [Graph.Edge], from node: Int, helperLimit: Int) {
        let forward = edges.filter { layer[$0.to] > layer[node] }
        shortcuts += edges.filter { layer[$0.to] <= layer[node] }
        guard let last = forward.map({ layer[$0.to] }).max() else { return }
        let length = last - layer[node] - 1
        guard layer.count - nodeCount + length <= helperLimit else {
            shortcuts += forward.filter { layer[$0.to] > layer[node] + 1 }
            for edge in forward where layer[edge.to] == layer[node] + 1 { connect(node, edge) }
            return
        }
        // The trunk up to the layer before that of the farthest target.
        let criticalEnd = forward.filter(\.isCritical).map { layer[$0.to] }.max() ?? -1
        var trunk = [node]
        for level in (layer[node] + 1)..<last {
            let helper = layer.count
            layer.append(level)
            before.append([])
            after.append([])
            connect(trunk[trunk.count - 1], helper, condition: nil, isCritical: level < criticalEnd)
            trunk.append(helper)
        }
        for edge in forward { connect(trunk[layer[edge.to] - layer[node] - 1], edge) }
    }

    private mutating func connect(_ vertex: Int, _ edge: Graph.Edge) {
        connect(vertex, edge.to, condition: edge.condition, isCritical: edge.isCritical)
    }

    private mutating func connect(_ from: Int, _ to: Int, condition: String?, isCritical: Bool) {
        after[from].append(to)
        before[to].append(from)
        segments.append(Segment(from: from, to: to, condition: condition, isCritical: isCritical))
    }
}
