/// A task for a ``ParallelExecutor``.
public struct ParallelTask: Sendable {
    /// What its ``JobOutcome`` and its events call it. Need not be unique.
    public var id: String
    /// Who executes it.
    public var type: String
    /// 0 to 99, higher first; 10 is the references' highest.
    public var priority: Int
    /// What the executor's options say, where `nil`.
    public var timeout: Duration?
    /// What the executor's options say, where `nil`.
    public var retries: Int?
    /// Makes an enqueue idempotent; by default none.
    public var key: EnqueueOptions.Key?

    let encode: @Sendable () throws -> String

    /// Makes a task.
    ///
    /// - Parameters:
    ///   - id: for its outcome and events.
    ///   - type: whose handler takes it.
    ///   - priority: by default 5.
    ///   - data: the payload, as JSON of at most 1 MiB.
    public init(id: String, type: String, priority: Int = 5, data: some Encodable & Sendable) {
        self.id = id
        self.type = type
        self.priority = priority
        encode = { try JSONCoding.encode(data, what: "the data of task '\(id)'") }
    }
}
