package import JSON

/// The data of one run as one of its steps sees it.
package protocol ExpressionScope {
    /// The value of `inputs`, `env`, `item`, …; `nil`: there is no such thing here.
    func value(of root: String) throws(ExpressionError) -> JSONValue?

    /// `nil`: there is no such step.
    func step(_ id: String) throws(ExpressionError) -> StepFacts?

    /// The run's value of that name, else that of all; `nil`: there is none.
    func memory(_ name: String) throws(ExpressionError) -> JSONValue?
}

extension ExpressionScope {
    package func memory(_ name: String) throws(ExpressionError) -> JSONValue? { try value(of: "memory")?[name] }
}

/// What is known of a step.
package struct StepFacts: Sendable {
    /// As in SQL: `succeeded`, `failed`, `skipped`, `running`, …
    package var state: String
    package var exitCode: Int?
    package var error: String?
    /// JSON; `nil`: it left none.
    package var result: JSONValue?

    package init(state: String, exitCode: Int? = nil, error: String? = nil, result: JSONValue? = nil) {
        self.state = state
        self.exitCode = exitCode
        self.error = error
        self.result = result
    }
}
