package import Jobs

/// What executes a job within this process: a request, or a handler of the program that embeds the runner.
///
/// Its Swift task is cancelled when the job's time is over, when somebody cancels the job, and when the runner drains;
/// the loop knows which, whatever the body returns then.
package typealias TaskBody = @Sendable (TaskContext) async -> TaskOutcome

/// The job that a body executes, and what it can tell about it meanwhile.
package struct TaskContext: Sendable {
    package let job: JobID
    package let run: RunID?
    /// From 1.
    package let attempt: Int
    package let leaseToken: Int
    package let type: String?
    /// JSON.
    package let data: String?
    /// JSON that an earlier attempt left.
    package let checkpoint: String?
    /// JSON: the units of indexed pools that are its own, as lists by pool.
    package let poolIndexes: String?
    package let key: String?
    package let name: String?
    /// To which trace it belongs, and the span of this attempt, as W3C's trace context has them.
    package let traceParent: String
    /// Where relative paths count from.
    package let directory: String
    /// The runner's own environment, in which keys are looked up by their names. Never logged or stored.
    package let environment: [String: String]

    private let attemptKey: AttemptKey
    private let mailbox: Mailbox

    init(
        _ claim: Claim, traceParent: String, directory: String, environment: [String: String], mailbox: Mailbox
    ) {
        job = claim.job
        run = claim.run
        attempt = claim.attempt
        leaseToken = claim.leaseToken
        type = claim.type
        data = claim.data
        checkpoint = claim.checkpoint
        poolIndexes = claim.poolIndexes
        key = claim.key
        name = claim.name
        self.traceParent = traceParent
        self.directory = directory
        self.environment = environment
        attemptKey = AttemptKey(claim)
        self.mailbox = mailbox
    }

    /// Adds to the job's log, as standard output or standard error.
    package func write(_ bytes: [UInt8], isError: Bool = false) {
        guard !bytes.isEmpty else { return }
        mailbox.post(.output(attemptKey, bytes: bytes, isError: isError))
    }

    package func write(_ text: String) { write(Array(text.utf8)) }

    /// 0 to 100, and a word on it.
    package func progress(_ percent: Double, _ message: String? = nil) {
        mailbox.post(.progress(attemptKey, percent: percent, message: message))
    }

    /// JSON that the job's next attempt is given, should this one not succeed.
    package func saveCheckpoint(_ json: String) { mailbox.post(.checkpoint(attemptKey, json)) }
}

/// How a body ended.
package struct TaskOutcome: Sendable {
    package enum End: Sendable {
        /// JSON.
        case succeeded(result: String?)
        /// Why, for people.
        case failed(String)
    }

    package var end: End
    /// Another attempt would fail the same way.
    package var isFinal = false
    /// The next attempt comes no earlier than so many milliseconds from now.
    package var retryAfter: Int?
    /// JSON that comes with a failure, for gates.
    package var result: String?
    /// What a language model read and wrote.
    package var inputTokens: Int?
    package var outputTokens: Int?

    package init(_ end: End) { self.end = end }
}
