import Engine
import Jobs

/// What a handler knows of its job, and can tell about it meanwhile.
public struct JobContext: Sendable {
    private let task: TaskContext
    /// The queue that it was registered with: to enqueue more, or to read outcomes of other jobs.
    public let queue: JobQueue

    init(_ task: TaskContext, queue: JobQueue) {
        self.task = task
        self.queue = queue
    }

    /// The job.
    public var job: JobID { JobID(task.job) }
    /// The number of the run that it is a step of, if it is one.
    public var run: Int? { task.run?.rawValue }
    /// Which attempt this is, from 1.
    public var attempt: Int { task.attempt }
    /// What it was called when it was enqueued.
    public var name: String? { task.name }
    /// Its step in the run, or the key that it was enqueued with.
    public var key: String? { task.key }
    /// Its trace and the span of this attempt, for the header `traceparent` of requests that it makes.
    public var traceParent: String { task.traceParent }

    /// What jobs leave for one another.
    public var memory: JobMemory { JobMemory(task, queue: queue) }

    /// The units of indexed pools that are the job's own while it runs: `["gpu": [1]]`.
    public var pools: [String: [Int]] {
        task.poolIndexes.flatMap { json in
            try? JSONCoding.decode([String: [Int]].self, from: json) { "the pools of job \(job): \($0)" }
        } ?? [:]
    }

    /// Adds a line to the job's log, which `weir logs` shows.
    public func log(_ line: String) { task.write(line + "\n") }

    /// Adds bytes to the job's log as they are.
    public func write(_ bytes: [UInt8], isError: Bool = false) { task.write(bytes, isError: isError) }

    /// Tells how far the job is, for whoever watches.
    ///
    /// - Parameters:
    ///   - percent: 0 to 100.
    ///   - message: a word on it.
    public func progress(_ percent: Double, _ message: String? = nil) {
        task.progress(min(100, max(0, percent.isNaN ? 0 : percent)), message)
    }

    /// Keeps what the job's next attempt is given, should this one not succeed: after a failure, a crash, or when the
    /// runner is shut down. It is stored within a moment; the last one counts.
    ///
    /// - Throws: a ``WeirError`` when `value` has more than 1 MiB as JSON, or cannot be JSON.
    public func saveCheckpoint(_ value: some Encodable) throws {
        let json = try JSONCoding.encode(value, what: "the checkpoint of job \(job)")
        guard json.utf8.count <= JobStore.resultLimit else {
            throw WeirError(
                .invalid,
                "the checkpoint of job \(job) has \(json.utf8.count) bytes; \(JobStore.resultLimit) is the most")
        }
        task.saveCheckpoint(json)
    }

    /// What an earlier attempt kept; `nil`: nothing.
    ///
    /// - Throws: a ``WeirError`` when it does not fit `type`.
    public func checkpoint<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value? {
        guard let json = task.checkpoint else { return nil }
        return try JSONCoding.decode(type, from: json) { "the checkpoint of job \(job) does not fit: \($0)" }
    }
}
