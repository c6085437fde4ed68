import Jobs

/// Values counted by size, as a histogram of Prometheus has them.
struct BucketCounts: Sendable, Equatable {
    /// Rising, in the unit of the values.
    let bounds: [Double]
    /// How many values were at most the bound and more than the one before; after them those beyond every bound.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    var count: Int { counts.reduce(0, +) }

    mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Each bound with the number of values up to it; infinity comes last.
    var upTo: [(bound: Double, count: Int)] {
        var all = 0
        return zip(bounds + [.infinity], counts).map { bound, count in
            all += count
            return (bound, all)
        }
    }
}

extension BucketCounts {
    /// From a millisecond to 18.6 hours, each twice the one before: a histogram of durations has steps at all of them, so that
    /// nothing is counted in the wrong bucket.
    static let jobBounds = (0...26).map { Double(1 << $0) / 1_000 }
    /// Of requests, which are answered at once, or wait for something.
    static let requestBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    /// - Parameter milliseconds: the sum of the lengths, which `lengths` has only roughly.
    init(_ lengths: DurationHistogram, milliseconds: Int) {
        self.init(bounds: Self.jobBounds)
        for (step, times) in lengths.counts {
            counts[bounds.firstIndex { Double(step) / 1_000 <= $0 } ?? bounds.count] += times
        }
        sum = Double(milliseconds) / 1_000
    }
}
