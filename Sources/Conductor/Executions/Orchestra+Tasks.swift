package import JSON
package import Jobs

/// What workers do.
extension Orchestra {
    /// Hands out tasks of one type, at most `count`.
    package func poll(_ type: RemoteType, worker: String?, count: Int) throws -> [JSONValue] {
        try handOut(type, worker: worker, count: count).map(\.json)
    }

    /// A task that was handed out did not reach its worker: the next one gets it.
    func takeBack(_ item: Delivery.Item) throws {
        guard var task = try transaction.executionTask(item.task), task.leaseToken == item.leaseToken else { return }
        task.pollCount -= 1
        task.updatedAt = transaction.now
        do {
            try transaction.callBackRemote(&task, after: 0)
        } catch JobStoreError.leaseLost {
            // It was ended meanwhile.
            return
        }
        task.status = .scheduled
        if task.pollCount == 0 {
            task.startedAt = nil
            task.worker = nil
            task.wakeAt = try storedDefinition(task.name)?.pollDeadline(from: transaction.now)
        }
        try transaction.save(task)
    }

    // MARK: Definitions

    /// Makes the definition of a task, or takes the place of the one of its name. Its limit of tasks at once holds for
    /// those that wait already.
    package func register(task json: JSONValue) throws {
        let definition = try TaskDefinition(json)
        try transaction.storeTaskDefinition(definition.name, text: json.text)
        try transaction.setMostAtOnce(
            definition.concurrentLimit > 0 ? definition.concurrentLimit : nil, of: definition.name)
    }

    /// - Returns: `false` when there was none.
    func forget(task name: String) throws -> Bool {
        try transaction.setMostAtOnce(nil, of: name)
        return try transaction.deleteTaskDefinition(name)
    }

    // MARK: Handing out

    /// What a worker that asks for tasks can expect.
    enum Outlook: Sendable {
        case nothing, ready
        /// As many were handed out lately as may be; milliseconds until there may be another.
        case later(Int)
    }

    func outlook(_ type: RemoteType) throws -> Outlook {
        guard try hasWork(type) else { return .nothing }
        guard let rate = try storedDefinition(type.name)?.rate else { return .ready }
        return try transaction.wait(for: rate, of: type.name).map { .later($0) } ?? .ready
    }

    private func storedDefinition(_ name: String) throws -> TaskDefinition? {
        try transaction.taskDefinition(name).flatMap { try? TaskDefinition(.stored($0.text)) }
    }

    func handOut(
        _ type: RemoteType, worker: String?, count: Int
    ) throws -> [(json: JSONValue, item: Delivery.Item)] {
        try settle()
        if let worker { try transaction.notePoll(of: type, by: worker) }
        let claimed = try transaction.claimRemote(
            type, count: count, worker: worker, bootID: place.bootID, rate: try storedDefinition(type.name)?.rate)
        var mappings: [Int: TaskJSON] = [:]
        return try claimed.compactMap { task in
            if mappings[task.execution] == nil, let execution = try transaction.execution(number: task.execution) {
                mappings[task.execution] = TaskJSON(execution)
            }
            guard let mapping = mappings[task.execution] else { return nil }
            var task = task
            if task.pollCount == 1 {
                let end = try timeLimit(of: task, inline: mapping.inlineDefinition(of: task)).map {
                    transaction.now.advanced(by: $0)
                }
                if task.wakeAt != end {
                    task.wakeAt = end
                    try transaction.save(task)
                }
            }
            return (mapping.json(task), Delivery.Item(task: task.id, leaseToken: task.leaseToken ?? 0))
        }
    }

    /// Milliseconds from the task's first start.
    ///
    /// - Parameter inline: what the workflow says of the task, where nothing is registered for it.
    private func timeLimit(of task: ExecutionTask, inline: TaskDefinition?) throws -> Int? {
        guard let definition = try storedDefinition(task.name) ?? inline, definition.timeout > 0,
            definition.timeoutPolicy != .alert
        else { return nil }
        return definition.timeout * 1_000
    }

    /// What an update did.
    package struct Update: Sendable {
        package let task: String
        package let type: RemoteType
        /// The task has ended, so that its worker is free.
        package let isEnded: Bool
    }

    /// Takes up what a worker says of a task (Conductor's TaskResult). What comes too late is taken and dropped.
    ///
    /// - Throws: a fault of status 404 when there is no such task.
    package func update(_ result: JSONValue) throws -> Update {
        guard let id = result.text("taskId") else { throw ConductorFault.invalid("taskId", "Task ID cannot be empty") }
        // What an operator or the clock did comes first: it may have ended the task.
        try settle()
        guard let task = try transaction.executionTask(id) else {
            throw ConductorFault(404, "No such task found by id: \(id)")
        }
        let type = RemoteType(task.name, domain: task.domain)
        let isEnded = try update(task, with: result)
        try settle()
        return Update(task: id, type: type, isEnded: isEnded)
    }

