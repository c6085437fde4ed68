import JSON
import Jobs

/// Decides what an execution does next, from its definition and its tasks, within one transaction.
///
/// It walks the definition from its start. A task that has no row yet is made, and what it makes complete at once is
/// walked past; the walk ends where something has to be waited for. So nothing beside the rows says how far an
/// execution is.
final class Decider {
    let transaction: JobTransaction
    let place: OrchestraPlace
    let turn: Turn
    let definition: WorkflowDefinition
    var execution: Execution
    private(set) var tasks: [ExecutionTask]
    /// Positions in `tasks` of the latest attempts, by reference names; of those in loops also without their rounds.
    private var latest: [String: Int] = [:]
    private var latestOfAnyRound: [String: Int] = [:]
    /// Positions in `tasks` by numbers.
    private var indexes: [Int: Int] = [:]
    /// Bytes of all inputs and outputs.
    private(set) var size = 0
    /// Rounds of loops that may begin before others have their turn: the more, the more there was to read for them.
    var roundsLeft: Int
    /// Something happened elsewhere that the rows do not tell yet.
    private let isBehind: Bool
    /// Forks all of whose branches have ended, by reference.
    var endedForks: Set<String> = []
    /// There is more to decide, after others.
    var goesOnLater = false
    private var cachedWorkflow: JSONValue?

    var now: Timestamp { transaction.now }

    init(_ execution: Execution, transaction: JobTransaction, place: OrchestraPlace, turn: Turn) throws {
        self.transaction = transaction
        self.place = place
        self.turn = turn
        self.execution = execution
        isBehind = execution.isDue
        definition = try WorkflowDefinition(.stored(execution.definition))
        tasks = try transaction.tasks(of: execution)
        roundsLeft = max(50, tasks.count / 20)
        for index in tasks.indices { note(index) }
    }

    // MARK: Rows

    private func note(_ index: Int) {
        let reference = tasks[index].reference
        latest[reference] = index
        indexes[tasks[index].number] = index
        size += tasks[index].input.utf8.count + tasks[index].output.utf8.count
        let plain = Self.plain(reference)
        if plain != reference { latestOfAnyRound[plain] = index }
    }

    /// A reference without its rounds.
    static func plain(_ reference: String) -> String {
        var rest = Substring(reference)
        while true {
            let digits = rest.reversed().prefix { $0.isNumber }.count
            let name = rest.dropLast(digits)
            guard digits > 0, name.hasSuffix("__"), name.count > 2 else { return String(rest) }
            rest = name.dropLast(2)
        }
    }

    func latestTask(_ reference: String) -> ExecutionTask? { latest[reference].map { tasks[$0] } }

    /// The latest attempts, in their order.
    var latestTasks: [ExecutionTask] { latest.values.sorted().map { tasks[$0] } }

    func insert(_ task: ExecutionTask) throws {
        var task = task
        task.position = (tasks.last?.position ?? 0) + 1
        if task.status.isEnded { task.endedAt = task.endedAt ?? now }
        try transaction.insert(&task)
        turn.note(rowOf: task.input.utf8.count + task.output.utf8.count)
        tasks.append(task)
        note(tasks.count - 1)
    }

    func save(_ task: ExecutionTask) throws {
        var task = task
        task.updatedAt = now
        if task.status.isEnded { task.endedAt = task.endedAt ?? now } else { task.endedAt = nil }
        try transaction.save(task)
        if let index = indexes[task.number] { tasks[index] = task }
    }

    func forget(after position: Int) throws {
        try transaction.deleteTasks(of: execution, after: position)
        tasks.removeAll { $0.position > position }
        latest = [:]
        latestOfAnyRound = [:]
        indexes = [:]
        size = 0
        for index in tasks.indices { note(index) }
    }

    /// The definition of the task that a row is an attempt at.
    func workflowTask(of task: ExecutionTask) -> WorkflowTask? {
        if let text = task.definition {
            var reader = WorkflowTaskReader()
            return reader.tasks(.list([.stored(text)]), path: "task").first
        }
        return definition.byReference[task.reference] ?? definition.byReference[Self.plain(task.reference)]
    }

    // MARK: Deciding

    /// Makes everything that can be made now, and stores the execution.
    func decide() throws {
        do throws(Ending) {
            if isBehind { try catchUp() }
            try lookAtClock()
            if execution.status == .running { try goOn() }
        } catch .ended(let end) {
            try close(end)
        } catch .failed(let error) {
            throw error
        }
        turn.note(lookAt: tasks.count)
        execution.isDue = goesOnLater && !execution.status.isEnded
        try transaction.save(execution)
    }

    private func goOn() throws(Ending) {
        if execution.isParallel { return try goOnInParallel() }
        guard try walk(definition.tasks, LoopPlace()) else { return }
        throw .ended(WorkflowEnd(.completed))
    }

