/// Puts the vertices of each layer into an order in which few lines cross.
struct Ordering {
    private var layers: Layers
    /// Where each vertex stands in its layer.
    private var position: [Int]

    /// - Returns: the layers with `rows` in the best order found in a bounded number of sweeps.
    static func order(_ layers: Layers) -> Layers {
        var ordering = Ordering(layers: layers, position: Array(repeating: 0, count: layers.layer.count))
        for row in layers.rows.indices { ordering.number(row) }
        ordering.improve()
        return ordering.layers
    }

    private mutating func improve() {
        let size = layers.segments.count + layers.layer.count + 1
        let sweeps = min(24, max(2, 400_000 / size))
        sweepDown()
        var best = layers.rows
        var fewest = crossings()
        for sweep in 0..<sweeps where fewest > 0 {
            if sweep.isMultiple(of: 2) { sweepUp() } else { sweepDown() }
            if size <= 4_000 { swapNeighbours() }
            let count = crossings()
            guard count < fewest else { continue }
            fewest = count
            best = layers.rows
        }
        layers.rows = best
    }

    private mutating func sweepDown() {
        for row in layers.rows.indices.dropFirst() { sort(row, by: layers.before) }
    }

    private mutating func sweepUp() {
        for row in layers.rows.indices.dropLast().reversed() { sort(row, by: layers.after) }
    }

    /// By the mean place of the neighbours; who has none stays about where it is.
    private mutating func sort(_ row: Int, by neighbours: [[Int]]) {
        let vertices = layers.rows[row]
        let keyed = vertices.enumerated().map { index, vertex -> (key: Double, index: Int, vertex: Int) in
            let around = neighbours[vertex]
            guard !around.isEmpty else { return ((Double(index) + 0.5) / Double(vertices.count), index, vertex) }
            let sum = around.reduce(0.0) { sum, other in
                sum + (Double(position[other]) + 0.5) / Double(layers.rows[layers.layer[other]].count)
            }
            return (sum / Double(around.count), index, vertex)
        }
        layers.rows[row] = keyed.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.vertex)
        number(row)
    }

    private mutating func number(_ row: Int) {
        for (index, vertex) in layers.rows[row].enumerated() { position[vertex] = index }
    }

    /// Exchanges two that stand side by side wherever fewer lines cross then.
    private mutating func swapNeighbours() {
        for row in layers.rows.indices {
            for index in layers.rows[row].indices.dropFirst() {
                let upper = layers.rows[row][index - 1]
                let lower = layers.rows[row][index]
                let now = crossings(upper, lower, layers.before) + crossings(upper, lower, layers.after)
                guard now > 0 else { continue }
                let then = crossings(lower, upper, layers.before) + crossings(lower, upper, layers.after)
                guard then < now else { continue }
                layers.rows[row].swapAt(index - 1, index)
                position[upper] = index
                position[lower] = index - 1
            }
        }
    }

    /// Between the lines of two vertices of one layer.
    private func crossings(_ upper: Int, _ lower: Int, _ neighbours: [[Int]]) -> Int {
        // Enough for a choice between two; all pairs of two hubs would cost too much.
        guard neighbours[upper].count * neighbours[lower].count <= 1_024 else { return 0 }
        var count = 0
        for one in neighbours[upper] {
            for other in neighbours[lower] where position[one] > position[other] { count += 1 }
        }
        return count
    }

    /// Of all layers, in O(lines × log vertices).
    private func crossings() -> Int {
        var total = 0
        for row in layers.rows.indices.dropLast() {
            var tree = CountingTree(size: layers.rows[row + 1].count)
            var seen = 0
            for vertex in layers.rows[row] {
                let ends = layers.after[vertex].map { position[$0] }
                for end in ends { total += seen - tree.count(upTo: end) }
                for end in ends { tree.add(end) }
                seen += ends.count
            }
        }
        return total
    }
}

/// Counts numbers below a size, and how many of them are at most another (a Fenwick tree).
private struct CountingTree {
    private var sums: [Int]

    init(size: Int) { sums = Array(repeating: 0, count: size + 1) }

    mutating func add(_ number: Int) {
        var index = number + 1
        while index < sums.count {
            sums[index] += 1
            index += index & -index
        }
    }

    func count(upTo number: Int) -> Int {
        var index = number + 1
        var count = 0
        while index > 0 {
            count += sums[index]
            index -= index & -index
        }
        return count
    }
}
