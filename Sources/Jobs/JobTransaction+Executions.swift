package import SQLite

/// Executions of Conductor's workflows. What follows from a change is decided by the caller, in the same transaction.
extension JobTransaction {
    private static let insertExecutionSQL: SQL = """
        INSERT INTO executions(id, run_id, workflow, version, status, is_parallel, is_flat, definition, input,
                               variables, task_to_domain, correlation_id, idempotency_key, priority, parent_task_id, created_at,
                               updated_at, deadline)
        VALUES (:id, :run_id, :workflow, :version, 'RUNNING', :is_parallel, :is_flat, :definition, :input, :variables,
                :task_to_domain, :correlation_id, :idempotency_key, :priority, :parent_task_id, :now, :now, :deadline)
        """

    /// Stores an execution and its run, which has no jobs yet.
    package func start(_ spec: ExecutionSpec, directory: String) throws -> Execution {
        let run = try startRun(
            of: spec.workflow, version: spec.version, definition: spec.definition, input: spec.input,
            directory: directory)
        do {
            try connection.execute(
                Self.insertExecutionSQL, spec.id, run, spec.workflow, spec.version, spec.isParallel, spec.isFlat,
                spec.definition, spec.input, spec.variables, spec.taskToDomain, spec.correlationID, spec.idempotencyKey,
                spec.priority,
                spec.parentTask, now, spec.deadline)
        } catch  where error.isConstraint {
            throw JobStoreError.invalid("another execution has this id or this idempotency key")
        }
        guard let execution = try execution(spec.id) else {
            throw JobStoreError.invalid("the execution could not be stored")
        }
        return execution
    }

    /// A run that is decided step by step: it begins at once and without jobs.
    package func startRun(
        of workflow: String, version: Int, definition: String, input: String, directory: String
    ) throws -> RunID {
        var run = RunSpec(workflow: workflow, directory: directory, jobs: [])
        run.version = "\(version)"
        run.definition = definition
        run.inputs = input
        run.isDecided = true
        let started = try start(run).run
        try runStarted(started)
        return started
    }

    // MARK: Reading

    static let executionSQL: SQL = """
        SELECT number, id, run_id, workflow, version, status, is_parallel, definition, input, output, variables,
               task_to_domain, correlation_id, idempotency_key, priority, reason, failed_tasks, parent_task_id,
               rerun_from, created_at, updated_at, ended_at, retried_at, deadline, is_due, is_flat
        FROM executions
        WHERE id = :id
        """
    static let executionOfNumberSQL: SQL = """
        SELECT number, id, run_id, workflow, version, status, is_parallel, definition, input, output, variables,
               task_to_domain, correlation_id, idempotency_key, priority, reason, failed_tasks, parent_task_id,
               rerun_from, created_at, updated_at, ended_at, retried_at, deadline, is_due, is_flat
        FROM executions
        WHERE number = :number
        """

    /// What `executionSQL` reads.
    package static func execution(_ row: Row) -> Execution {
        func moment(_ column: Int) -> Timestamp? { row.optionalInt(column).map { Timestamp($0) } }
        return Execution(
            number: row.int(0), id: row.text(1), run: RunID(row.int(2)), workflow: row.text(3), version: row.int(4),
            status: ExecutionStatus(rawValue: row.text(5)) ?? .running, isParallel: row.bool(6),
            definition: row.text(7), input: row.text(8), output: row.text(9), variables: row.text(10),
            taskToDomain: row.text(11), correlationID: row.optionalText(12), idempotencyKey: row.optionalText(13),
            priority: row.int(14), reason: row.optionalText(15), failedTasks: row.text(16),
            parentTask: row.optionalText(17), rerunFrom: row.optionalText(18), createdAt: Timestamp(row.int(19)),
            updatedAt: Timestamp(row.int(20)), endedAt: moment(21), retriedAt: moment(22), deadline: moment(23),
            isDue: row.bool(24), isFlat: row.bool(25))
    }

    package func execution(_ id: String) throws -> Execution? {
        try connection.first(Self.executionSQL, id, read: Self.execution)
    }

