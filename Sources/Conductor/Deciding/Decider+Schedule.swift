import Engine
import JSON
import Jobs

/// How tasks are made.
extension Decider {
    /// Bytes of all inputs and outputs of an execution, with which another task is made.
    private static let mostSize = 256 << 20

    /// Makes the row of a task, and what belongs to it.
    ///
    /// - Parameter earlier: the attempt that this one follows.
    func schedule(_ task: WorkflowTask, _ place: LoopPlace, after earlier: ExecutionTask? = nil) throws {
        let substitution = substitution(place)
        let inputs = substitution.resolve(task.inputs)
        guard !substitution.isTooLarge else {
            return try insertFailed(
                task, [:], place, "the input is larger than \(Substitution.mostBytes) bytes once its values are in it")
        }
        guard size < Self.mostSize else {
            return try insertFailed(
                task, [:], place, "the tasks before it have more than \(Self.mostSize) bytes of inputs and outputs")
        }
        switch task.kind {
        case .simple: try scheduleWork(task, named: task.name, inputs, place, after: earlier)
        case .dynamic:
            let name = task.json.text("dynamicTaskNameParam").flatMap { inputs[$0]?.string } ?? ""
            guard !name.isEmpty else {
                return try insertFailed(task, inputs, place, "the input with the task's name has none")
            }
            try scheduleWork(task, named: name, inputs, place, after: earlier)
        case .http: try scheduleRequest(task, inputs, place, after: earlier)
        case .wait: try scheduleWait(task, inputs, place)
        case .choice: try scheduleChoice(task, inputs, place)
        case .set:
            var variables = JSONValue.stored(execution.variables).object ?? [:]
            variables.merge(inputs) { $1 }
            guard JSONValue.object(variables).text(atMost: JobStore.resultLimit) != nil else {
                return try insertFailed(
                    task, [:], place, "the workflow's variables are larger than \(JobStore.resultLimit) bytes")
            }
            setVariables(variables)
            try insert(row(task, .completed, .object(inputs), place))
        case .dynamicFork: try scheduleDynamicFork(task, inputs, place)
        case .subWorkflow: try scheduleChild(task, inputs, place)
        case .join: try insert(row(task, .inProgress, .object(joinInput(of: task, place)), place))
        case .loop:
            var row = row(task, .inProgress, .object(inputs), place)
            row.iteration = 1
            try insert(row)
        case .human: try insert(row(task, .inProgress, .object(inputs), place))
        case .fork, .terminate, .noop: try insert(row(task, .completed, .object(inputs), place))
        }
    }

    func row(
        _ task: WorkflowTask, named name: String? = nil, _ status: TaskStatus, _ input: JSONValue, _ place: LoopPlace
    ) -> ExecutionTask {
        var row = ExecutionTask(
            id: UUIDText.make(), execution: execution.number, reference: task.reference + place.suffix,
            type: task.kind == .dynamic ? name ?? task.name : task.taskType, name: name ?? task.name, status: status,
            input: input.text, at: now)
        row.iteration = place.iteration
        if definition.byReference[task.reference] == nil { row.definition = task.json.text }
        if status != .scheduled { row.startedAt = now }
        return row
    }

    func insertFailed(
        _ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace, _ reason: String
    ) throws {
        var row = row(task, task.isOptional ? .completedWithErrors : .failedForGood, .object(inputs), place)
        row.reason = reason
        try insert(row)
    }

    private func joinInput(of task: WorkflowTask, _ place: LoopPlace) -> [String: JSONValue] {
        var input: [String: JSONValue] = ["joinOn": .list(task.joinOn.map { .string($0) })]
        // The fork before it is the row before its branches, unless it was skipped ahead of its turn.
        let before = predecessor(of: task.reference, in: definition.tasks).flatMap { $0 }
        let known = before.flatMap { latestTask($0.reference + place.suffix) }.flatMap { $0.type == "FORK" ? $0 : nil }
        let fork = known ?? tasks.last { $0.type == "FORK" && endsLike($0.reference, place) }
        guard let fork else { return input }
        if let dynamic = JSONValue.stored(fork.input)["forkedTasks"]?.list {
            input["joinOn"] = .list(dynamic)
        } else if task.joinOn.isEmpty, let names = workflowTask(of: fork)?.branches.compactMap(\.last) {
            input["joinOn"] = .list(names.map { .string($0.reference) })
        }
        input["fork"] = .string(fork.reference)
        return input
    }

