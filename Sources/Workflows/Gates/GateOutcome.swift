/// What became of one gate of one attempt.
package struct GateOutcome: Sendable, Hashable {
    package enum Status: String, Sendable { case passed, failed, missing }

    package var metric: String
    /// The metric's name in words.
    package var label: String
    /// As the file has it.
    package var threshold: String
    /// As the job reported it, cut when it is long; `nil`: not reported.
    package var actual: String?
    package var status: Status

    package init(metric: String, label: String, threshold: String, actual: String?, status: Status) {
        self.metric = metric
        self.label = label
        self.threshold = threshold
        self.actual = actual
        self.status = status
    }

    /// For the error of an attempt whose gates are enforced: `test_coverage is 91, not >= 95%`.
    package var fault: String? {
        switch status {
        case .passed: nil
        case .failed: "\(metric) is \(actual ?? "null"), not \(threshold)"
        case .missing: "\(metric) was not reported (\(threshold))"
        }
    }
}

extension [GateOutcome] {
    /// `gates: test_coverage is 91, not >= 95%; documentation was not reported (required)`; `nil`: all passed.
    package var fault: String? {
        let faults = compactMap(\.fault)
        return faults.isEmpty ? nil : "gates: " + faults.joined(separator: "; ")
    }

    /// `passed: 11/12 (91.7%)`; empty for no gates.
    package var summary: String {
        guard !isEmpty else { return "" }
        let passed = count { $0.status == .passed }
        // 100.0% is said of nothing less.
        let tenths = passed == count ? 1000 : Swift.min(999, (passed * 1000 + count / 2) / count)
        return "passed: \(passed)/\(count) (\(tenths / 10).\(tenths % 10)%)"
    }
}
