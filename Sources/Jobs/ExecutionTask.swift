import SQLite

/// Where a task of Conductor's is in its life.
package enum TaskStatus: String, Sendable, CaseIterable, SQLiteBindable {
    case scheduled = "SCHEDULED"
    case inProgress = "IN_PROGRESS"
    case completed = "COMPLETED"
    case completedWithErrors = "COMPLETED_WITH_ERRORS"
    case skipped = "SKIPPED"
    case failed = "FAILED"
    case failedForGood = "FAILED_WITH_TERMINAL_ERROR"
    case timedOut = "TIMED_OUT"
    case cancelled = "CANCELED"

    package var isEnded: Bool { self != .scheduled && self != .inProgress }
    package var isSuccess: Bool { self == .completed || self == .completedWithErrors || self == .skipped }
    package var mayBeRetried: Bool { self == .failed || self == .timedOut }
}

/// One attempt at a task of an execution.
package struct ExecutionTask: Sendable {
    /// 0: not stored yet.
    package var number = 0
    /// UUID.
    package let id: String
    package let execution: Int
    package var position = 0
    package var job: JobID?
    /// In loops with its round.
    package let reference: String
    /// SIMPLE, FORK, JOIN, …
    package let type: String
    package let name: String
    package var status: TaskStatus
    /// JSON objects.
    package var input: String
    package var output = "{}"
    package var iteration = 0
    package var retryCount = 0
    package var pollCount = 0
    package var isRetried = false
    package var retriedTask: String?
    package var worker: String?
    package var domain: String?
    package var reason: String?
    /// The execution that it waits for.
    package var child: String?
    /// JSON, of a task that is not in the execution's definition.
    package var definition: String?
    /// Seconds.
    package var startDelay = 0
    package var callbackAfter = 0
    package var responseTimeout = 0
    /// Milliseconds before the next attempt.
    package var retryDelay = 0
    package var scheduledAt: Timestamp
    package var startedAt: Timestamp?
    package var updatedAt: Timestamp
    package var endedAt: Timestamp?
    /// When its time is over, or its waiting.
    package var wakeAt: Timestamp?
    /// While a remote worker has it.
    package var leaseToken: Int?
    /// Milliseconds of CLOCK_BOOTTIME; `nil`: without end.
    package var leaseUntil: Int?
    package var bootID: String?

    package init(
        id: String, execution: Int, reference: String, type: String, name: String, status: TaskStatus, input: String,
        at now: Timestamp
    ) {
        self.id = id
        self.execution = execution
        self.reference = reference
        self.type = type
        self.name = name
        self.status = status
        self.input = input
        scheduledAt = now
        updatedAt = now
    }
}
