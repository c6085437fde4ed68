import SQLite

/// Where a workflow of Conductor's is in its life.
package enum ExecutionStatus: String, Sendable, CaseIterable, SQLiteBindable {
    case running = "RUNNING"
    case paused = "PAUSED"
    case completed = "COMPLETED"
    case failed = "FAILED"
    case timedOut = "TIMED_OUT"
    case terminated = "TERMINATED"

    package var isEnded: Bool { self != .running && self != .paused }
}

/// An execution of a workflow in Conductor's way: a run that is decided step by step.
package struct Execution: Sendable {
    package let number: Int
    /// UUID.
    package let id: String
    package var run: RunID
    package let workflow: String
    package var version: Int
    package var status: ExecutionStatus
    /// All tasks begin at once, and one that fails stops no other.
    package let isParallel: Bool
    /// JSON.
    package var definition: String
    /// JSON objects.
    package var input: String
    package var output = "{}"
    package var variables = "{}"
    package var taskToDomain = "{}"
    package var correlationID: String?
    package var idempotencyKey: String?
    /// As it was given, 0 to 99.
    package var priority: Int
    package var reason: String?
    /// JSON list of reference names.
    package var failedTasks = "[]"
    /// The task of another execution that waits for this one.
    package var parentTask: String?
    package var rerunFrom: String?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var endedAt: Timestamp?
    package var retriedAt: Timestamp?
    /// When the whole of it times out.
    package var deadline: Timestamp?
    package var isDue = false
    /// Nothing follows from the end of a task but that of the whole.
    package var isFlat = false
}

/// What starts an execution.
package struct ExecutionSpec: Sendable {
    package var id: String
    package var workflow: String
    package var version: Int
    package var isParallel = false
    package var isFlat = false
    /// JSON.
    package var definition: String
    package var input = "{}"
    package var variables = "{}"
    package var taskToDomain = "{}"
    package var correlationID: String?
    package var idempotencyKey: String?
    package var priority = 0
    package var parentTask: String?
    package var deadline: Timestamp?

    package init(id: String, workflow: String, version: Int, definition: String) {
        self.id = id
        self.workflow = workflow
        self.version = version
        self.definition = definition
    }
}
