import JSON
import Jobs

/// What happened elsewhere: operators, other processes, and the clock.
extension Decider {
    /// Takes up what became of jobs without this API: cancelled or retried by an operator, taken back from a worker that
    /// was silent.
    func catchUp() throws(Ending) {
        let run = try passing { try transaction.runOutcome(of: execution) }
        if run.isCancelled, !execution.status.isEnded {
            throw .ended(WorkflowEnd(.terminated, reason: "its run was cancelled"))
        }
        let wasEnded = execution.status.isEnded
        for task in latestTasks {
            guard let job = task.job else { continue }
            try passing { try catchUp(task, with: try transaction.conclusion(of: job)) }
        }
        // What a runner had to stop first has stopped.
        if execution.status.isEnded, !run.isEnded { try passing { try endRun() } }
        if wasEnded, !execution.status.isEnded { try passing { try reopenCancelled() } }
    }

    /// With the job that an operator took back comes what was cancelled because of it.
    private func reopenCancelled() throws {
        let cancelled = latestTasks.filter { $0.status == .cancelled }
        let jobs = cancelled.compactMap(\.job)
        if !jobs.isEmpty { try transaction.reopenRun(of: execution, jobs: jobs) }
        for task in cancelled { try reopen(task, resumesChildren: false) }
    }

    private func catchUp(_ task: ExecutionTask, with job: JobConclusion) throws {
        var task = task
        switch (task.status.isEnded, job.state) {
        case (true, .ready), (true, .scheduled), (true, .blocked):
            // An operator took the job back, and its run with it.
            revive()
            try scheduleAgain(task)
        case (false, .ready), (false, .scheduled), (false, .blocked):
            // What runners execute they try again by themselves.
            guard task.status == .inProgress, task.type != "HTTP" else { return }
            task.status = .timedOut
            task.reason = job.error
            try save(task)
            try scheduleAgain(task)
        case (false, .running) where task.status == .scheduled:
            task.status = .inProgress
            task.startedAt = now
            try save(task)
        case (false, .cancelled), (false, .skipped):
            task.status = .cancelled
            task.reason = job.error
            try save(task)
        case (false, .failed):
            let isSilent = try transaction.stateOfLastAttempt(at: job.job) == .timedOut
            task.status = isOptional(task) ? .completedWithErrors : isSilent ? .timedOut : .failed
            task.reason = job.error
            try save(task)
        case (false, .succeeded):
            task.status = .completed
            let result = job.result.map { JSONValue.stored($0) } ?? .object([:])
            task.output =
                (task.type == "HTTP" || result.object == nil
                ? JSONValue.object([task.type == "HTTP" ? "response" : "result": result]) : result).text
            try save(task)
        default: break
        }
    }

    private func isOptional(_ task: ExecutionTask) -> Bool { workflowTask(of: task)?.isOptional ?? false }

    /// It goes on after its end.
    func revive() {
        guard execution.status.isEnded else { return }
        execution.status = .running
        execution.endedAt = nil
        execution.reason = nil
        execution.failedTasks = "[]"
    }

    // MARK: The clock

    func lookAtClock() throws(Ending) {
        guard !execution.status.isEnded else { return }
        if let deadline = execution.deadline, deadline <= now {
            let seconds = definition.timeout ?? 0
            throw .ended(WorkflowEnd(.timedOut, reason: "Workflow timed out after \(seconds) seconds."))
        }
        for task in latestTasks where !task.status.isEnded && task.wakeAt.map({ $0 <= now }) ?? false {
            if task.type == "WAIT" {
                var ended = task
                ended.status = .completed
                try passing { [ended] in try save(ended) }
            } else {
                try timeOut(task)
            }
        }
    }

    /// A task has taken longer than its timeoutSeconds, whatever its worker says, or nobody has asked for it within
    /// pollTimeoutSeconds.
    private func timeOut(_ task: ExecutionTask) throws(Ending) {
        let definition = try passing {
            try workflowTask(of: task).map { try taskDefinition(task.name, $0) } ?? TaskDefinition(name: task.name)
        }
        var task = task
        task.wakeAt = nil
        let isUnasked = task.startedAt == nil
        let seconds = isUnasked ? definition.pollTimeout : definition.timeout
        guard definition.timeoutPolicy != .alert, seconds > 0, try passing({ try hold(&task) }) else {
            try passing { [task] in try save(task) }
            return
        }
        let reason =
            (isUnasked ? "No worker asked for the task within" : "Task timed out after")
            + " \(seconds) seconds. Timeout policy configured is \(definition.timeoutPolicy.rawValue)"
        task.reason = reason
        let isFinal = definition.timeoutPolicy == .endWorkflow
        task = try passing { [task] in try end(task, as: .timedOut, error: reason, isFinal: isFinal) }
        guard isFinal else { return }
        var ending = WorkflowEnd(.timedOut, reason: reason)
        ending.task = task
        throw .ended(ending)
    }

    /// Takes a task that no worker has at the moment, to end it.
    ///
    /// - Returns: `false` when it cannot be taken: something else ends it.
    private func hold(_ task: inout ExecutionTask) throws -> Bool {
        guard task.leaseToken == nil else { return true }
        guard let job = task.job else { return false }
        do {
            task.leaseToken = try transaction.takeRemote(job)
            return true
        } catch JobStoreError.leaseLost {
            return false
        }
    }

    /// Ends the attempt that a worker has: another one follows, or none.
    ///
    /// - Returns: the task as it is stored.
    func end(
        _ task: ExecutionTask, as status: TaskStatus, error: String?, isFinal: Bool = false
    ) throws -> ExecutionTask {
        var task = task
        let state: AttemptState =
            switch status {
            case .completed, .completedWithErrors, .skipped: .succeeded
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            default: .failed
            }
        let jobState = try transaction.finishRemote(
            &task, as: state, result: state == .succeeded ? task.output : nil, error: error,
            isFinal: isFinal || status == .failedForGood, retryIn: task.retryDelay)
        task.status = status
        task.wakeAt = nil
        if jobState == .failed, status == .completed {
            task.status = .failedForGood
            task.reason = "the output is larger than \(JobStore.resultLimit) bytes"
        }
        if jobState == .failed, isOptional(task) { task.status = .completedWithErrors }
        try save(task)
        if jobState == .scheduled || jobState == .ready {
            _ = try transaction.promoteDueJobs()
            try scheduleAgain(task)
        }
        return task
    }
}