    package func execution(number: Int) throws -> Execution? {
        try connection.first(Self.executionOfNumberSQL, number, read: Self.execution)
    }

    static let idempotentSQL: SQL = """
        SELECT id
        FROM executions
        WHERE workflow = :workflow AND idempotency_key = :idempotency_key AND idempotency_key IS NOT NULL
        """

    /// The execution of the workflow that was started with the key.
    package func execution(of workflow: String, idempotencyKey: String) throws -> String? {
        try connection.first(Self.idempotentSQL, workflow, idempotencyKey) { $0.text(0) }
    }

    private static let releaseIdempotencyKeySQL: SQL = "UPDATE executions SET idempotency_key = NULL WHERE id = :id"

    /// The execution's key may be another's.
    package func releaseIdempotencyKey(of id: String) throws {
        try connection.execute(Self.releaseIdempotencyKeySQL, id)
    }

    static let correlatedSQL: SQL = """
        SELECT id
        FROM executions
        WHERE correlation_id = :correlation_id AND correlation_id IS NOT NULL AND workflow = :workflow
          AND (:includes_ended OR ended_at IS NULL)
        ORDER BY number
        """

    package func executions(of workflow: String, correlationID: String, includesEnded: Bool) throws -> [String] {
        try connection.all(Self.correlatedSQL, correlationID, workflow, includesEnded) { $0.text(0) }
    }

    static let runOutcomeSQL: SQL = "SELECT cancel_requested, finished_at IS NOT NULL FROM runs WHERE id = :id"

    /// Whether somebody asked to cancel the execution's run, and whether it has ended.
    package func runOutcome(of execution: Execution) throws -> (isCancelled: Bool, isEnded: Bool) {
        try connection.first(Self.runOutcomeSQL, execution.run) { ($0.bool(0), $0.bool(1)) } ?? (true, true)
    }

    // MARK: Changing

    private static let saveExecutionSQL: SQL = """
        UPDATE executions
        SET run_id = :run_id, version = :version, is_flat = :is_flat, status = :status, definition = :definition, input = :input,
            output = :output, variables = :variables, task_to_domain = :task_to_domain,
            correlation_id = :correlation_id, reason = :reason, failed_tasks = :failed_tasks, rerun_from = :rerun_from,
            created_at = :created_at, updated_at = :now, ended_at = :ended_at, retried_at = :retried_at,
            deadline = :deadline, is_due = :is_due
        WHERE number = :number
        """

    package func save(_ execution: Execution) throws {
        try connection.execute(
            Self.saveExecutionSQL, execution.run, execution.version, execution.isFlat, execution.status,
            execution.definition,
            execution.input, execution.output, execution.variables, execution.taskToDomain, execution.correlationID,
            execution.reason, execution.failedTasks, execution.rerunFrom, execution.createdAt, now, execution.endedAt,
            execution.retriedAt, execution.deadline, execution.isDue, execution.number)
        // Who waits for its end, or watches it, looks.
        alertsRunners = true
    }

    private static let deleteExecutionSQL: SQL = "DELETE FROM executions WHERE number = :number"

    /// Forgets the execution, its tasks and their logs. Its run stays, as history.
    package func delete(_ execution: Execution) throws {
        try connection.execute(Self.deleteExecutionSQL, execution.number)
    }

    private static let openJobsSQL: SQL = "SELECT unfinished FROM runs WHERE id = :id"

    /// How many jobs of the execution's run have not ended.
    package func openJobs(of execution: Execution) throws -> Int {
        try connection.first(Self.openJobsSQL, execution.run) { $0.int(0) } ?? 0
    }

    /// Ends the execution's run. All of its jobs must have ended.
    package func endRun(of execution: Execution, as state: RunState) throws {
        try end(
            execution.run,
            as: RunEnding(state, error: execution.reason, result: state == .succeeded ? execution.output : nil))
    }

