/// What a runner did since it started.
public struct Statistics: Sendable, Hashable {
    /// Jobs that it executes now.
    public let activeTasks: Int
    /// Ready jobs of its types, in the whole database, that nobody executes yet; counted as far as 10,000.
    public let queuedTasks: Int
    /// Jobs that it brought to success.
    public let completedTasks: Int
    /// Jobs whose last attempt failed in it.
    public let failedTasks: Int
    /// Attempts that failed or were handed back, and will be followed by another.
    public let retriedTasks: Int
    /// How long an attempt took, on average.
    public let averageExecutionTime: Duration
    /// Jobs completed per minute.
    public let throughput: Double
    /// The share of its slots' time that was busy, from 0 to 1.
    public let utilization: Double
    /// How many were queued, on average over these statistics.
    public let averageQueueLength: Double
}
