extension Plan {
    /// The chain of steps, each waiting for the one before, that takes longest, as positions in `steps`.
    ///
    /// - Parameter milliseconds: how long steps take, by id. Where no step has a time, the chain with the most steps;
    ///   otherwise a step without one counts nothing.
    package func longestPath(milliseconds: [String: Int]) -> [Int] {
        var positions: [String: Int] = [:]
        for (position, step) in steps.enumerated() { positions[step.id] = position }
        let fallback = milliseconds.isEmpty ? 1 : 0
        var length = steps.map { milliseconds[$0.id] ?? fallback }
        var before = [Int?](repeating: nil, count: steps.count)
        // Each step stands after those that it waits for.
        for (position, step) in steps.enumerated() {
            let upstreams = step.dependencies.compactMap { positions[$0.step] }
            guard let longest = upstreams.max(by: { (length[$0], $1) < (length[$1], $0) }) else { continue }
            before[position] = longest
            length[position] += length[longest]
        }
        var path: [Int] = []
        var next = steps.indices.max { (length[$0], $1) < (length[$1], $0) }
        while let position = next {
            path.append(position)
            next = before[position]
        }
        return path.reversed()
    }
}
