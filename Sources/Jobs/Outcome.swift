/// How an attempt ended, as its runner saw it.
package struct Outcome: Sendable {
    package var state: AttemptState
    /// When its process started and ended.
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var pid: Int?
    package var exitCode: Int?
    package var signal: Int?
    /// Why it did not succeed, for people.
    package var error: String?
    package var maxRSSKiB: Int?
    package var cpuMilliseconds: Int?
    /// JSON.
    package var result: String?
    /// What most attempts have nothing of.
    package var extras: OutcomeExtras?
    /// Another attempt cannot help; the job fails at once.
    package var isFinal = false
    /// The next attempt comes no earlier than so many milliseconds from now.
    package var retryAfter: Int?
    /// The next attempt comes so many milliseconds from now, without any backoff of the store's.
    package var exactRetry: Int?
    /// What a language model read and wrote.
    package var inputTokens: Int?
    package var outputTokens: Int?

    package init(_ state: AttemptState, startedAt: Timestamp, finishedAt: Timestamp) {
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
