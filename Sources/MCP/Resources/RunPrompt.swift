import JSON

/// A prompt that shows how to run tasks and to watch them.
enum RunPrompt {
    private static let name = "run_and_watch"

    static let listing: JSONValue = .object([
        "name": .string(name), "title": .string("Run tasks and watch them"),
        "description": .string("Starts tasks or a workflow, shows how far each task is, and sums up at the end."),
        "arguments": .list([
            .object([
                "name": .string("task_ids"), "description": .string("Numbers of tasks, such as 4, 5, 6, 7."),
                "required": .bool(false),
            ]),
            .object([
                "name": .string("workflow_name"), "description": .string("A workflow's name."),
                "required": .bool(false),
            ]),
        ]),
    ])

    /// - Throws: `ProtocolError` for a prompt that is not there, and for arguments that are no texts.
    static func get(_ members: [String: JSONValue]) throws -> JSONValue {
        guard case .string(let wanted)? = members["name"] else {
            throw ProtocolError.badParameters("prompts/get needs 'name'")
        }
        guard wanted == name else {
            throw ProtocolError.badParameters("there is no prompt '\(wanted.prefix(100))'; there is \(name)")
        }
        guard case .object(let arguments) = members["arguments"] ?? .object([:]) else {
            throw ProtocolError.badParameters("arguments must be an object")
        }
        let (tasks, workflow) = (try text("task_ids", in: arguments), try text("workflow_name", in: arguments))
        return .object([
            "description": .string("Run tasks and watch them"),
            "messages": .list([
                .object([
                    "role": .string("user"),
                    "content": .object([
                        "type": .string("text"), "text": .string(request(tasks: tasks, workflow: workflow)),
                    ]),
                ])
            ]),
        ])
    }

    private static func text(_ name: String, in arguments: [String: JSONValue]) throws -> String? {
        guard let value = arguments[name] else { return nil }
        guard case .string(let text) = value else {
            throw ProtocolError.badParameters("the argument '\(name)' must be a text, not \(value.kindName)")
        }
        return text.isEmpty ? nil : text
    }

    private static func request(tasks: String?, workflow: String?) -> String {
        let what: String =
            switch (tasks, workflow) {
            case (let tasks?, let workflow?): "Execute the tasks \(tasks) of the workflow '\(workflow)' in parallel"
            case (let tasks?, nil): "Execute the tasks \(tasks) in parallel"
            case (nil, let workflow?): "Execute the workflow '\(workflow)'"
            case (nil, nil): "Call list_workflows, ask me which workflow or tasks to run, and execute them"
            }
        return """
            \(what): call execute_conductor_workflow and tell me the workflow_execution_id. Then call \
            get_conductor_workflow_status every 5 seconds, and each time show me one line with the percent of every \
            task, such as: t=30s  Task 4: 35% | Task 5: 28%. Tell me at once when a task completes, with its duration, or \
            fails, with its reason. When is_over is true, show me summary.text and the results of the tasks. If a task \
            failed, offer to retry it.
            """
    }
}
