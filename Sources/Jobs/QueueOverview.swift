/// How many there are; counting stops at a bound.
package struct BoundedCount: Sendable, Equatable {
    package var value = 0
    /// `false`: there are at least `value`.
    package var isExact = true

    package init(_ value: Int = 0, isExact: Bool = true) {
        self.value = value
        self.isExact = isExact
    }

    package static func + (left: Self, right: Self) -> Self {
        Self(left.value + right.value, isExact: left.isExact && right.isExact)
    }
}

/// What is in a queue.
package struct QueueOverview: Sendable {
    package let id: Int
    package let name: String
    package let isPaused: Bool
    package var ready = BoundedCount()
    package var scheduled = BoundedCount()
    package var blocked = BoundedCount()
    package var running = 0
    /// Since when the job waits that has been ready the longest.
    package var oldestReadyAt: Timestamp?
    /// `false`: some may be ready for longer; with very many, only those are looked at that were enqueued first.
    package var isOldestExact = true

    package init(id: Int, name: String, isPaused: Bool) {
        self.id = id
        self.name = name
        self.isPaused = isPaused
    }
}

/// A job that a runner holds.
package struct RunningJob: Sendable {
    package let id: JobID
    package let run: RunID?
    /// Its name, its key, or what it executes, cut to 200 characters.
    package let label: String
    package let queue: String
    package let runner: RunnerID
    package let attempt: Int
    package let startedAt: Timestamp
    /// From 0 to 100.
    package let progress: Double?
    package let message: String?
    /// Its runner was asked to stop it.
    package let isStopping: Bool
    /// Its runner died, and what is left of it is being killed.
    package let isReclaiming: Bool
}

/// A job that failed for good.
package struct FailedJob: Sendable {
    package let id: JobID
    package let run: RunID?
    /// As in `RunningJob`.
    package let label: String
    package let queue: String
    package let attempts: Int
    package let finishedAt: Timestamp
    package let duration: Int?
    package let exitCode: Int?
    package let error: String?
}
