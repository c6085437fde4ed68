import JSON
import Jobs

/// How executions end, and begin again.
extension Decider {
    /// Ends the execution: what is open is cancelled, its run ends, and whoever waits for it is due.
    func close(_ end: WorkflowEnd) throws {
        guard !execution.status.isEnded else { return }
        execution.status = end.status
        execution.reason = end.reason
        execution.endedAt = now
        execution.deadline = nil
        try cancelOpenTasks(because: end.reason ?? "the workflow ended")
        let failed = latestTasks.filter { $0.status.isEnded && !$0.status.isSuccess && $0.status != .cancelled }
        execution.failedTasks = JSONValue.list(failed.map { .string($0.reference) }).text
        execution.output = storedOutput(end.output)
        try endRun()
        if let parent = execution.parentTask, let task = try transaction.executionTask(parent) {
            try transaction.setExecutionDue(number: task.execution)
        }
        if execution.status != .completed { try startFailureWorkflow() }
    }

    /// Ends the run, unless a runner has to stop a job of it first.
    func endRun() throws {
        guard try transaction.openJobs(of: execution) == 0 else { return }
        let state: RunState =
            switch execution.status {
            case .completed: .succeeded
            case .terminated: .cancelled
            default: .failed
            }
        try transaction.endRun(of: execution, as: state)
    }

    private func cancelOpenTasks(because reason: String) throws {
        for task in latestTasks where !task.status.isEnded {
            if let job = task.job { _ = try transaction.cancel(job, because: reason) }
            if let child = task.child, let execution = try transaction.execution(child), !execution.status.isEnded {
                try Decider(execution, transaction: transaction, place: place, turn: turn).terminate(because: reason)
            }
            var ended = task
            ended.status = .cancelled
            ended.reason = ended.reason ?? reason
            ended.leaseToken = nil
            ended.leaseUntil = nil
            ended.wakeAt = nil
            try save(ended)
        }
    }

    /// An output that is too large lets the execution fail: nobody could take it for what was asked for.
    private func storedOutput(_ given: JSONValue?) -> String {
        if let text = (given ?? output())?.text(atMost: JobStore.resultLimit) { return text }
        if execution.status == .completed {
            execution.status = .failed
            execution.reason = "the workflow's output is larger than \(JobStore.resultLimit) bytes"
        }
        return "{}"
    }

    /// What the definition says, else what the last task left; `nil`: it is too large.
    private func output() -> JSONValue? {
        guard definition.outputs.isEmpty else {
            let substitution = substitution(LoopPlace())
            let output = substitution.resolve(definition.outputs)
            return substitution.isTooLarge ? nil : .object(output)
        }
        if execution.isParallel {
            return .object(Self.within(JobStore.resultLimit, latestTasks.map { ($0.reference, $0.output) }))
        }
        guard let last = definition.tasks.last else { return .object([:]) }
        let row = last.kind == .choice ? tasks.last : latestTask(last.reference) ?? tasks.last
        return row.map { .stored($0.output) } ?? .object([:])
    }

    /// The outputs of many tasks by their references. What is beyond `limit` bytes stays with its task only.
    static func within(_ limit: Int, _ outputs: [(reference: String, output: String)]) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var left = limit - 2
        for (reference, output) in outputs where members[reference] == nil {
            // Quotes, colon and comma.
            let size = reference.utf8.count + output.utf8.count + 4
            guard size <= left else { continue }
            left -= size
            members[reference] = .stored(output)
        }
        return members
    }

    func terminate(because reason: String?) throws {
        try close(WorkflowEnd(.terminated, reason: reason))
        execution.isDue = false
        try transaction.save(execution)
    }

    /// Another workflow that is told which one has failed.
    private func startFailureWorkflow() throws {
        guard let name = definition.json.text("failureWorkflow"), execution.parentTask == nil else { return }
        var request = StartRequest(name: substitution(LoopPlace()).resolve(name).splicedText)
        var input = JSONValue.stored(execution.input).object ?? [:]
        input["workflowId"] = .string(execution.id)
        input["reason"] = .string(execution.reason ?? "")
        input["failureStatus"] = .string(execution.status.rawValue)
        if let failed = latestTasks.first(where: { $0.status.isEnded && !$0.status.isSuccess }) {
            input["failureTaskId"] = .string(failed.id)
        }
        request.input = .object(input)
        request.correlationID = execution.correlationID
        var output = JSONValue.stored(execution.output).object ?? [:]
        do {
            let id = try transaction.undoing { try Orchestra(transaction, place: place, turn: turn).start(request) }
            output["conductor.failure_workflow"] = .string(id)
        } catch let fault as ConductorFault {
            output["conductor.failure_workflow"] = .string("\(name) could not be started: \(fault)")
        }
        execution.output = JSONValue.object(output).text
    }

    // MARK: Beginning again

    /// What failed begins again, each with a new attempt; what succeeded stays.
    ///
    /// - Returns: `false` when there is nothing to try again.
    func retry(resumesChildren: Bool) throws -> Bool {
        let failed = latestTasks.filter { $0.status.isEnded && !$0.status.isSuccess }
        guard !failed.isEmpty else { return false }
        try transaction.reopenRun(of: execution, jobs: failed.compactMap(\.job))
        revive()
        execution.retriedAt = now
        execution.deadline = definition.timeout.map { now.advanced(by: $0 * 1_000) }
        for task in failed { try reopen(task, resumesChildren: resumesChildren) }
        try decide()
        return true
    }

    func reopen(_ task: ExecutionTask, resumesChildren: Bool) throws {
        var task = task
        if task.type == "JOIN" || task.type == "DO_WHILE" {
            task.status = .inProgress
            task.reason = nil
            return try save(task)
        }
        if resumesChildren, let child = task.child, let execution = try transaction.execution(child),
            execution.status.isEnded
        {
            task.status = .inProgress
            task.reason = nil
            try save(task)
            _ = try Decider(execution, transaction: transaction, place: place, turn: turn).retry(resumesChildren: true)
            return
        }
        try scheduleAgain(task)
    }

    /// Begins again with the task: those that were made after it go.
    func rerun(from task: ExecutionTask, input: JSONValue?) throws {
        let jobs = latestTasks.filter {
            $0.position < task.position && $0.status.isEnded && !$0.status.isSuccess
        }
        try transaction.reopenRun(of: execution, jobs: jobs.compactMap(\.job) + [task.job].compactMap { $0 })
        revive()
        execution.retriedAt = now
        try forget(after: task.job == nil ? task.position - 1 : task.position)
        if let job = task.job {
            var again = task
            again.status = .scheduled
            again.input = input?.text ?? task.input
            again.output = "{}"
            again.reason = nil
            again.startedAt = nil
            again.scheduledAt = now
            again.worker = nil
            again.pollCount = 0
            again.isRetried = false
            try transaction.setData(again.input, of: job)
            try save(again)
        }
        for earlier in jobs { try reopen(earlier, resumesChildren: false) }
        try decide()
    }
}
