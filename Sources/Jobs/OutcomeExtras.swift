/// What the end of an attempt brings besides its result.
package struct OutcomeExtras: Sendable {
    /// How the metrics in the result compare with what was asked of them.
    package var gates: [GateResult] = []
    /// JSON by name: variables of the run that change.
    package var variables: [String: String] = [:]
    /// A success is kept under this key of the workflow and the step.
    package var cacheKey: String?
    /// The result was kept from an earlier run; nothing was executed.
    package var isCached = false
    /// The run ends here.
    package var runEnd: RunEnding?

    package init() {}
}

/// How a step, or a judge, ends a run.
package struct RunEnding: Sendable, Equatable {
    /// Succeeded, failed or cancelled.
    package var state: RunState
    package var error: String?
    /// JSON.
    package var result: String?

    package init(_ state: RunState, error: String? = nil, result: String? = nil) {
        self.state = state
        self.error = error
        self.result = result
    }
}
