import Engine
import Jobs
import SQLite

/// Why something could not be done. That a job failed is no error but its outcome.
public struct WeirError: Error, Sendable, CustomStringConvertible {
    /// What sort of error it is, for what a caller does differently.
    public enum Code: Sendable, Equatable {
        /// The queue was closed.
        case closed
        /// There is no job, or no run, with the id.
        case notFound
        /// The key belongs to an unfinished job that asks for other work.
        case keyTaken
        /// A value of the memory was changed by somebody else.
        case conflict
        /// What was given cannot be: the message says what, and how to mend it.
        case invalid
        /// A type was registered twice, or after a runner had started.
        case registration
        /// A payload or a result does not fit its type.
        case coding
        /// A workflow has faults; the message has a line for each.
        case workflow
        /// The database cannot be used now: busy, full, or not to be opened.
        case unavailable
    }

    /// What sort of error it is.
    public let code: Code
    /// What is wrong and, where that is known, how to mend it.
    public let message: String

    /// The message.
    public var description: String { message }

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    static let closed = WeirError(.closed, "the queue was closed")

    /// What the layers below throw, without their types.
    static func wrapping(_ error: any Error) -> any Error {
        switch error {
        case is WeirError, is CancellationError: error
        case let error as JobStoreError: WeirError(code(of: error), "\(error)")
        case is SQLiteError, is DatabaseOpenError, is MigrationError, is SystemCallError:
            WeirError(.unavailable, "\(error)")
        case is StepFailure: WeirError(.workflow, "\(error)")
        default: error
        }
    }

    private static func code(of error: JobStoreError) -> Code {
        switch error {
        case .noSuchJob, .noSuchRun, .noSuchQueue, .noSuchWorkflow, .noSuchSchedule: .notFound
        case .keyTaken: .keyTaken
        case .memoryConflict: .conflict
        case .runnerLost, .schemaChanged: .unavailable
        default: .invalid
        }
    }
}

/// Thrown by a handler that wants more than "failed, try again".
public struct JobFailure: Error, Sendable, CustomStringConvertible {
    /// Why the job failed; stored with the attempt and the job.
    public var message: String
    /// Another attempt would fail the same way: the job fails at once, whatever retries are left.
    public var isFinal: Bool
    /// The next attempt comes no earlier than this from now; `nil`: by the usual backoff.
    public var retryAfter: Duration?

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - message: why, for people.
    ///   - isFinal: whether no further attempt is made.
    ///   - retryAfter: how long the next attempt waits at least.
    public init(_ message: String, isFinal: Bool = false, retryAfter: Duration? = nil) {
        self.message = message
        self.isFinal = isFinal
        self.retryAfter = retryAfter
    }

    /// The message.
    public var description: String { message }
}
