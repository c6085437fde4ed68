/// Where everything stands: groups are columns from left to right.
struct Layout {
    let layers: Layers
    let scale: Scale
    /// Of each vertex, the left edge.
    let left: [Double]
    /// Of each vertex, the middle of its box.
    let middle: [Double]
    /// Of each vertex, the width; a helper is as wide as its column.
    let width: [Double]
    /// Of each layer, its left edge and its width.
    let columns: [(left: Double, width: Double)]
    let size: (width: Double, height: Double)

    /// - Parameter nodeWidths: the width of each node's box.
    init(_ graph: Graph, scale: Scale, nodeWidths: [Double]) {
        let layers = Ordering.order(Layers(graph, helperLimit: 60_000))
        let (middles, subcolumns) = Placement(layers: layers, scale: scale).place()
        var columns: [(left: Double, width: Double)] = []
        var left = [Double](repeating: 0, count: layers.layer.count)
        var width = left
        var x = 0.0
        for row in layers.rows {
            let nodes = row.filter { !layers.isHelper($0) }
            let box = nodes.map { nodeWidths[$0] }.max() ?? scale.height
            let count = Placement.columns(nodes.count, scale)
            let total = Double(count) * (box + scale.gap) - scale.gap
            for vertex in row {
                left[vertex] = x + Double(subcolumns[vertex]) * (box + scale.gap)
                width[vertex] = layers.isHelper(vertex) ? total : box
            }
            columns.append((x, total))
            // Many lines need more room to part.
            let lines = row.reduce(0) { $0 + layers.after[$1].count }
            x += total + scale.columnGap + min(110, Double(lines) * 1.4)
        }
        self.layers = layers
        self.scale = scale
        self.left = left
        self.width = width
        self.columns = columns
        middle = middles
        let bottom = middles.indices.map { middles[$0] + (layers.isHelper($0) ? 0 : scale.height / 2) }.max() ?? 0
        size = (columns.last.map { $0.left + $0.width } ?? 0, bottom)
    }

    func right(_ vertex: Int) -> Double { left[vertex] + width[vertex] }
}
