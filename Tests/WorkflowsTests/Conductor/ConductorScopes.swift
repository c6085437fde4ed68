import JSON
import Workflows

/// A run's data for expressions, given outright.
struct GivenScope: ExpressionScope {
    var roots: [String: JSONValue] = [:]
    var steps: [String: StepFacts] = [:]

    func value(of root: String) throws(ExpressionError) -> JSONValue? { roots[root] }
    func step(_ id: String) throws(ExpressionError) -> StepFacts? { steps[id] }
}

/// A definition of one task behind another, with the JSON of the second.
func conductor(_ task: String) -> String {
    """
    {"name": "flow", "tasks": [
      {"name": "first", "taskReferenceName": "first", "type": "SIMPLE", "inputParameters": {"p": "${workflow.input.x}"}},
      \(task)
    ]}
    """
}
