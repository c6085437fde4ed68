/// Figures as Prometheus reads them.
struct PrometheusText {
    enum Kind: String { case gauge, counter, histogram, summary }

    private(set) var text = ""

    /// - Parameter samples: labels, and a value; none leaves the figure out.
    mutating func add(
        _ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        guard !samples.isEmpty else { return }
        begin(name, kind, help)
        for sample in samples { line(name, sample.labels, sample.value) }
    }

    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        add(name, kind, help, [([], value)])
    }

    /// A histogram; its series have names that begin with `name`.
    mutating func add(_ name: String, _ help: String, _ samples: [(labels: [(String, String)], counts: BucketCounts)]) {
        guard !samples.isEmpty else { return }
        begin(name, .histogram, help)
        for (labels, counts) in samples {
            for (bound, count) in counts.upTo {
                line(
                    "\(name)_bucket", labels + [("le", bound == .infinity ? "+Inf" : Self.number(bound))], Double(count)
                )
            }
            line("\(name)_sum", labels, counts.sum)
            line("\(name)_count", labels, Double(counts.count))
        }
    }

    mutating func add(_ name: String, _ help: String, _ counts: BucketCounts) { add(name, help, [([], counts)]) }

    /// What has a sum and a number of values, and nothing on their sizes.
    mutating func add(_ name: String, _ help: String, sum: Double, count: Int) {
        begin(name, .summary, help)
        line("\(name)_sum", [], sum)
        line("\(name)_count", [], Double(count))
    }

    private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        text += "\(name)\(Self.labels(labels)) \(Self.number(value))\n"
    }

    private static func labels(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
