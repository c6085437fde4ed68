/// One row of `gate_results`.
package struct GateResult: Sendable, Hashable {
    package enum Status: String, Sendable { case passed, failed, missing }

    package var metric: String
    /// The metric's name in words.
    package var label: String
    package var threshold: String
    /// `nil`: not reported.
    package var actual: String?
    package var status: Status

    package init(metric: String, label: String, threshold: String, actual: String?, status: Status) {
        self.metric = metric
        self.label = label
        self.threshold = threshold
        self.actual = actual
        self.status = status
    }
}
