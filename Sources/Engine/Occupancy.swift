/// How much of something was taken at each moment: what attempts held of a pool, or how many there were.
struct Occupancy {
    struct Use {
        let start: Int
        let end: Int
        let amount: Int
    }

    /// The moments at which the amount changed, growing.
    private var moments: [Int] = []
    /// The greatest amounts of spans of moments, as a tree: the leaves are its second half.
    private var tree: [Int] = []
    /// Amount × time.
    private(set) var busy = 0

    /// Uses without length count for nothing.
    init(_ uses: [Use]) {
        var changes: [(moment: Int, amount: Int)] = []
        changes.reserveCapacity(uses.count * 2)
        for use in uses where use.end > use.start {
            changes.append((use.start, use.amount))
            changes.append((use.end, -use.amount))
            busy += use.amount * (use.end - use.start)
        }
        changes.sort { $0.moment < $1.moment }
        var levels: [Int] = []
        var level = 0
        for change in changes {
            level += change.amount
            if moments.last == change.moment {
                levels[levels.count - 1] = level
            } else {
                moments.append(change.moment)
                levels.append(level)
            }
        }
        tree = Array(repeating: 0, count: levels.count) + levels
        for node in stride(from: levels.count - 1, to: 0, by: -1) {
            tree[node] = max(tree[2 * node], tree[2 * node + 1])
        }
    }

    var peak: Int { tree.max() ?? 0 }

    /// The greatest amount between two moments, the last one not included.
    func most(from start: Int, to end: Int) -> Int {
        guard start < end, !moments.isEmpty else { return 0 }
        // From the span that `start` is in to that before `end`.
        var low = max(0, firstIndex(after: start) - 1) + moments.count
        var high = firstIndex(after: end - 1) + moments.count
        var most = 0
        while low < high {
            if low & 1 == 1 {
                most = max(most, tree[low])
                low += 1
            }
            if high & 1 == 1 {
                high -= 1
                most = max(most, tree[high])
            }
            low >>= 1
            high >>= 1
        }
        return most
    }

    private func firstIndex(after moment: Int) -> Int {
        var low = 0
        var high = moments.count
        while low < high {
            let middle = (low + high) / 2
            if moments[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