    /// What stands before a task in its list, which may be nothing; `nil`: the task is not there. Depth is bounded by the
    /// reader.
    private func predecessor(of reference: String, in list: [WorkflowTask]) -> WorkflowTask?? {
        for (position, task) in list.enumerated() {
            if task.reference == reference { return .some(position > 0 ? list[position - 1] : nil) }
            for inner in task.branches + task.cases.values + [task.defaultCase, task.rounds] {
                if let found = predecessor(of: reference, in: inner) { return found }
            }
        }
        return nil
    }

    private func endsLike(_ reference: String, _ place: LoopPlace) -> Bool {
        place.suffix.isEmpty ? true : reference.hasSuffix(place.suffix)
    }

    // MARK: Work

    func taskDefinition(_ name: String, _ task: WorkflowTask) throws -> TaskDefinition {
        if let stored = try transaction.taskDefinition(name) {
            return (try? TaskDefinition(.stored(stored.text))) ?? TaskDefinition(name: name)
        }
        return TaskDefinition(inlineOf: task.json, name: name) ?? TaskDefinition(name: name)
    }

    /// The task's input, with what its definition gives where nothing else does.
    private func input(_ inputs: [String: JSONValue], _ definition: TaskDefinition) -> JSONValue {
        var inputs = inputs
        for (key, value) in definition.inputTemplate where inputs[key] == nil || inputs[key] == .null {
            inputs[key] = value
        }
        return .object(inputs)
    }

    private func scheduleWork(
        _ task: WorkflowTask, named name: String, _ inputs: [String: JSONValue], _ place: LoopPlace,
        after earlier: ExecutionTask?
    ) throws {
        let definition = try taskDefinition(name, task)
        var row = row(task, named: name, .scheduled, input(inputs, definition), place)
        row.domain = try domain(for: name)
        row.responseTimeout = definition.responseTimeout
        row.startDelay = task.startDelay
        follow(earlier, &row)
        row.retryDelay = definition.retryDelay(after: row.retryCount)
        if let job = earlier?.job {
            try transaction.setData(row.input, of: job)
            row.job = job
            row.wakeAt = definition.pollDeadline(from: try transaction.dueTime(of: job) ?? now)
            return try insert(row)
        }
        var job = JobTransaction.RemoteJob(
            type: RemoteType(name, domain: row.domain), reference: row.reference, data: row.input)
        job.retries = max(0, task.json.whole("retryCount") ?? definition.retryCount)
        job.priority = execution.priority
        job.isOptional = task.isOptional
        if task.startDelay > 0 { job.runAt = now.advanced(by: task.startDelay * 1_000) }
        row.wakeAt = definition.pollDeadline(from: job.runAt ?? now)
        if definition.concurrentLimit > 0 { job.mostAtOnce = definition.concurrentLimit }
        do {
            row.job = try transaction.undoing { try transaction.add(job, to: execution) }
        } catch let error as JobStoreError {
            return try insertFailed(task, [:], place, "the task cannot be stored: \(error)")
        }
        try insert(row)
    }

    /// A job that any runner takes which makes requests.
    private func scheduleRequest(
        _ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace, after earlier: ExecutionTask?
    ) throws {
        var row = row(task, .scheduled, .object(inputs), place)
        follow(earlier, &row)
        do {
            let request = try HTTPInput(inputs)
            let spec = RequestJob.spec(
                request.call, key: row.reference, name: task.name, timeout: request.timeout,
                retries: max(0, task.json.whole("retryCount") ?? 0))
            row.job = try transaction.undoing { try transaction.add(spec, to: execution) }
            try insert(row)
        } catch let fault as ConductorFault {
            try insertFailed(task, inputs, place, fault.message)
        } catch let error as JobStoreError {
            try insertFailed(task, inputs, place, "the task cannot be stored: \(error)")
        }
    }

    private func follow(_ earlier: ExecutionTask?, _ row: inout ExecutionTask) {
        guard let earlier else { return }
        row.retryCount = earlier.retryCount + 1
        row.retriedTask = earlier.id
        row.domain = earlier.domain
    }

    /// Of the domains that the start named for the task, the first that was asked for lately, else the last.
    private func domain(for name: String) throws -> String? {
        let domains = JSONValue.stored(execution.taskToDomain)
        guard let list = domains.text(name) ?? domains.text("*") else { return nil }
        let names = list.split(separator: ",").map { String($0.drop { $0 == " " }) }
        func domain(_ name: String) -> String? { name == "NO_DOMAIN" ? nil : name }
        guard names.count > 1 else { return names.first.flatMap(domain) }
        let polls = try transaction.polls(of: name).filter { now.rawValue - $0.at.rawValue < 20_000 }
        let polled = names.first { wanted in polls.contains { $0.type.domain == domain(wanted) } }
        return domain(polled ?? names[names.count - 1])
    }

