extension StepGraph {
    /// One shortest cycle through the first node of each knot of nodes that wait for one another. A cycle is
    /// written without its repeated end; each node waits for the next. A node that waits for itself alone is
    /// not looked at: the reader reports it.
    func cycles() -> [[Int]] {
        let order = order()
        guard order.count < dependencies.count else { return [] }
        let knots = components()
        var seen: Set<Int> = []
        var sizes: [Int: Int] = [:]
        for knot in knots { sizes[knot, default: 0] += 1 }
        return knots.indices.compactMap { node in
            guard sizes[knots[node], default: 0] > 1, seen.insert(knots[node]).inserted else { return nil }
            return cycle(through: node, within: knots)
        }
    }

    /// Breadth first, so that the cycle shown is as short as it can be.
    private func cycle(through start: Int, within knots: [Int]) -> [Int] {
        var previous: [Int: Int] = [:]
        var queue = [start]
        var next = 0
        while next < queue.count {
            let node = queue[next]
            next += 1
            for target in dependencies[node] where knots[target] == knots[start] {
                if target == start { return path(to: node, from: start, along: previous) }
                guard previous[target] == nil else { continue }
                previous[target] = node
                queue.append(target)
            }
        }
        preconditionFailure("a knot of several nodes has a cycle through each of them")
    }

    private func path(to end: Int, from start: Int, along previous: [Int: Int]) -> [Int] {
        var path = [end]
        var node = end
        while node != start, let before = previous[node] {
            path.append(before)
            node = before
        }
        return path.reversed()
    }

    /// Tarjan's strongly connected components with a stack of its own: for each node the number of its component.
    private func components() -> [Int] {
        let count = dependencies.count
        var components = [Int](repeating: -1, count: count)
        var found = [Int](repeating: -1, count: count)  // the order of discovery
        var low = [Int](repeating: 0, count: count)  // the earliest node that can be reached
        var open: [Int] = []
        var visits: [(node: Int, edge: Int)] = []
        var discovered = 0
        var numbered = 0

        for root in 0..<count where found[root] == -1 {
            visits.append((root, 0))
            while let (node, edge) = visits.last {
                if edge == 0 {
                    found[node] = discovered
                    low[node] = discovered
                    discovered += 1
                    open.append(node)
                }
                if edge < dependencies[node].count {
                    visits[visits.count - 1].edge += 1
                    let target = dependencies[node][edge]
                    if found[target] == -1 {
                        visits.append((target, 0))
                    } else if components[target] == -1 {
                        low[node] = min(low[node], found[target])
                    }
                    continue
                }
                visits.removeLast()
                if let parent = visits.last?.node { low[parent] = min(low[parent], low[node]) }
                guard low[node] == found[node] else { continue }
                while let member = open.popLast() {
                    components[member] = numbered
                    if member == node { break }
                }
                numbered += 1
            }
        }
        return components
    }
}
