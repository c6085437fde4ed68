import Jobs

/// How a job ended. A job that failed has an outcome like any other: waiting for it does not throw.
public struct JobOutcome: Sendable {
    /// The states in which a job has ended.
    public enum State: String, Sendable, Codable {
        /// Its last attempt succeeded.
        case succeeded
        /// Its attempts are used up, or it said that another would not help.
        case failed
        /// A job that it comes after did not end as it must.
        case skipped
        /// Somebody cancelled it.
        case cancelled
    }

    /// The job.
    public let job: JobID
    /// What it was called when it was enqueued; the id of a ``ParallelTask``.
    public let name: String?
    /// Who executed it.
    public let type: String?
    /// How it ended.
    public let state: State
    /// Why it did not succeed.
    public let error: String?
    /// How often it was begun.
    public let attempts: Int
    /// How long its last attempt took; `nil`: it never started.
    public let duration: Duration?
    /// How long its last attempt waited, once it was ready; `nil`: it never started.
    public let waiting: Duration?
    /// Of a job that was a process.
    public let exitCode: Int?
    /// What the handler returned, as JSON; `nil`: nothing.
    public let resultJSON: String?

    /// Whether it succeeded.
    public var success: Bool { state == .succeeded }

    /// What the handler returned.
    ///
    /// - Throws: a ``WeirError`` when there is no result, as of a job that failed, or it does not fit `type`.
    public func result<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
        guard let resultJSON else {
            throw WeirError(.coding, "job \(job) left no result: it \(state.rawValue)\(error.map { ": \($0)" } ?? "")")
        }
        return try JSONCoding.decode(type, from: resultJSON) { "the result of job \(job) does not fit: \($0)" }
    }

    /// `nil` while the job has not ended.
    init?(_ conclusion: JobConclusion) {
        guard let state = State(rawValue: conclusion.state.rawValue) else { return nil }
        job = JobID(conclusion.job)
        name = conclusion.name
        type = conclusion.type
        self.state = state
        error = conclusion.error
        attempts = conclusion.attempts
        duration = conclusion.duration.map { .milliseconds($0) }
        waiting = conclusion.wait.map { .milliseconds($0) }
        exitCode = conclusion.exitCode
        resultJSON = conclusion.result
    }
}