    /// Takes the end of the execution's run back, and reopens those of its jobs.
    package func reopenRun(of execution: Execution, jobs: [JobID]) throws {
        guard !jobs.isEmpty else { return try reopen(execution.run, isHandler: false) }
        var reopening = Reopening()
        for job in jobs { reopening.insert(anew: job) }
        _ = try reopen(reopening, in: execution.run)
        try placeJobs()
    }

    // MARK: What is due

    private static let setDueSQL: SQL = "UPDATE executions SET is_due = 1 WHERE run_id = :run_id"

    /// A job of the run has ended, or was taken back, and nobody has decided yet what follows.
    func setExecutionDue(of run: RunID) throws {
        if try connection.execute(Self.setDueSQL, run) > 0 { alertsRunners = true }
    }

    private static let setNumberDueSQL: SQL = "UPDATE executions SET is_due = 1 WHERE number = :number"

    /// Something that the execution waits for has happened.
    package func setExecutionDue(number: Int) throws {
        if try connection.execute(Self.setNumberDueSQL, number) > 0 { alertsRunners = true }
    }

    private static let endWaitsSQL: SQL = """
        UPDATE execution_tasks
        SET wake_at = NULL
        WHERE execution = :execution AND wake_at IS NOT NULL
        """

    /// No task of the execution waits for the clock any more.
    package func endWaits(of execution: Execution) throws {
        try connection.execute(Self.endWaitsSQL, execution.number)
    }

    private static let clearDueSQL: SQL = "UPDATE executions SET is_due = 0 WHERE number = :number"

    /// Nothing follows from what has happened.
    package func clearExecutionDue(number: Int) throws { try connection.execute(Self.clearDueSQL, number) }

    static let dueExecutionsSQL: SQL = """
        SELECT number
        FROM executions
        WHERE is_due = 1 AND number >= :first
        ORDER BY number
        LIMIT :count
        """
    static let lastDueExecutionSQL: SQL = "SELECT max(number) FROM executions WHERE is_due = 1"
    static let expiredExecutionsSQL: SQL = """
        SELECT number
        FROM executions
        WHERE deadline IS NOT NULL AND ended_at IS NULL AND deadline <= :now
        LIMIT :count
        """
    static let wakingTasksSQL: SQL = """
        SELECT DISTINCT execution
        FROM execution_tasks
        WHERE wake_at IS NOT NULL AND ended_at IS NULL AND wake_at <= :now
        LIMIT :count
        """

    /// Executions that somebody has to look at now.
    package func dueExecutions(atMost count: Int = 100) throws -> [Int] {
        var due = try connection.all(Self.dueExecutionsSQL, 0, count) { $0.int(0) }
        if due.count > 1, due.count == count, let first = due.first,
            let last = try connection.first(Self.lastDueExecutionSQL, read: { $0.int(0) })
        {
            // Of more than can be looked at, any: the first ones may be due again and again.
            due = try connection.all(Self.dueExecutionsSQL, Int.random(in: first...last), count) { $0.int(0) }
        }
        var numbers = Set(due)
        numbers.formUnion(try connection.all(Self.expiredExecutionsSQL, now, count) { $0.int(0) })
        numbers.formUnion(try connection.all(Self.wakingTasksSQL, now, count) { $0.int(0) })
        return numbers.sorted()
    }

    static let nextWakeSQL: SQL = """
        SELECT min(wake_at)
        FROM execution_tasks
        WHERE wake_at IS NOT NULL AND ended_at IS NULL
        """
    static let nextExecutionDeadlineSQL: SQL = """
        SELECT min(deadline)
        FROM executions
        WHERE deadline IS NOT NULL AND ended_at IS NULL
        """

    /// When the next execution has to be looked at though nothing happens to it; `nil`: none has to.
    package func nextExecutionWake() throws -> Timestamp? {
        let moments = [
            try connection.first(Self.nextWakeSQL) { $0.optionalInt(0) } ?? nil,
            try connection.first(Self.nextExecutionDeadlineSQL) { $0.optionalInt(0) } ?? nil,
        ]
        return moments.compactMap { $0 }.min().map { Timestamp($0) }
    }
}
