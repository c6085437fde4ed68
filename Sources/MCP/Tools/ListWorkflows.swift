import JSON
import Workflows

/// `list_workflows`
enum ListWorkflows {
    static let tool = Tool(
        name: "list_workflows", title: "List workflows",
        description: "The workflows that execute_conductor_workflow can start, with their tasks and inputs.",
        access: .read, input: Schema([]),
        output: .output(
            [("workflows", .list("In the order of their folders.", of: .object("A workflow.")))],
            required: ["workflows"])
    ) { call in
        let entries = try await call.context.catalogue().entries
        return .object(["workflows": .list(entries.map(\.listing))])
    }
}

extension WorkflowCatalogue.Entry {
    private static let mostSteps = 200

    /// For those who choose.
    var listing: JSONValue {
        var members: [String: JSONValue] = ["name": .string(name), "source": .string(place)]
        let faults = diagnostics.filter { $0.severity == .error }
        if !faults.isEmpty { members["errors"] = .list(faults.prefix(10).map { .string($0.render(file: place)) }) }
        guard let workflow else { return .object(members) }
        members["version"] = .string(workflow.version)
        members["description"] = workflow.description.map { .string($0) }
        members["task_ids"] = .list(taskNumbers.map { .integer($0) })
        members["tasks"] = .list(workflow.steps.prefix(Self.mostSteps).map(Self.task))
        if !workflow.inputs.isEmpty { members["inputs"] = .list(workflow.inputs.map(Self.input)) }
        return .object(members)
    }

    private static func task(_ step: Step) -> JSONValue {
        var members: [String: JSONValue] = [
            "task_id": TaskNumber.value(of: step.id), "name": .string(step.name),
        ]
        if !step.dependencies.isEmpty {
            members["depends_on"] = .list(step.dependencies.map { TaskNumber.value(of: $0.step) })
        }
        if case .agent(let call) = step.action { members["agent"] = .string(call.agent) }
        return .object(members)
    }

    private static func input(_ input: Input) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(input.name), "type": .string(input.kind.rawValue), "required": .bool(input.isRequired),
        ]
        members["description"] = input.description.map { .string($0) }
        members["default"] = input.defaultValue
        if !input.choices.isEmpty { members["choices"] = .list(input.choices) }
        return .object(members)
    }
}
