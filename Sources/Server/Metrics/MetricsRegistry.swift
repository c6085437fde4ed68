package import CoreMetrics
import Synchronization

/// What swift-metrics is told in this process, kept for the next scrape: counters, and histograms of lengths.
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
        figure(label, dimensions, .seconds)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}

    /// For Prometheus.
    func write(to text: inout PrometheusText) {
        let found = entries.withLock { Array($0.values) }
        for (label, group) in Dictionary(grouping: found, by: \.label).sorted(by: { $0.key < $1.key }) {
            let ordered = group.sorted { $0.dimensions.map(\.1).lexicographicallyPrecedes($1.dimensions.map(\.1)) }
            if group.contains(where: { $0.figure.kind == .seconds }) {
                text.add(label, "Measured by the server.", ordered.map { ($0.dimensions, $0.figure.counts) })
            } else {
                text.add(
                    label, .counter, "Counted by the server.", ordered.map { ($0.dimensions, $0.figure.counts.sum) })
            }
        }
    }
}

/// One figure. It only grows.
private final class Figure: CounterHandler, TimerHandler, RecorderHandler, Sendable {
    enum Kind { case count, seconds }

    let kind: Kind
    private let state: Mutex<BucketCounts>

    init(_ kind: Kind) {
        self.kind = kind
        state = Mutex(BucketCounts(bounds: kind == .seconds ? BucketCounts.requestBounds : []))
    }

    var counts: BucketCounts { state.withLock { $0 } }

    private func add(_ value: Double) { state.withLock { $0.add(value) } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() { state.withLock { $0 = BucketCounts(bounds: $0.bounds) } }
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1_000_000_000) }
    func record(_ value: Int64) { add(Double(value)) }
    func record(_ value: Double) { add(value) }
}
