import JSON
package import Jobs
import SQLite

/// What executions need to know of this process.
package struct OrchestraPlace: Sendable {
    /// Where runs say that they were started.
    package let directory: String
    /// Changes with every boot of the host.
    package let bootID: String

    package init(directory: String, bootID: String) {
        self.directory = directory
        self.bootID = bootID
    }
}

/// Conductor's operations, each within the one transaction of its caller: what follows from a change is decided before
/// the commit.
package struct Orchestra {
    package let transaction: JobTransaction
    let place: OrchestraPlace
    /// Of the execution that starts others within it; `nil`: each that is asked for has a turn of its own.
    private let turn: Turn?

    package init(_ transaction: JobTransaction, place: OrchestraPlace) {
        self.init(transaction, place: place, turn: nil)
    }

    init(_ transaction: JobTransaction, place: OrchestraPlace, turn: Turn?) {
        self.transaction = transaction
        self.place = place
        self.turn = turn
    }

    // MARK: Starting

    /// Executions within executions.
    private static let mostLevels = 20

    /// - Returns: the execution's id; where the idempotency key says so, that of an earlier one.
    /// - Throws: `ConductorFault`.
    package func start(_ request: StartRequest) throws -> String {
        guard (0...99).contains(request.priority) else {
            throw ConductorFault.invalid("priority", "priority: \(request.priority) should be between 0 and 99")
        }
        let definition = try definition(for: request)
        if let key = request.idempotencyKey,
            let known = try transaction.execution(of: definition.name, idempotencyKey: key)
        {
            let isOpen = try transaction.execution(known).map { !$0.status.isEnded } ?? false
            switch request.idempotencyStrategy {
            case "RETURN_EXISTING": return known
            case "FAIL_ON_RUNNING" where !isOpen:
                // The key goes over to the new one, which it protects as it did the old.
                try transaction.releaseIdempotencyKey(of: known)
            default:
                throw ConductorFault(
                    409, "the idempotency key '\(key)' was used for the workflow \(known) already")
            }
        }
        return try start(request, definition)
    }

    private func start(_ request: StartRequest, _ definition: WorkflowDefinition) throws -> String {
        try requireShallow(request.parentTask)
        var spec = ExecutionSpec(
            id: request.id ?? UUIDText.make(), workflow: definition.name, version: definition.version,
            definition: definition.json.text)
        var input = request.input.object ?? [:]
        for (key, value) in definition.inputTemplate where input[key] == nil { input[key] = value }
        spec.input = JSONValue.object(input).text
        spec.isParallel = request.isParallel
        spec.isFlat = request.isParallel && definition.isFlat
        spec.variables = JSONValue.object(definition.variables).text
        spec.taskToDomain = request.taskToDomain.text
        spec.correlationID = request.correlationID
        spec.priority = request.priority
        spec.idempotencyKey = request.idempotencyKey
        spec.parentTask = request.parentTask
        spec.deadline = definition.timeout.map { transaction.now.advanced(by: $0 * 1_000) }
        let execution = try transaction.start(spec, directory: place.directory)
        if turn?.isOver ?? false {
            try transaction.setExecutionDue(number: execution.number)
        } else {
            try decider(execution).decide()
        }
        return execution.id
    }

    private func definition(for request: StartRequest) throws -> WorkflowDefinition {
        if let given = request.definition {
            var members = given.object ?? [:]
            if given.text("name") == nil { members["name"] = .string(request.name) }
            return try WorkflowDefinition(.object(members))
        }
        guard let stored = try transaction.workflowDefinition(request.name, version: request.version) else {
            let version = request.version.map { ", version \($0)" } ?? ""
            throw ConductorFault(404, "No such workflow defined. name=\(request.name)\(version)")
        }
        return try WorkflowDefinition(.stored(stored.text))
    }

    private func requireShallow(_ parent: String?) throws {
        var levels = 0
        var next = parent
        while let id = next, let task = try transaction.executionTask(id) {
            levels += 1
            guard levels < Self.mostLevels else {
                throw ConductorFault(
                    400, "\(Self.mostLevels) workflows within one another is the most; does one start itself?")
            }
            next = try transaction.execution(number: task.execution)?.parentTask
        }
    }

    // MARK: Deciding

    /// Looks at what has become due by looking.
    private static let mostRounds = 20

    /// Looks at every execution to which something has happened. Called at the end of each change, and whenever the
    /// clock or another process gives a reason. What is too much for one transaction stays due.
    package func settle() throws {
        try transaction.endLapsedLeases()
        _ = try transaction.promoteDueJobs()
        let turn = Turn()
        for _ in 0..<Self.mostRounds {
            let due = try transaction.dueExecutions()
            guard !due.isEmpty else { return }
            // Each is the first now and then, so that one that takes whole turns keeps no other from its own.
            let first = Int(transaction.now.rawValue.magnitude % UInt(due.count))
            for number in due[first...] + due[..<first] {
                guard !turn.isOver else { return }
                guard let execution = try transaction.execution(number: number) else { continue }
                do {
                    try transaction.undoing { try decider(execution, turn).decide() }
                } catch let fault as ConductorFault {
                    try giveUp(execution, because: "\(fault)")
                } catch let error as JobStoreError {
                    try giveUp(execution, because: "\(error)")
                } catch let error as SQLiteError where error.isConstraint || error.isTooBig {
                    // What the database refuses of this one says nothing of the others.
                    try giveUp(execution, because: error.message)
                }
            }
        }
    }

    /// One execution that cannot be decided keeps no other from it. It says why, and is looked at again when something
    /// happens to it.
    private func giveUp(_ execution: Execution, because reason: String) throws {
        var execution = execution
        execution.isDue = false
        execution.deadline = nil
        execution.reason = "what follows cannot be decided: \(reason)"
        try transaction.save(execution)
        try transaction.endWaits(of: execution)
    }

    func decider(_ execution: Execution, _ turn: Turn? = nil) throws -> Decider {
        try Decider(execution, transaction: transaction, place: place, turn: turn ?? self.turn ?? Turn())
    }

    /// - Throws: a fault of status 404.
    func execution(_ id: String) throws -> Execution {
        guard let execution = try transaction.execution(id) else {
            throw ConductorFault(404, "No such workflow found by id: \(id)")
        }
        return execution
    }
}
