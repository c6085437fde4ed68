package import JSON

/// The JSON Schema of workflows, for editors: draft 7, which their plug-ins for YAML know best. It says what each key
/// takes; what needs the whole document (ids, cycles, pools, expressions) is for `weir validate`.
package enum WorkflowSchema {
    /// Which documents it is for.
    package enum Part: String, CaseIterable, Sendable {
        /// Every dialect, chosen by what the document has.
        case all
        case steps, tasks, orchestrator
    }

    static let tables =
        [KeyTable.workflow, KeyTable.step, KeyTable.taskWorkflow, KeyTable.task] + KeyTable.headTables
        + KeyTable.stepTables + KeyTable.configTables + KeyTable.taskTables

    package static func document(_ part: Part) -> JSONValue {
        var definitions = tables.reduce(into: [String: JSONValue]()) { $0[$1.name] = $1.schema }
        definitions["matrix"] = KeyTable.matrixSchema
        definitions["orchestratorList"] = .object(KeyTable.Shape.some(.table("orchestratorTask")).schema)
        definitions["conductorWorkflow"] = conductor
        var document: [String: JSONValue] =
            switch part {
            case .all: any
            case .steps: ["allOf": .list([KeyTable.reference("workflow")])]
            case .tasks: ["allOf": .list([KeyTable.reference("taskWorkflow")])]
            case .orchestrator: orchestrator
            }
        document["$schema"] = .string("http://json-schema.org/draft-07/schema#")
        document["title"] = .string("Weir workflow")
        document["definitions"] = .object(definitions)
        return .object(document)
    }

    private static var orchestrator: [String: JSONValue] {
        choice(
            if: ["type": .string("array")], then: KeyTable.reference("orchestratorList"),
            else: KeyTable.reference("orchestratorWorkflow"))
    }

    /// A list, else by what the entries of `tasks` have, else the dialect with `steps`.
    private static var any: [String: JSONValue] {
        let byEntries = choice(
            if: entry(with: "taskReferenceName"), then: KeyTable.reference("conductorWorkflow"),
            else: .object(
                choice(
                    if: entry(with: "task"), then: KeyTable.reference("orchestratorWorkflow"),
                    else: KeyTable.reference("taskWorkflow"))))
        return choice(
            if: ["type": .string("array")], then: KeyTable.reference("orchestratorList"),
            else: .object(
                choice(
                    if: ["required": .list([.string("tasks")])], then: .object(byEntries),
                    else: KeyTable.reference("workflow"))))
    }

    private static func choice(if: [String: JSONValue], then: JSONValue, else: JSONValue) -> [String: JSONValue] {
        ["if": .object(`if`), "then": then, "else": `else`]
    }

    /// That some entry of `tasks` has the key.
    private static func entry(with key: String) -> [String: JSONValue] {
        let entry: JSONValue = .object(["type": .string("object"), "required": .list([.string(key)])])
        let tasks: JSONValue = .object(["type": .string("array"), "contains": entry])
        return ["properties": .object(["tasks": tasks])]
    }

    /// Conductor's definitions have many members that only Conductor knows: those that Weir reads are checked.
    private static var conductor: JSONValue {
        let task: JSONValue = .object([
            "type": .string("object"),
            "required": .list(["name", "taskReferenceName"].map { .string($0) }),
            "properties": .object([
                "name": .object(["type": .string("string")]),
                "taskReferenceName": .object(["type": .string("string"), "minLength": .integer(1)]),
                "type": .object(["type": .string("string")]),
                "inputParameters": .object(["type": .string("object")]),
                "optional": .object(["type": .string("boolean")]),
            ]),
        ])
        return .object([
            "type": .string("object"), "description": .string("A workflow definition of Conductor."),
            "required": .list([.string("tasks")]),
            "properties": .object([
                "name": .object(["type": .string("string")]),
                "tasks": .object(["type": .string("array"), "minItems": .integer(1), "items": task]),
            ]),
        ])
    }
}
