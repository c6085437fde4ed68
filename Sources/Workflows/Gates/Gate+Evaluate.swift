package import JSON

extension Gate {
    /// The metric's name in words: `Test Coverage`.
    package var label: String { MetricName.label(of: metric) }

    /// The requirement as the file has it: `>= 95%`, `true`, `10`.
    package var thresholdText: String { threshold.splicedText }

    /// Holds the gate against a job's result, whose metrics are members of it or of its member `metrics`.
    ///
    /// - Parameter result: `nil`: the job left none, and no metric was reported.
    package func evaluate(_ result: JSONValue?) -> GateOutcome {
        let actual = result.flatMap { $0[metric] ?? $0["metrics"]?[metric] }
        let status: GateOutcome.Status = actual.map { requirement.holds(for: $0) ? .passed : .failed } ?? .missing
        return GateOutcome(
            metric: metric, label: label, threshold: thresholdText, actual: actual.map(Self.shown), status: status)
    }

    /// As a table shows it.
    private static func shown(_ actual: JSONValue) -> String {
        let text = actual == .string("") ? "\"\"" : actual.splicedText
        return text.unicodeScalars.count > 100 ? String(text.prefix(100)) + "…" : text
    }
}

extension Gate.Requirement {
    func holds(for actual: JSONValue) -> Bool {
        switch self {
        case .required:
            switch actual {
            case .null, .bool(false), .string(""), .list([]): false
            case .object(let members): !members.isEmpty
            default: true
            }
        case .isTrue: Self.flag(actual) == true
        case .isFalse: Self.flag(actual) == false
        case .compare(let comparison, let threshold, let unit):
            Metric(actual).map { comparison.holds($0.value(in: unit), threshold) } ?? false
        case .range(let range, let unit):
            Metric(actual).map { range.contains($0.value(in: unit)) } ?? false
        case .text(let text): actual.string == text
        }
    }

    private static func flag(_ actual: JSONValue) -> Bool? {
        switch actual {
        case .bool(let flag): flag
        case .string(let text): text.lowercased() == "true" ? true : text.lowercased() == "false" ? false : nil
        default: nil
        }
    }
}

extension Gate.Comparison {
    func holds(_ actual: Double, _ threshold: Double) -> Bool {
        switch self {
        case .atLeast: actual >= threshold
        case .atMost: actual <= threshold
        case .above: actual > threshold
        case .below: actual < threshold
        case .equal: actual == threshold
        case .different: actual != threshold
        }
    }
}
