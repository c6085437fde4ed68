import SQLite

/// The tasks of executions: one row for each attempt.
extension JobTransaction {
    private static let insertTaskSQL: SQL = """
        INSERT INTO execution_tasks(id, execution, position, job_id, reference, type, name, status, input, output,
                                    iteration, retry_count, retried_task_id, domain, child_id, definition,
                                    start_delay_s, response_timeout_s, retry_ms, scheduled_at, started_at, updated_at,
                                    ended_at, wake_at)
        VALUES (:id, :execution, :position, :job_id, :reference, :type, :name, :status, :input, :output,
                :iteration, :retry_count, :retried_task_id, :domain, :child_id, :definition,
                :start_delay_s, :response_timeout_s, :retry_ms, :scheduled_at, :started_at, :updated_at,
                :ended_at, :wake_at)
        RETURNING number
        """

    /// Stores a new task and gives it its number.
    package func insert(_ task: inout ExecutionTask) throws {
        let number = try connection.first(
            Self.insertTaskSQL, task.id, task.execution, task.position, task.job, task.reference, task.type, task.name,
            task.status, task.input, task.output, task.iteration, task.retryCount, task.retriedTask, task.domain,
            task.child, task.definition, task.startDelay, task.responseTimeout, task.retryDelay, task.scheduledAt,
            task.startedAt, task.updatedAt, task.endedAt, task.wakeAt
        ) { $0.int(0) }
        guard let number else { throw JobStoreError.invalid("the task could not be stored") }
        task.number = number
    }

    private static let saveTaskSQL: SQL = """
        UPDATE execution_tasks
        SET job_id = :job_id, status = :status, input = :input, output = :output, iteration = :iteration,
            retry_count = :retry_count, poll_count = :poll_count, is_retried = :is_retried, worker_id = :worker_id,
            reason = :reason, child_id = :child_id, callback_after_s = :callback_after_s, retry_ms = :retry_ms,
            scheduled_at = :scheduled_at, started_at = :started_at, updated_at = :updated_at, ended_at = :ended_at,
            wake_at = :wake_at, lease_token = :lease_token, lease_until = :lease_until, boot_id = :boot_id
        WHERE number = :number
        """

    package func save(_ task: ExecutionTask) throws {
        var task = task
        if task.status.isEnded { endLease(of: &task) }
        try connection.execute(
            Self.saveTaskSQL, task.job, task.status, task.input, task.output, task.iteration, task.retryCount,
            task.pollCount, task.isRetried, task.worker, task.reason, task.child, task.callbackAfter, task.retryDelay,
            task.scheduledAt, task.startedAt, task.updatedAt, task.endedAt, task.wakeAt, task.leaseToken,
            task.leaseUntil, task.bootID, task.number)
    }

    // MARK: Reading

    static let tasksOfExecutionSQL: SQL = """
        SELECT number, id, execution, position, job_id, reference, type, name, status, input, output, iteration,
               retry_count, poll_count, is_retried, retried_task_id, worker_id, domain, reason, child_id, definition,
               start_delay_s, callback_after_s, response_timeout_s, retry_ms, scheduled_at, started_at, updated_at,
               ended_at, wake_at, lease_token, lease_until, boot_id
        FROM execution_tasks
        WHERE execution = :execution
        ORDER BY position
        """
    static let taskSQL: SQL = """
        SELECT number, id, execution, position, job_id, reference, type, name, status, input, output, iteration,
               retry_count, poll_count, is_retried, retried_task_id, worker_id, domain, reason, child_id, definition,
               start_delay_s, callback_after_s, response_timeout_s, retry_ms, scheduled_at, started_at, updated_at,
               ended_at, wake_at, lease_token, lease_until, boot_id
        FROM execution_tasks
        WHERE id = :id
        """
    static let openTaskOfJobSQL: SQL = """
        SELECT number, id, execution, position, job_id, reference, type, name, status, input, output, iteration,
               retry_count, poll_count, is_retried, retried_task_id, worker_id, domain, reason, child_id, definition,
               start_delay_s, callback_after_s, response_timeout_s, retry_ms, scheduled_at, started_at, updated_at,
               ended_at, wake_at, lease_token, lease_until, boot_id
        FROM execution_tasks
        WHERE job_id = :job_id AND job_id IS NOT NULL AND ended_at IS NULL
        """

