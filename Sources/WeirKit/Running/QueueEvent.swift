import Jobs

/// What happens in the runners of this program.
public enum QueueEvent: Sendable {
    /// An attempt was begun.
    case taskStarted(TaskInfo)
    /// A job has succeeded.
    case taskComplete(TaskInfo, JobOutcome)
    /// A job has failed, or was cancelled, for good.
    case taskFailed(TaskInfo, JobOutcome)
    /// An attempt failed, and another will follow.
    case taskRetry(TaskInfo, error: String)
    /// Figures, after something changed: ten times a second at most.
    case statsUpdate(Statistics)
}

/// The job that an event is about.
public struct TaskInfo: Sendable, Hashable {
    /// The job.
    public let job: JobID
    /// The id of a ``ParallelTask``; the name that a job was enqueued with; its step in a run.
    public let id: String?
    /// Who executes it; `nil`: it is a script.
    public let type: String?
    /// From 1.
    public let attempt: Int

    init(_ claim: Claim) {
        job = JobID(claim.job)
        id = claim.name ?? claim.key
        type = claim.type
        attempt = claim.attempt
    }
}

/// Events from the moment at which it was asked for. One consumer takes them; ask again for another.
///
/// It never holds up a runner: a consumer that is slow loses the oldest.
public struct QueueEvents: AsyncSequence, Sendable {
    let stream: AsyncStream<QueueEvent>

    /// Takes one event after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: AsyncStream<QueueEvent>.AsyncIterator

        /// The next event; `nil` when the queue was closed, or the task cancelled.
        public mutating func next() async -> QueueEvent? { await base.next() }
    }

    /// Begins to take events.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: stream.makeAsyncIterator()) }
}

extension JobQueue {
    /// What happens in this program's runners of the queue from now on; see ``events(buffer:)``.
    public var events: QueueEvents { events(buffer: 1_000) }

    /// What happens in this program's runners of the queue from now on.
    ///
    /// - Parameter buffer: how many events wait for a consumer that is slow, before the oldest are dropped.
    public func events(buffer: Int) -> QueueEvents { QueueEvents(stream: hub.subscribe(buffer: max(1, buffer))) }
}
