import Jobs

extension RunReport {
    /// Marks the chain of steps whose lengths add up to the most.
    ///
    /// Each step is two places, its start and its end, since its parts lie between them.
    mutating func markCriticalPath(_ edges: [(job: JobID, upstream: JobID)]) {
        var positions: [JobID: Int] = [:]
        for (position, step) in steps.enumerated() { positions[step.job] = position }
        var chains = Chains(count: steps.count * 2)
        for (position, step) in steps.enumerated() {
            chains.connect(2 * position, 2 * position + 1)
            guard let parent = step.parent.flatMap({ positions[$0] }) else { continue }
            chains.connect(2 * parent, 2 * position)
            chains.connect(2 * position + 1, 2 * parent + 1)
        }
        for edge in edges {
            guard let job = positions[edge.job], let upstream = positions[edge.upstream] else { continue }
            steps[job].isFirst = false
            // A step that waits for its parts is connected with them.
            if steps[upstream].parent != edge.job { chains.connect(2 * upstream + 1, 2 * job) }
        }
        connectRounds(positions, &chains)
        let weights = steps.map(\.chainLength)
        let path = chains.longest { from, to in from & 1 == 0 && to == from + 1 ? weights[from / 2] : nil }
        parallelStats.criticalLength = path.length
        for place in path.places where place & 1 == 1 && weights[place / 2] != nil {
            steps[place / 2].isCritical = true
        }
    }

    /// The parts of a loop's round begin when the round before has ended.
    private func connectRounds(_ positions: [JobID: Int], _ chains: inout Chains) {
        var rounds: [JobID: [Int: [Int]]] = [:]
        for (position, step) in steps.enumerated() {
            guard let parent = step.parent, let above = positions[parent], steps[above].kind == .loop else { continue }
            rounds[parent, default: [:]][step.createdAt, default: []].append(position)
        }
        for moments in rounds.values {
            let inOrder = moments.sorted { $0.key < $1.key }.map(\.value)
            for (before, after) in zip(inOrder, inOrder.dropFirst()) {
                guard let last = before.max(by: { (steps[$0].finishedAt ?? 0) < (steps[$1].finishedAt ?? 0) }) else {
                    continue
                }
                for position in after { chains.connect(2 * last + 1, 2 * position) }
            }
        }
    }
}

extension RunReport.Step {
    /// What it adds to a chain: work, and what it waited for from outside; `nil`: it is no link of its own.
    fileprivate var chainLength: Int? {
        guard startedAt != nil else { return nil }
        switch kind {
        case .script, .agent, .http, .worker, .external, .workflow: return hasParts ? nil : duration
        case .approval, .wait: return duration
        case .foreach, .group, .loop, .dynamic, .set, .value, .end: return nil
        }
    }
}

/// Places and what comes after what.
private struct Chains {
    private var heads: [Int]
    private var edges: [(to: Int, next: Int)] = []
    private var waiting: [Int]

    init(count: Int) {
        heads = Array(repeating: -1, count: count)
        waiting = Array(repeating: 0, count: count)
    }

    mutating func connect(_ from: Int, _ to: Int) {
        edges.append((to, heads[from]))
        heads[from] = edges.count - 1
        waiting[to] += 1
    }

    /// Linear in places and edges. Of chains of one length the one with more links counts.
    ///
    /// - Parameter weight: of an edge; `nil`: no link.
    func longest(weight: (_ from: Int, _ to: Int) -> Int?) -> (length: Int, places: [Int]) {
        var waiting = waiting
        var best = Array(repeating: (length: 0, links: 0, before: -1), count: heads.count)
        var next = heads.indices.filter { waiting[$0] == 0 }
        while let place = next.popLast() {
            var edge = heads[place]
            while edge >= 0 {
                let to = edges[edge].to
                let link = weight(place, to)
                let length = best[place].length + (link ?? 0)
                let links = best[place].links + (link == nil ? 0 : 1)
                if best[to].before < 0 || (best[to].length, best[to].links) < (length, links) {
                    best[to] = (length, links, place)
                }
                waiting[to] -= 1
                if waiting[to] == 0 { next.append(to) }
                edge = edges[edge].next
            }
        }
        let last = best.indices.max { (best[$0].length, best[$0].links) < (best[$1].length, best[$1].links) }
        guard let last else { return (0, []) }
        var places: [Int] = []
        var place = last
        while place >= 0 {
            places.append(place)
            place = best[place].before
        }
        return (best[last].length, places)
    }
}
