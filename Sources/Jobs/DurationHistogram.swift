/// Durations by length: eight steps to each doubling, so that a figure read from it is at most a tenth too long.
package struct DurationHistogram: Sendable, Equatable {
    /// How many durations were at most so many milliseconds and more than the step before.
    package private(set) var counts: [Int: Int] = [:]
    package private(set) var total = 0

    package init() {}

    /// - Parameter milliseconds: negative ones count as none.
    package mutating func add(_ milliseconds: Int) { add(Self.step(for: milliseconds), times: 1) }

    /// Adds durations of another histogram's step.
    package mutating func add(_ step: Int, times: Int) {
        counts[step, default: 0] += times
        total += times
    }

    package static func += (left: inout Self, right: Self) {
        for (step, count) in right.counts { left.add(step, times: count) }
    }

    /// The length, in milliseconds, that the share of all durations does not exceed; `nil` without any.
    package func quantile(_ share: Double) -> Int? {
        var upto = 0
        for (step, count) in counts.sorted(by: { $0.key < $1.key }) {
            upto += count
            if Double(upto) >= share * Double(total) { return step }
        }
        return nil
    }

    /// Exact up to 16 ms, then eight steps to each doubling.
    static func step(for milliseconds: Int) -> Int {
        guard milliseconds > 16 else { return max(0, milliseconds) }
        // Above 16 the highest bit says the doubling, and the three bits below it the step in it.
        let width = max(0, Int.bitWidth - (milliseconds - 1).leadingZeroBitCount - 4)
        return (((milliseconds - 1) >> width) + 1) << width
    }

    /// A JSON object, for the table.
    var json: String {
        "{" + counts.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}
