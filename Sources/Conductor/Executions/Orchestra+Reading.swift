package import JSON
package import Jobs

/// What clients ask of executions. These change nothing, so they may run on a snapshot.
extension Orchestra {
    package func workflow(_ id: String, withTasks: Bool = true) throws -> JSONValue {
        let execution = try execution(id)
        return try json(execution).json(tasks: withTasks ? try transaction.tasks(of: execution) : nil)
    }

    private func json(_ execution: Execution) throws -> WorkflowJSON {
        var json = WorkflowJSON(execution: execution)
        if let parent = execution.parentTask, let task = try transaction.executionTask(parent) {
            json.parent = try transaction.execution(number: task.execution)?.id
        }
        return json
    }

    package func status(_ id: String, withOutput: Bool, withVariables: Bool) throws -> JSONValue {
        let execution = try execution(id)
        var members: [String: JSONValue] = [
            "workflowId": .string(id), "status": .string(execution.status.rawValue),
        ]
        members.set("correlationId", execution.correlationID)
        if withOutput { members["output"] = .stored(execution.output) }
        if withVariables { members["variables"] = .stored(execution.variables) }
        return .object(members)
    }

    /// The tasks of an execution, a page of them.
    package func tasks(of id: String, status: Set<String>, start: Int, count: Int) throws -> JSONValue {
        let execution = try execution(id)
        let mapping = TaskJSON(execution)
        let all = try transaction.tasks(of: execution).filter { status.isEmpty || status.contains($0.status.rawValue) }
        let page = all.dropFirst(max(0, start)).prefix(max(0, count))
        return .object(["totalHits": .integer(all.count), "results": .list(page.map(mapping.json))])
    }

    /// What an execution that somebody waits for is like; `nil`: there is nothing yet that is waited for.
    ///
    /// - Parameters:
    ///   - references: ended, one of these is enough.
    ///   - isLast: whatever it is like now.
    package func run(_ id: String, request: String, until references: [String], isLast: Bool) throws -> JSONValue? {
        let execution = try execution(id)
        let tasks = try transaction.tasks(of: execution)
        let isReached =
            execution.status.isEnded || execution.status == .paused
            || tasks.contains { references.contains($0.reference) && $0.status.isEnded }
            || tasks.contains { $0.type == "WAIT" && !$0.status.isEnded }
        guard isReached || isLast else { return nil }
        return WorkflowJSON(execution: execution).run(tasks: tasks, request: request)
    }

    package func correlated(_ workflow: String, ids: [String], includesEnded: Bool, withTasks: Bool) throws -> JSONValue
    {
        var found: [String: JSONValue] = [:]
        for id in ids {
            let executions = try transaction.executions(
                of: workflow, correlationID: id, includesEnded: includesEnded)
            found[id] = .list(try executions.map { try self.workflow($0, withTasks: withTasks) })
        }
        return .object(found)
    }

    // MARK: Queues

    package func queueSizes(_ names: [String]?) throws -> JSONValue {
        var sizes: [String: Int] = [:]
        for (type, count) in try transaction.remoteQueueSizes() {
            // 'external:name', and behind a line break the domain.
            let name = type.dropFirst("external:".count).split(separator: "\n", omittingEmptySubsequences: false).first
            sizes[name.map(String.init) ?? "", default: 0] += count
        }
        guard let names else { return .object(sizes.mapValues { .integer($0) }) }
        return .object(Dictionary(names.map { ($0, .integer(sizes[$0] ?? 0)) }) { first, _ in first })
    }

    package func pollData(_ name: String) throws -> JSONValue {
        .list(
            try transaction.polls(of: name).map { poll in
                var members: [String: JSONValue] = [
                    "queueName": .string(name), "workerId": .string(poll.worker),
                    "lastPollTime": .integer(poll.at.rawValue),
                ]
                members.set("domain", poll.type.domain)
                return .object(members)
            })
    }

    /// Whether a worker that asks would get something.
    package func hasWork(_ type: RemoteType) throws -> Bool { try transaction.hasRemoteWork(type) }

    /// Whether something waits to be decided, and milliseconds until the clock gives the next reason.
    package func agenda() throws -> (isDue: Bool, next: Int?) {
        if try !transaction.dueExecutions(atMost: 1).isEmpty { return (true, 0) }
        let boottime = transaction.boottime
        var waits: [Int] = []
        if let lapse = try transaction.nextLapse() { waits.append(lapse - boottime) }
        if let wake = try transaction.nextExecutionWake() { waits.append(wake.rawValue - transaction.now.rawValue) }
        if let due = try transaction.nextDue() { waits.append(due.rawValue - transaction.now.rawValue) }
        let next = waits.min()
        return (next.map { $0 <= 0 } ?? false, next)
    }
}