    private static func task(_ row: Row) -> ExecutionTask {
        func moment(_ column: Int) -> Timestamp? { row.optionalInt(column).map { Timestamp($0) } }
        var task = ExecutionTask(
            id: row.text(1), execution: row.int(2), reference: row.text(5), type: row.text(6), name: row.text(7),
            status: TaskStatus(rawValue: row.text(8)) ?? .inProgress, input: row.text(9), at: Timestamp(row.int(25)))
        task.number = row.int(0)
        task.position = row.int(3)
        task.job = row.optionalInt(4).map { JobID($0) }
        task.output = row.text(10)
        task.iteration = row.int(11)
        task.retryCount = row.int(12)
        task.pollCount = row.int(13)
        task.isRetried = row.bool(14)
        task.retriedTask = row.optionalText(15)
        task.worker = row.optionalText(16)
        task.domain = row.optionalText(17)
        task.reason = row.optionalText(18)
        task.child = row.optionalText(19)
        task.definition = row.optionalText(20)
        task.startDelay = row.int(21)
        task.callbackAfter = row.int(22)
        task.responseTimeout = row.int(23)
        task.retryDelay = row.int(24)
        task.startedAt = moment(26)
        task.updatedAt = Timestamp(row.int(27))
        task.endedAt = moment(28)
        task.wakeAt = moment(29)
        task.leaseToken = row.optionalInt(30)
        task.leaseUntil = row.optionalInt(31)
        task.bootID = row.optionalText(32)
        return task
    }

    /// In the order of their making.
    package func tasks(of execution: Execution) throws -> [ExecutionTask] {
        try connection.all(Self.tasksOfExecutionSQL, execution.number, read: Self.task)
    }

    package func executionTask(_ id: String) throws -> ExecutionTask? {
        try connection.first(Self.taskSQL, id, read: Self.task)
    }

    func openTask(of job: JobID) throws -> ExecutionTask? {
        try connection.first(Self.openTaskOfJobSQL, job, read: Self.task)
    }

    static let setAnswerSQL: SQL = """
        UPDATE execution_tasks
        SET output = json_object('response', json(:result))
        WHERE job_id = :job_id AND job_id IS NOT NULL AND ended_at IS NULL
        """

    /// The answer that a request failed by: executions show it, while a job has results of success alone.
    func setAnswer(_ result: String, ofTaskOf job: JobID) throws {
        try connection.execute(Self.setAnswerSQL, result, job)
    }

    private static let deleteLaterTasksSQL: SQL = """
        DELETE FROM execution_tasks
        WHERE execution = :execution AND position > :position
        """

    /// Forgets the tasks that were made after the one at `position`; 0: all.
    package func deleteTasks(of execution: Execution, after position: Int) throws {
        try connection.execute(Self.deleteLaterTasksSQL, execution.number, position)
    }

    // MARK: Logs

    /// A line that a worker left with a task.
    package struct TaskLogLine: Sendable {
        package let text: String
        package let createdAt: Timestamp

        package init(text: String, createdAt: Timestamp) {
            self.text = text
            self.createdAt = createdAt
        }
    }

    /// Lines that one task keeps; further ones are dropped.
    package static let mostTaskLogLines = 10_000

    private static let addLogSQL: SQL = """
        INSERT INTO task_logs(task, position, line, created_at)
        SELECT :task, coalesce(max(position), 0) + 1, :line, :created_at
        FROM task_logs
        WHERE task = :task
        HAVING coalesce(max(position), 0) < :most
        """
    static let logsSQL: SQL = "SELECT line, created_at FROM task_logs WHERE task = :task ORDER BY position"

    package func add(_ lines: [TaskLogLine], toLogOf task: ExecutionTask) throws {
        for line in lines {
            try connection.execute(Self.addLogSQL, task.number, line.text, line.createdAt, Self.mostTaskLogLines)
        }
    }

    package func logLines(of task: ExecutionTask) throws -> [TaskLogLine] {
        try connection.all(Self.logsSQL, task.number) {
            TaskLogLine(text: $0.text(0), createdAt: Timestamp($0.int(1)))
        }
    }
}
