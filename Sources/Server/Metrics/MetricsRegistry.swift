package import CoreMetrics
import Synchronization

/// What swift-metrics is told in this process, kept for the next scrape: counters, and sums and counts of lengths.
package final class MetricsRegistry: MetricsFactory, Sendable {
    /// A figure and its labels.
    private struct Key: Hashable {
        let label: String
        let dimensions: String
    }

    private struct Entry {
        let label: String
        let dimensions: [(String, String)]
        let figure: Figure
    }

    /// Figures with their labels at the most; what comes beyond is not kept.
    private static let capacity = 2_000

    private let entries = Mutex<[Key: Entry]>([:])

    package init() {}

    private func figure(_ label: String, _ dimensions: [(String, String)], _ kind: Figure.Kind) -> Figure {
        let key = Key(label: label, dimensions: dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: "\u{1}"))
        return entries.withLock { entries in
            if let known = entries[key] { return known.figure }
            let figure = Figure(kind)
            if entries.count < Self.capacity {
                entries[key] = Entry(label: label, dimensions: dimensions, figure: figure)
            }
            return figure
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        figure(label, dimensions, .count)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        figure(label, dimensions, .seconds)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        figure(label, dimensions, .values)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}

    /// For Prometheus.
    func write(to text: inout PrometheusText) {
        let found = entries.withLock { Array($0.values) }
        for (label, group) in Dictionary(grouping: found, by: \.label).sorted(by: { $0.key < $1.key }) {
            let ordered = group.sorted { $0.dimensions.map(\.1).lexicographicallyPrecedes($1.dimensions.map(\.1)) }
            let sums = ordered.map { (labels: $0.dimensions, value: $0.figure.sums.sum) }
            guard group.contains(where: { $0.figure.kind != .count }) else {
                text.add(label, .counter, "Counted by the server.", sums)
                continue
            }
            text.add("\(label)_sum", .counter, "Measured by the server.", sums)
            text.add(
                "\(label)_count", .counter, "Measured by the server.",
                ordered.map { (labels: $0.dimensions, value: Double($0.figure.sums.count)) })
        }
    }
}

/// One figure. It only grows.
private final class Figure: CounterHandler, TimerHandler, RecorderHandler, Sendable {
    enum Kind { case count, seconds, values }

    let kind: Kind
    private let state = Mutex((count: 0, sum: 0.0))

    init(_ kind: Kind) { self.kind = kind }

    var sums: (count: Int, sum: Double) { state.withLock { $0 } }

    private func add(_ value: Double) {
        state.withLock { state in
            state.count += 1
            state.sum += value
        }
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() { state.withLock { $0 = (0, 0) } }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1_000_000_000) }
    func record(_ value: Int64) { add(Double(value)) }
    func record(_ value: Double) { add(value) }
}