    /// - Returns: whether the task has ended by it.
    func update(_ task: ExecutionTask, with result: JSONValue) throws -> Bool {
        guard let status = TaskStatus(rawValue: result.text("status") ?? "IN_PROGRESS") else {
            throw ConductorFault.invalid("status", "'\(result.text("status") ?? "")' is no status of a task")
        }
        if let output = result["outputData"]?.present, output.object == nil {
            throw ConductorFault.invalid("outputData", "must be an object, not \(output.kindName)")
        }
        if let excess = result.excess("callbackAfterSeconds") {
            throw ConductorFault.invalid("callbackAfterSeconds", excess)
        }
        let isBeat = result.flag("extendLease")
        if !isBeat { try addLog(result.elements("logs"), to: task) }
        guard !task.status.isEnded, let execution = try transaction.execution(number: task.execution),
            !execution.status.isEnded
        else { return true }
        var task = task
        guard !isBeat else {
            try transaction.renewRemote(&task)
            return false
        }
        task.worker = result.text("workerId") ?? task.worker
        if let output = result["outputData"]?.object { task.output = JSONValue.object(output).text }
        if let reason = result.text("reasonForIncompletion") { task.reason = String(reason.prefix(4_000)) }
        guard status.isEnded else {
            try goOn(&task, callbackAfter: max(0, result.whole("callbackAfterSeconds") ?? 0))
            return false
        }
        if status == .completed, try completeOneOfMany(task, of: execution) { return true }
        let decider = try decider(execution)
        if task.job == nil {
            task.status = status
            try decider.save(task)
        } else {
            try hold(&task)
            _ = try decider.end(task, as: status, error: status.isSuccess ? nil : task.reason)
        }
        try decider.decide()
        return true
    }

    /// Of tasks that are all out at once, nothing follows from one's end while others are open: of a thousand, none has
    /// to be looked at for it.
    ///
    /// - Returns: `false` when that is not so, and nothing was changed.
    private func completeOneOfMany(_ task: ExecutionTask, of execution: Execution) throws -> Bool {
        guard execution.isFlat, !execution.isDue, execution.status == .running, task.leaseToken != nil,
            task.output.utf8.count <= JobStore.resultLimit, try transaction.openJobs(of: execution) > 1
        else { return false }
        var task = task
        _ = try transaction.finishRemote(&task, as: .succeeded, result: task.output, retryIn: 0)
        task.status = .completed
        task.wakeAt = nil
        task.updatedAt = transaction.now
        task.endedAt = transaction.now
        try transaction.save(task)
        try transaction.clearExecutionDue(number: execution.number)
        return true
    }

    /// A task in progress: one that is worked on is handed out again later, another one stays as it is.
    private func goOn(_ task: inout ExecutionTask, callbackAfter seconds: Int) throws {
        task.callbackAfter = seconds
        task.updatedAt = transaction.now
        if task.leaseToken != nil {
            try transaction.callBackRemote(&task, after: seconds * 1_000)
            task.status = .scheduled
        }
        try transaction.save(task)
    }

    /// A task that nobody polled may be ended by whoever knows its id.
    private func hold(_ task: inout ExecutionTask) throws {
        guard task.leaseToken == nil, let job = task.job else { return }
        task.leaseToken = try transaction.takeRemote(job)
        task.startedAt = task.startedAt ?? transaction.now
    }

    // MARK: Logs

    private func addLog(_ lines: [JSONValue], to task: ExecutionTask) throws {
        let lines = lines.compactMap { line -> JobTransaction.TaskLogLine? in
            guard let text = line["log"]?.present?.splicedText else { return nil }
            // Some workers write seconds.
            let given = line.whole("createdTime") ?? 0
            let time = given <= 0 ? transaction.now.rawValue : given < 100_000_000_000 ? given * 1_000 : given
            return JobTransaction.TaskLogLine(text: text, createdAt: Timestamp(time))
        }
        if !lines.isEmpty { try transaction.add(lines, toLogOf: task) }
    }

    package func log(_ text: String, to id: String) throws {
        try transaction.add(
            [JobTransaction.TaskLogLine(text: text, createdAt: transaction.now)], toLogOf: try task(id))
    }

    func task(_ id: String) throws -> ExecutionTask {
        guard let task = try transaction.executionTask(id) else {
            throw ConductorFault(404, "No such task found by id: \(id)")
        }
        return task
    }

    package func logLines(of id: String) throws -> JSONValue {
        .list(
            try transaction.logLines(of: try task(id)).map {
                .object([
                    "log": .string($0.text), "taskId": .string(id), "createdTime": .integer($0.createdAt.rawValue),
                ])
            })
    }

    package func taskJSON(_ id: String) throws -> JSONValue {
        let task = try task(id)
        guard let execution = try transaction.execution(number: task.execution) else {
            throw ConductorFault(404, "No such task found by id: \(id)")
        }
        return TaskJSON(execution).json(task)
    }

    // MARK: By reference name

    /// Ends, or goes on with, the open task of a reference.
    ///
    /// - Returns: its id; `nil`: there is none that is open.
    package func update(
        reference: String, of workflow: String, status: String, output: JSONValue, worker: String?
    ) throws -> String? {
        let execution = try execution(workflow)
        let open = try transaction.tasks(of: execution).last {
            !$0.status.isEnded && ($0.reference == reference || Decider.plain($0.reference) == reference)
        }
        guard let open else { return nil }
        var merged = JSONValue.stored(open.output).object ?? [:]
        merged.merge(output.object ?? [:]) { $1 }
        var result: [String: JSONValue] = [
            "taskId": .string(open.id), "status": .string(status), "outputData": .object(merged),
        ]
        result.set("workerId", worker)
        return try update(.object(result)).task
    }
}
