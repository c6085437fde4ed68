import Workflows

/// The faults of a text as a user reads them, a line each.
func faults(_ text: String) -> String {
    WorkflowParser.parse(text, defaultName: "flow").diagnostics.map { $0.render(file: "flow.yaml") }
        .joined(separator: "\n")
}

/// The workflow that a text without errors gives.
func workflow(_ text: String) throws -> Workflow {
    let parsed = WorkflowParser.parse(text, defaultName: "flow")
    guard let workflow = parsed.workflow else { throw UnexpectedFaults(text: faults(text)) }
    return workflow
}

struct UnexpectedFaults: Error {
    let text: String
}
