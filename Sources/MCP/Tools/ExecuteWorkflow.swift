import Engine
import Jobs
import JSON
import Stores
import Workflows

/// `execute_conductor_workflow`
enum ExecuteWorkflow {
    static let tool = Tool(
        name: "execute_conductor_workflow", title: "Execute a workflow",
        description: """
            Starts a run of a workflow and answers at once with its workflow_execution_id; then call \
            get_conductor_workflow_status every 5 seconds until is_over is true. Say what to run by workflow_name, or \
            by task_ids, the numbers of tasks of the known workflows (see list_workflows), or both: only these tasks of \
            that workflow. Tasks without dependencies run at the same time. The run is stored and survives the end of \
            this server.
            """,
        access: .execute, isOpenWorld: true, input: input, output: ExecutionSchema.started
    ) { call in try await run(call) }

    private static let input = Schema([
        ("workflow_name", .text("A workflow's name, as list_workflows has it.")),
        ("workflow_id", .text("The same as workflow_name.")),
        (
            "task_ids",
            .list(
                "The tasks' numbers, such as [4, 5, 6, 7], of one workflow or several. Dependencies among them are kept.",
                of: .whole("A task's number."), atLeast: 1)
        ),
        (
            "parallel",
            .flag(
                """
                All that wait for nothing at the same time, whatever the workflow says; the order of a list of \
                Conductor's is nothing.
                """)
        ),
        ("sequential", .flag("One after the other; task_ids in the order given.")),
        ("parameters", .object("The workflow's inputs.")),
        ("parallel_limit", .whole("At most so many tasks at a time.", from: 1, to: 1_000)),
        (
            "wait_for_completion",
            .flag("Answer only when the run is over, with its status, and report progress until then. Default: false.")
        ),
    ])

    private static func run(_ call: ToolCall) async throws -> JSONValue {
        let order = try Order(call.arguments)
        let catalogue = try await call.context.catalogue()
        let run = try await start(try order.parts(in: catalogue), order, call.context)
        let note = try await Workforce.ensure(for: call.context, of: run)
        if order.waits { return try await RunWait(run: run, call: call).end() }
        let status = try await call.context.service.inspect { store in
            var status = try ExecutionStatus.read(run, from: store, withResults: false)
            status.note = note
            return status
        }
        return status.started
    }

    private static func start(
        _ parts: [WorkflowCatalogue.Part], _ order: Order, _ context: ToolContext
    ) async throws -> RunChoice {
        let stored = parts.compactMap(\.entry.definition)
        guard let first = stored.first else {
            let spec = try await context.service.aside {
                try RunOrder(order: order, parts: parts, context: context).spec()
            }
            return .run(try await context.service.write { try $0.start(spec).run })
        }
        guard stored.count == parts.count else {
            let places = parts.map { "task \($0.tasks?.first ?? 0) is in \($0.entry.place)" }
            throw ToolFailure(
                "workflow files and registered definitions cannot be one run: \(places.joined(separator: ", ")); "
                    + "start each by a call of its own")
        }
        guard let definitions = context.definitions else {
            throw ToolFailure("'\(first.name)' is a registered definition, and this server starts files only")
        }
        let chosen = try DefinitionOrder(order: order, definitions: stored).chosen()
        return .execution(
            try await context.service.write { transaction in
                try definitions.start(
                    chosen, input: order.parameters, isParallel: order.isParallel ?? false, in: transaction)
            })
    }

    /// What was asked for, checked.
    struct Order {
        let name: String?
        let tasks: [Int]?
        let isParallel: Bool?
        let parameters: [String: JSONValue]
        let limit: Int?
        let waits: Bool

        init(_ arguments: ToolArguments) throws {
            let (name, id) = (try arguments.text("workflow_name"), try arguments.text("workflow_id"))
            tasks = try arguments.wholes("task_ids")
            if let name, let id, name != id {
                throw ToolFailure("workflow_name is '\(name)' and workflow_id is '\(id)'; give one of them")
            }
            self.name = name ?? id
            guard self.name != nil || tasks != nil else {
                throw ToolFailure("give workflow_name, or task_ids such as [4, 5, 6, 7]; list_workflows shows both")
            }
            if let tasks, Set(tasks).count < tasks.count { throw ToolFailure("task_ids names a task twice") }
            let parallel = try arguments.flag("parallel") ?? false
            let sequential = try arguments.flag("sequential") ?? false
            guard !(parallel && sequential) else {
                throw ToolFailure("parallel and sequential exclude each other; give one of them")
            }
            isParallel = parallel ? true : sequential ? false : nil
            parameters = try arguments.object("parameters") ?? [:]
            limit = try arguments.whole("parallel_limit", in: 1...1_000)
            waits = try arguments.flag("wait_for_completion") ?? false
        }

        func parts(in catalogue: WorkflowCatalogue) throws -> [WorkflowCatalogue.Part] {
            if let name { return [WorkflowCatalogue.Part(entry: try catalogue.workflow(named: name), tasks: tasks)] }
            return try catalogue.parts(withTasks: tasks ?? [])
        }
    }
}

extension ExecutionStatus {
    /// What is told of a run that was started just now.
    var started: JSONValue {
        var members = document(withDetails: false).object ?? [:]
        for name in ["progress", "progress_detail", "completed_at", "elapsed_seconds", "summary"] {
            members[name] = nil
        }
        return .object(members)
    }
}
