import Engine
import JSON
import Stores
import Workflows

/// `validate_workflow`
enum ValidateWorkflow {
    private static let limit = 1 << 20

    static let tool = Tool(
        name: "validate_workflow", title: "Check a workflow",
        description: """
            Checks a workflow without running it, and tells every fault with its line and column. Give the text of a \
            YAML or JSON document, or the name of a workflow that list_workflows has.
            """,
        access: .read,
        input: Schema([
            ("text", .text("The document.")), ("workflow_name", .text("Instead: a workflow that is there.")),
        ]),
        output: .output(
            [
                ("valid", .flag("Whether it could be run.")),
                ("faults", .list("Errors and warnings, in the order of the text.", of: fault.asProperty)),
                ("workflow", .object("What was understood.")),
            ], required: ["valid", "faults"])
    ) { call in
        let entry = try await entry(call)
        var members: [String: JSONValue] = [
            "valid": .bool(entry.workflow != nil), "faults": .list(entry.diagnostics.map(document)),
        ]
        if entry.workflow != nil { members["workflow"] = entry.listing }
        return .object(members)
    }

    private static let fault = Schema.output(
        [
            ("severity", .text("How bad.", choices: ["error", "warning"])), ("line", .whole("From 1.")),
            ("column", .whole("From 1.")), ("message", .text("What is wrong.")),
        ], required: ["severity", "line", "column", "message"])

    private static func entry(_ call: ToolCall) async throws -> WorkflowCatalogue.Entry {
        let (text, name) = (try call.arguments.text("text"), try call.arguments.text("workflow_name"))
        switch (text, name) {
        case (let text?, nil):
            guard text.utf8.count <= limit else {
                throw ToolFailure("the text has \(text.utf8.count) bytes; \(limit) is the most")
            }
            // Out of the way of others: a hostile text may take a moment.
            return try await call.context.service.aside {
                WorkflowCatalogue.Entry(WorkflowDocument(path: nil, text: text), place: "text")
            }
        case (nil, let name?): return try await call.context.catalogue().workflow(named: name)
        default: throw ToolFailure("give either text or workflow_name")
        }
    }

    private static func document(_ diagnostic: Diagnostic) -> JSONValue {
        .object([
            "severity": .string(diagnostic.severity.rawValue), "line": .integer(diagnostic.line),
            "column": .integer(diagnostic.column), "message": .string(diagnostic.message),
        ])
    }
}