    /// All at once that wait for nothing but the order of the list; whichever fails, the others go on. What waits for
    /// one that failed does not begin.
    private func goOnInParallel() throws(Ending) {
        let waits = execution.isFlat ? [] : LooseOrder(definition.tasks).waits
        // Whether each has ended; well, if it is `true`.
        var ends: [Bool?] = []
        var failed: ExecutionTask?
        for (position, task) in definition.tasks.enumerated() {
            let before = waits.isEmpty ? [] : waits[position].map { ends[$0] }
            guard before.allSatisfy({ $0 == true }) else {
                ends.append(before.contains(nil) ? nil : false)
                continue
            }
            do throws(Ending) {
                let next = position + 1 < definition.tasks.count ? definition.tasks[position + 1] : nil
                ends.append(try step(task, LoopPlace(), isJoined: next?.kind == .join) ? true : nil)
            } catch .ended(let end) where end.task != nil {
                failed = failed ?? end.task
                ends.append(false)
            }
        }
        guard !ends.contains(nil) else { return }
        throw .ended(failed.map { WorkflowEnd(failing: $0) } ?? WorkflowEnd(.completed))
    }

    // MARK: Values

    /// What `workflow` is in expressions.
    private var workflowValue: JSONValue {
        if let cachedWorkflow { return cachedWorkflow }
        var members: [String: JSONValue] = [
            "input": .stored(execution.input), "output": .stored(execution.output),
            "variables": .stored(execution.variables), "status": .string(execution.status.rawValue),
            "workflowId": .string(execution.id), "workflowType": .string(execution.workflow),
            "version": .integer(execution.version), "schemaVersion": .integer(2),
            "createTime": .integer(execution.createdAt.rawValue),
        ]
        members.set("correlationId", execution.correlationID)
        members.set("parentWorkflowTaskId", execution.parentTask)
        members.set("reasonForIncompletion", execution.reason)
        if let parent = execution.parentTask, let task = try? transaction.executionTask(parent),
            let above = try? transaction.execution(number: task.execution)
        {
            members["parentWorkflowId"] = .string(above.id)
        }
        let value = JSONValue.object(members)
        cachedWorkflow = value
        return value
    }

    /// The execution's variables have changed.
    func setVariables(_ variables: [String: JSONValue]) {
        execution.variables = JSONValue.object(variables).text
        cachedWorkflow = nil
    }

    /// What a task's reference is in expressions.
    func value(of task: ExecutionTask) -> JSONValue {
        var members: [String: JSONValue] = [
            "input": .stored(task.input), "output": .stored(task.output), "status": .string(task.status.rawValue),
            "taskId": .string(task.id), "taskType": .string(task.type), "taskDefName": .string(task.name),
            "retryCount": .integer(task.retryCount), "pollCount": .integer(task.pollCount),
            "iteration": .integer(task.iteration), "referenceTaskName": .string(task.reference),
            "scheduledTime": .integer(task.scheduledAt.rawValue),
            "startTime": .integer(task.startedAt?.rawValue ?? 0), "endTime": .integer(task.endedAt?.rawValue ?? 0),
        ]
        members.set("workerId", task.worker)
        members.set("reasonForIncompletion", task.reason)
        return .object(members)
    }

    func substitution(_ place: LoopPlace) -> Substitution {
        var known: [String: JSONValue] = [:]
        return Substitution { [unowned self] root in
            if root == "workflow" { return self.workflowValue }
            if let value = known[root] { return value }
            let index =
                self.latest[root + place.suffix] ?? self.latest[root] ?? self.latestOfAnyRound[root]
            known[root] = index.map { self.value(of: self.tasks[$0]) }
            return known[root]
        }
    }
}

/// Where in loops a task is.
struct LoopPlace {
    /// What its reference has behind its name.
    var suffix = ""
    var iteration = 0

    func round(_ number: Int) -> LoopPlace { LoopPlace(suffix: "\(suffix)__\(number)", iteration: number) }
}

/// Why a walk ended before its end.
enum Ending: Error {
    case ended(WorkflowEnd)
    case failed(any Error)
}

/// How an execution ends.
struct WorkflowEnd {
    let status: ExecutionStatus
    var reason: String?
    /// In the place of what the definition says.
    var output: JSONValue?
    /// The task that failed.
    var task: ExecutionTask?

    init(_ status: ExecutionStatus, reason: String? = nil, output: JSONValue? = nil) {
        self.status = status
        self.reason = reason
        self.output = output
    }

    init(failing task: ExecutionTask) {
        self.task = task
        status =
            switch task.status {
            case .timedOut: .timedOut
            case .cancelled: .terminated
            default: .failed
            }
        reason =
            "Task \(task.id) failed with status: \(task.status.rawValue) and reason: '\(task.reason ?? "")'"
    }
}

/// Runs what throws anything within what throws endings.
func passing<Result>(_ body: () throws -> Result) throws(Ending) -> Result {
    do {
        return try body()
    } catch let ending as Ending {
        throw ending
    } catch {
        throw .failed(error)
    }
}
