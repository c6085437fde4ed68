/// The steps of a workflow as numbers, and who waits for whom.
///
/// Every operation takes time in proportion to steps and edges, and none recurses: a chain of 100,000 steps
/// is a workflow like any other.
struct StepGraph {
    /// For each node, the nodes that it waits for.
    let dependencies: [[Int]]
    /// For each node, the nodes that wait for it.
    let dependents: [[Int]]

    init(dependencies: [[Int]]) {
        self.dependencies = dependencies
        var dependents = [[Int]](repeating: [], count: dependencies.count)
        for (node, targets) in dependencies.enumerated() {
            for target in targets { dependents[target].append(node) }
        }
        self.dependents = dependents
    }

    /// A topological order. It leaves out the nodes on a cycle and those that wait for one.
    func order() -> [Int] {
        var unmet = dependencies.map(\.count)
        var order = unmet.indices.filter { unmet[$0] == 0 }
        order.reserveCapacity(unmet.count)
        var next = 0
        while next < order.count {
            for dependent in dependents[order[next]] {
                unmet[dependent] -= 1
                if unmet[dependent] == 0 { order.append(dependent) }
            }
            next += 1
        }
        return order
    }

    /// Whether every node stands after those that it waits for.
    var isInOrder: Bool { dependencies.enumerated().allSatisfy { node, targets in targets.allSatisfy { $0 < node } } }

    /// For each node of `order`, the number of nodes on the longest path that ends with it.
    func levels(along order: [Int]) -> [Int] {
        var levels = [Int](repeating: 1, count: dependencies.count)
        for node in order {
            for target in dependencies[node] { levels[node] = max(levels[node], levels[target] + 1) }
        }
        return levels
    }

    /// For each node of `order`, the number of nodes on the longest path below it.
    func pathsBelow(along order: [Int]) -> [Int] {
        var paths = [Int](repeating: 0, count: dependencies.count)
        for node in order.reversed() {
            for dependent in dependents[node] { paths[node] = max(paths[node], paths[dependent] + 1) }
        }
        return paths
    }
}
