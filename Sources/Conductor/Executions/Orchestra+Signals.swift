package import JSON
import Jobs

/// What comes from outside to where a workflow stands: tasks to pass over, and signals to tasks that wait for one.
extension Orchestra {
    // MARK: Skipping

    /// A task that has not begun is not executed; what follows goes on as if it had succeeded.
    ///
    /// - Parameter request: Conductor's SkipTaskRequest, `taskInput` and `taskOutput`, which the row of the task has.
    package func skip(_ reference: String, of id: String, _ request: JSONValue) throws {
        let execution = try execution(id)
        guard !execution.status.isEnded else {
            throw ConductorFault(
                409, "Workflow \(id) is \(execution.status.rawValue), so no task of it can be skipped")
        }
        let decider = try decider(execution)
        guard let task = decider.task(of: reference) else {
            throw ConductorFault(
                404, "The task referenced by \(reference) does not exist in the workflow \(execution.workflow)")
        }
        if decider.isWithinLoop(task), reference == task.reference {
            throw ConductorFault(
                409, "The task \(reference) is in a loop; name the round as well, as in \(reference)__2")
        }
        guard decider.latestTask(reference) == nil else {
            throw ConductorFault(409, "The task referenced by \(reference) has begun, so it cannot be skipped")
        }
        let suffix = String(reference.dropFirst(task.reference.count))
        var row = decider.row(
            task, .skipped, .object(request.members("taskInput")), LoopPlace(suffix: suffix, iteration: 0))
        row.output = JSONValue.object(request.members("taskOutput")).text
        try decider.insert(row)
        try decider.decide()
        try settle()
    }

    // MARK: Signals

    /// What the answer to a signal shows.
    package enum SignalView: String, Sendable, CaseIterable {
        case target = "TARGET_WORKFLOW"
        case workflow = "BLOCKING_WORKFLOW"
        case task = "BLOCKING_TASK"
        case taskInput = "BLOCKING_TASK_INPUT"
    }

    /// Ends, or goes on with, the first task that waits for a word from outside (WAIT, HUMAN), also in a workflow
    /// within this one.
    ///
    /// - Throws: a fault of status 404 when none waits.
    package func signal(_ id: String, status: String, output: JSONValue) throws {
        guard let waiting = try waitingTask(of: try execution(id)) else {
            throw ConductorFault(404, "No task of the workflow \(id) waits for a signal")
        }
        var merged = JSONValue.stored(waiting.output).object ?? [:]
        merged.merge(output.object ?? [:]) { $1 }
        _ = try update(
            .object([
                "taskId": .string(waiting.id), "status": .string(status), "outputData": .object(merged),
            ]))
    }

    /// What the workflow is like after a signal (Conductor's SignalResponse). Without a task that waits, it is shown
    /// itself.
    package func signalAnswer(_ id: String, _ view: SignalView, request: String) throws -> JSONValue {
        let target = try execution(id)
        var members: [String: JSONValue] = [
            "targetWorkflowId": .string(id), "targetWorkflowStatus": .string(target.status.rawValue),
        ]
        let waiting = view == .target ? nil : try waitingTask(of: target)
        let execution = try waiting.flatMap { try transaction.execution(number: $0.execution) } ?? target
        if view == .task || view == .taskInput, let waiting {
            members.merge(TaskJSON(execution).json(waiting).object ?? [:]) { first, _ in first }
            members["workflowId"] = .string(execution.id)
        } else {
            let tasks = try transaction.tasks(of: execution)
            let run = WorkflowJSON(execution: execution).run(tasks: tasks, request: request)
            members.merge(run.object ?? [:]) { first, _ in first }
        }
        members["requestId"] = .string(request)
        members["responseType"] = .string((waiting == nil ? .target : view).rawValue)
        return .object(members)
    }

    /// The first that is open; children are looked at where they were started. They are at most 20 deep.
    private func waitingTask(of execution: Execution) throws -> ExecutionTask? {
        guard !execution.status.isEnded else { return nil }
        for task in try transaction.tasks(of: execution) where !task.status.isEnded {
            if task.type == "WAIT" || task.type == "HUMAN" { return task }
            if let child = task.child, let inner = try transaction.execution(child),
                let found = try waitingTask(of: inner)
            {
                return found
            }
        }
        return nil
    }
}

extension Decider {
    /// The task of the definition that a reference is an attempt at.
    func task(of reference: String) -> WorkflowTask? {
        definition.byReference[reference] ?? definition.byReference[Self.plain(reference)]
    }

    func isWithinLoop(_ task: WorkflowTask) -> Bool {
        definition.byReference.values.contains { loop in
            loop.kind == .loop && loop.rounds.flatMap(\.all).contains { $0.reference == task.reference }
        }
    }
}