    /// The attempt that follows one that ended, at a job that is under way again.
    func scheduleAgain(_ earlier: ExecutionTask) throws {
        var old = earlier
        old.isRetried = true
        try save(old)
        guard let task = workflowTask(of: earlier) else { return }
        let suffix = String(earlier.reference.dropFirst(task.reference.count))
        try schedule(task, LoopPlace(suffix: suffix, iteration: earlier.iteration), after: old)
    }

    // MARK: Tasks that do no work

    private func scheduleWait(_ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace) throws {
        var row = row(task, .inProgress, .object(inputs), place)
        if let text = inputs["duration"]?.present?.splicedText {
            guard let length = WaitTime.milliseconds(text) else {
                return try insertFailed(
                    task, inputs, place, "'\(text)' is no duration; write '2s' or '1 hour 30 minutes'")
            }
            row.wakeAt = now.advanced(by: length)
        } else if let text = (inputs["until"] ?? inputs["wait_until"])?.present?.splicedText {
            guard let moment = WaitTime.moment(text) else {
                return try insertFailed(task, inputs, place, "'\(text)' is no time; write '2030-01-31 08:00 GMT'")
            }
            row.wakeAt = Timestamp(moment)
        }
        try insert(row)
    }

    private func scheduleChoice(_ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace) throws {
        let name = task.json.text("expression") ?? task.json.text("caseValueParam") ?? ""
        let selected = inputs[name]?.present?.splicedText ?? "null"
        var row = row(task, .completed, .object(inputs), place)
        row.output =
            JSONValue.object([
                "evaluationResult": .list([.string(selected)]), "selectedCase": .string(selected),
            ]).text
        try insert(row)
    }

    /// Its branches are tasks that come as data.
    private func scheduleDynamicFork(_ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace) throws {
        let entries = task.json.text("dynamicForkTasksParam").flatMap { inputs[$0]?.list } ?? []
        let given = task.json.text("dynamicForkTasksInputParamName").flatMap { inputs[$0]?.object } ?? [:]
        var reader = WorkflowTaskReader()
        let forked = entries.map { entry -> JSONValue in
            var members = entry.object ?? [:]
            guard let reference = entry.text("taskReferenceName") else { return entry }
            members["inputParameters"] = given[reference] ?? members["inputParameters"] ?? .object([:])
            return .object(members)
        }
        let read = reader.tasks(.list(forked), path: "tasks")
        guard reader.errors.isEmpty, read.allSatisfy({ definition.byReference[$0.reference] == nil }) else {
            let reason = reader.errors.first.map { "\($0.path): \($0.message)" } ?? "a reference name is taken"
            return try insertFailed(task, inputs, place, "the tasks to fork cannot be used: \(reason)")
        }
        var input = inputs
        input["forkedTaskDefs"] = .list(forked)
        input["forkedTasks"] = .list(read.map { .string($0.reference) })
        try insert(row(task, .completed, .object(input), place))
    }

    func dynamicBranches(of row: ExecutionTask) throws -> [WorkflowTask] {
        var reader = WorkflowTaskReader()
        return reader.tasks(JSONValue.stored(row.input)["forkedTaskDefs"], path: "tasks")
    }

    private func scheduleChild(_ task: WorkflowTask, _ inputs: [String: JSONValue], _ place: LoopPlace) throws {
        let parameters = substitution(place).resolve(task.json["subWorkflowParam"] ?? .null)
        var row = row(task, .inProgress, .object(inputs), place)
        var request = StartRequest(name: parameters.text("name") ?? "")
        request.version = parameters.whole("version").flatMap { $0 > 0 ? $0 : nil }
        request.definition = parameters["workflowDefinition"]?.object.map { .object($0) }
        request.input = .object(inputs)
        request.correlationID = execution.correlationID
        request.priority = execution.priority
        request.taskToDomain = parameters["taskToDomain"]?.present ?? .stored(execution.taskToDomain)
        request.parentTask = row.id
        row.child = UUIDText.make()
        request.id = row.child
        try insert(row)
        do {
            _ = try transaction.undoing { try Orchestra(transaction, place: self.place, turn: turn).start(request) }
        } catch let fault as ConductorFault {
            row = latestTask(row.reference) ?? row
            row.status = task.isOptional ? .completedWithErrors : .failedForGood
            row.reason = "the workflow cannot be started: \(fault)"
            row.child = nil
            try save(row)
        }
    }
}
