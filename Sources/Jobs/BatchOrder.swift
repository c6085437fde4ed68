/// The graph inside one batch of jobs: which come below which, and how far it is to the end.
struct BatchOrder {
    /// Jobs on the longest chain below each job.
    let paths: [Int]

    /// Kahn's algorithm from the ends upwards: O(jobs + dependencies), no recursion.
    ///
    /// - Throws: `.cycle` with the positions of one cycle, `.invalid` for a position outside the batch.
    init(_ specs: [JobSpec]) throws(JobStoreError) {
        let upstreams = try Self.upstreams(in: specs)
        guard upstreams.contains(where: { !$0.isEmpty }) else {
            paths = Array(repeating: 0, count: specs.count)
            return
        }
        var dependents = Array(repeating: 0, count: specs.count)
        for list in upstreams { for position in list { dependents[position] += 1 } }
        var paths = Array(repeating: 0, count: specs.count)
        var done = specs.indices.filter { dependents[$0] == 0 }
        var next = 0
        while next < done.count {
            let position = done[next]
            next += 1
            for upstream in upstreams[position] {
                paths[upstream] = max(paths[upstream], paths[position] + 1)
                dependents[upstream] -= 1
                if dependents[upstream] == 0 { done.append(upstream) }
            }
        }
        guard done.count == specs.count else {
            throw .cycle(Self.cycle(in: upstreams, among: dependents))
        }
        self.paths = paths
    }

    private static func upstreams(in specs: [JobSpec]) throws(JobStoreError) -> [[Int]] {
        var lists: [[Int]] = []
        lists.reserveCapacity(specs.count)
        for (position, spec) in specs.enumerated() {
            var list: [Int] = []
            for dependency in spec.dependencies {
                guard case .batch(let upstream) = dependency.upstream else { continue }
                guard specs.indices.contains(upstream) else {
                    throw .invalid(
                        "job \(position + 1) depends on position \(upstream + 1), which the batch does not have")
                }
                list.append(upstream)
            }
            lists.append(list)
        }
        return lists
    }

    /// Follows dependents among the jobs that were never done until one comes up again.
    ///
    /// - Returns: the cycle from its first position in the batch; each waits for the next.
    private static func cycle(in upstreams: [[Int]], among dependents: [Int]) -> [Int] {
        guard var position = dependents.firstIndex(where: { $0 > 0 }) else { return [] }
        // A job that was never done has a dependent that was never done; walk down to be sure to be on a cycle.
        var below: [Int: Int] = [:]
        for (job, list) in upstreams.enumerated() where dependents[job] > 0 {
            for upstream in list { below[upstream] = job }
        }
        var seen: [Int: Int] = [:]
        var walk: [Int] = []
        while seen[position] == nil {
            seen[position] = walk.count
            walk.append(position)
            guard let next = below[position] else { return walk }
            position = next
        }
        let cycle = walk[(seen[position] ?? 0)...].reversed() as [Int]
        let start = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
        return Array(cycle[start...] + cycle[...start])
    }
}
