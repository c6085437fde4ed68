package import JSON
import Jobs

/// What operators do with executions.
extension Orchestra {
    /// Nothing new is made; what is under way goes on, and tasks that are there are handed out. The run is paused with it.
    package func pause(_ id: String) throws {
        var execution = try execution(id)
        guard !execution.status.isEnded else {
            throw ConductorFault(409, "Workflow \(id) is \(execution.status.rawValue), so it cannot be paused")
        }
        _ = try transaction.setPaused(true, run: execution.run)
        execution.status = .paused
        try transaction.save(execution)
    }

    package func resume(_ id: String) throws {
        var execution = try execution(id)
        guard execution.status == .paused else {
            throw ConductorFault(
                409, "The workflow \(id) is not PAUSED so cannot resume. Current status is \(execution.status.rawValue)"
            )
        }
        _ = try transaction.setPaused(false, run: execution.run)
        execution.status = .running
        try decider(execution).decide()
        try settle()
    }

    package func terminate(_ id: String, because reason: String?) throws {
        let execution = try execution(id)
        switch execution.status {
        case .terminated: return
        case .running, .paused: try decider(execution).terminate(because: reason)
        default:
            throw ConductorFault(409, "Workflow \(id) has ended: it is \(execution.status.rawValue)")
        }
        try settle()
    }

    package func retry(_ id: String, resumesChildren: Bool = false) throws {
        let execution = try execution(id)
        guard execution.status.isEnded, execution.status != .completed else {
            throw ConductorFault(
                409, "Workflow \(id) is \(execution.status.rawValue); only what ended without success is retried")
        }
        guard try decider(execution).retry(resumesChildren: resumesChildren) else {
            throw ConductorFault(409, "There are no retryable tasks in the workflow \(id); restart or rerun it instead")
        }
        try reopenParents(of: execution)
        try settle()
    }

    /// Who waited for the execution waits for it again.
    private func reopenParents(of execution: Execution) throws {
        guard let id = execution.parentTask, var task = try transaction.executionTask(id),
            let parent = try transaction.execution(number: task.execution), parent.status.isEnded
        else { return }
        try transaction.reopenRun(of: parent, jobs: [])
        let decider = try decider(parent)
        decider.revive()
        task.status = .inProgress
        task.reason = nil
        try decider.save(task)
        for join in decider.latestTasks
        where join.status == .cancelled && (join.type == "JOIN" || join.type == "DO_WHILE") {
            try decider.reopen(join, resumesChildren: false)
        }
        try decider.decide()
        try reopenParents(of: parent)
    }

    /// Everything anew, under the same id.
    package func restart(_ id: String, usesLatestDefinition: Bool = false) throws {
        var execution = try execution(id)
        guard execution.status.isEnded else {
            throw ConductorFault(409, "Workflow \(id) is \(execution.status.rawValue), so it cannot be restarted")
        }
        if usesLatestDefinition, let stored = try transaction.workflowDefinition(execution.workflow) {
            execution.definition = stored.text
            execution.version = stored.version
        }
        try begin(&execution)
    }

    private func begin(_ execution: inout Execution) throws {
        let definition = try WorkflowDefinition(.stored(execution.definition))
        try transaction.deleteTasks(of: execution, after: 0)
        execution.run = try transaction.startRun(
            of: execution.workflow, version: execution.version, definition: execution.definition,
            input: execution.input, directory: place.directory)
        execution.status = .running
        execution.isFlat = execution.isParallel && definition.isFlat
        execution.output = "{}"
        execution.variables = JSONValue.object(definition.variables).text
        execution.reason = nil
        execution.failedTasks = "[]"
        execution.createdAt = transaction.now
        execution.endedAt = nil
        execution.retriedAt = nil
        execution.isDue = false
        execution.deadline = definition.timeout.map { transaction.now.advanced(by: $0 * 1_000) }
        try decider(execution).decide()
        try settle()
    }

    /// Everything anew with another input, or from one task on (Conductor's RerunWorkflowRequest).
    package func rerun(_ id: String, _ request: JSONValue) throws {
        var execution = try execution(id)
        guard execution.status.isEnded else {
            throw ConductorFault(409, "Workflow \(id) is \(execution.status.rawValue), so it cannot be rerun")
        }
        execution.correlationID = request.text("correlationId") ?? execution.correlationID
        execution.rerunFrom = id
        if let input = request["workflowInput"]?.object { execution.input = JSONValue.object(input).text }
        guard let taskID = request.text("reRunFromTaskId") else { return try begin(&execution) }
        guard let task = try transaction.executionTask(taskID), task.execution == execution.number else {
            throw ConductorFault(400, "Task \(taskID) is no task of the workflow \(id)")
        }
        let input = request["taskInput"]?.object.map { JSONValue.object($0) }
        try decider(execution).rerun(from: task, input: input)
        try reopenParents(of: execution)
        try settle()
    }

    /// Forgets the execution; what is open of it is cancelled.
    package func remove(_ id: String) throws {
        let known = try execution(id)
        if !known.status.isEnded { try terminate(id, because: "the workflow was removed") }
        try transaction.delete(try execution(id))
    }
}
