extension StepGraph {
    /// A node, and another of which something is asked.
    struct Pair {
        let node: Int
        let target: Int
    }

    /// The numbers of those pairs whose node does not wait for its target, directly or through others. Nodes on a
    /// cycle, or behind one, are taken to wait for everything.
    ///
    /// Direct edges are looked at first, since most targets are near. Of the other targets 64 at a time are followed
    /// in one pass over the part of the order that lies between them and their readers.
    func unrelated(_ pairs: [Pair]) -> [Int] {
        let order = order()
        var positions = [Int](repeating: -1, count: dependencies.count)
        for (position, node) in order.enumerated() { positions[node] = position }

        var unrelated: [Int] = []
        var far: [Int] = []
        for number in pairs.indices.sorted(by: { pairs[$0].node < pairs[$1].node }) {
            let pair = pairs[number]
            guard positions[pair.node] >= 0, positions[pair.target] >= 0 else { continue }
            if positions[pair.target] >= positions[pair.node] { unrelated.append(number) } else { far.append(number) }
        }
        far = withoutDirect(far, of: pairs)
        far.sort { positions[pairs[$0].target] < positions[pairs[$1].target] }

        var masks = [UInt64](repeating: 0, count: order.count)
        var next = 0
        while next < far.count {
            // Of each target in this pass its bit, by position.
            var bits: [(position: Int, bit: UInt64)] = []
            let first = next
            var last = 0
            while next < far.count {
                let pair = pairs[far[next]]
                if bits.last?.position != positions[pair.target] {
                    guard bits.count < 64 else { break }
                    bits.append((positions[pair.target], 1 << UInt64(bits.count)))
                }
                last = max(last, positions[pair.node])
                next += 1
            }
            mark(bits, to: last, order, positions, &masks)
            var number = first
            for (position, bit) in bits {
                while number < next, positions[pairs[far[number]].target] == position {
                    if masks[positions[pairs[far[number]].node]] & bit == 0 { unrelated.append(far[number]) }
                    number += 1
                }
            }
        }
        return unrelated.sorted()
    }

    /// - Parameter numbers: of pairs, those of one node together.
    private func withoutDirect(_ numbers: [Int], of pairs: [Pair]) -> [Int] {
        var node = -1
        var direct: Set<Int> = []
        return numbers.filter { number in
            if pairs[number].node != node {
                node = pairs[number].node
                direct = Set(dependencies[node])
            }
            return !direct.contains(pairs[number].target)
        }
    }

    /// Gives each node up to position `last` the bits of the targets that it waits for, and its own.
    private func mark(
        _ bits: [(position: Int, bit: UInt64)], to last: Int, _ order: [Int], _ positions: [Int],
        _ masks: inout [UInt64]
    ) {
        guard let first = bits.first?.position, first <= last else { return }
        var nextBit = 0
        for position in first...last {
            var mask: UInt64 = 0
            if nextBit < bits.count, bits[nextBit].position == position {
                mask = bits[nextBit].bit
                nextBit += 1
            }
            for target in dependencies[order[position]] where positions[target] >= first {
                mask |= masks[positions[target]]
            }
            masks[position] = mask
        }
    }
}
