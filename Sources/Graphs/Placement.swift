/// Finds how far down each vertex stands, so that lines are straight and nothing overlaps.
struct Placement {
    let layers: Layers
    /// How boxes are drawn.
    let scale: Scale

    /// Boxes side by side that stand for one place in a layer; a layer of very many nodes has several columns.
    private let cells: [[[Int]]]

    init(layers: Layers, scale: Scale) {
        self.layers = layers
        self.scale = scale
        cells = layers.rows.map { row in
            let width = Self.columns(row.count { !layers.isHelper($0) }, scale)
            guard width > 1 else { return row.map { [$0] } }
            var cells: [[Int]] = []
            var open: [Int] = []
            for vertex in row {
                if layers.isHelper(vertex) {
                    cells.append([vertex])
                } else {
                    open.append(vertex)
                    if open.count == width {
                        cells.append(open)
                        open = []
                    }
                }
            }
            return open.isEmpty ? cells : cells + [open]
        }
    }

    /// How many columns a layer takes.
    static func columns(_ nodes: Int, _ scale: Scale) -> Int { (nodes + scale.tallest - 1) / scale.tallest }

    /// For each vertex the middle of its box, from 0 at the top; and in which column of its layer it stands.
    func place() -> (middles: [Double], columns: [Int]) {
        var middles = [Double](repeating: 0, count: layers.layer.count)
        var columns = [Int](repeating: 0, count: layers.layer.count)
        for row in cells {
            var top = 0.0
            let height = row.reduce(0) { $0 + self.height($1) }
            for cell in row {
                for (column, vertex) in cell.enumerated() {
                    middles[vertex] = top + self.height(cell) / 2 - height / 2
                    columns[vertex] = column
                }
                top += self.height(cell)
            }
        }
        let rounds = min(24, max(4, 2_000_000 / (layers.segments.count + layers.layer.count + 1)))
        for round in 0..<rounds {
            // At the end both sides pull, so that the last sweep does not bend what the one before made straight.
            let isLast = round >= rounds - 2
            let down = round.isMultiple(of: 2)
            for index in down ? Array(cells.indices) : cells.indices.reversed() {
                settle(cells[index], &middles, isLast ? nil : down)
            }
        }
        let top = layers.layer.indices.map { middles[$0] - (layers.isHelper($0) ? 0 : scale.height / 2) }.min() ?? 0
        return (middles.map { $0 - top }, columns)
    }

    private func height(_ cell: [Int]) -> Double {
        cell.contains { !layers.isHelper($0) } ? scale.height + scale.gap : scale.lineGap
    }

    /// Moves the cells of a layer to where their neighbours want them, as near as their order and heights allow: the
    /// least sum of squares, by joining those that press upon one another (isotonic regression).
    private func settle(_ row: [[Int]], _ middles: inout [Double], _ down: Bool?) {
        var blocks: [(sum: Double, weight: Double, count: Int)] = []
        var offsets: [Double] = []
        var offset = 0.0
        for (index, cell) in row.enumerated() {
            if index > 0 { offset += (height(row[index - 1]) + height(cell)) / 2 }
            offsets.append(offset)
            let (wish, weight) = wish(of: cell, middles, down)
            blocks.append(((wish - offset) * weight, weight, 1))
            while blocks.count > 1 {
                let last = blocks[blocks.count - 1]
                let previous = blocks[blocks.count - 2]
                guard previous.sum / previous.weight > last.sum / last.weight else { break }
                blocks.removeLast()
                blocks[blocks.count - 1] = (
                    previous.sum + last.sum, previous.weight + last.weight, previous.count + last.count
                )
            }
        }
        var index = 0
        for block in blocks {
            for _ in 0..<block.count {
                for vertex in row[index] { middles[vertex] = block.sum / block.weight + offsets[index] }
                index += 1
            }
        }
    }

    private func wish(of cell: [Int], _ middles: [Double], _ down: Bool?) -> (Double, Double) {
        var sum = 0.0
        var weight = 0.0
        func pull(_ vertex: Int, _ neighbours: [Int]) {
            for other in neighbours {
                // A trunk should be straight before anything else.
                let strength =
                    layers.isHelper(vertex) && (layers.isHelper(other) || layers.after[vertex].count == 1) ? 8.0 : 1
                sum += middles[other] * strength
                weight += strength
            }
        }
        for vertex in cell {
            if down != false { pull(vertex, layers.before[vertex]) }
            if down != true { pull(vertex, layers.after[vertex]) }
        }
        guard weight > 0, let first = cell.first else { return (cell.first.map { middles[$0] } ?? 0, 0.02) }
        // Some rest, or long chains swing.
        return ((sum + middles[first] * 0.1) / (weight + 0.1), weight + 0.1)
    }
}
