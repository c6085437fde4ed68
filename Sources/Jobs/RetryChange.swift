/// What a job that is run again has otherwise than before. Its old attempts stay as they were.
package struct RetryChange: Sendable, Equatable {
    /// All its arguments; `nil`: as before.
    package var arguments: [String]?
    /// JSON for who executes a job with a type; `nil`: as before.
    package var data: String?
    /// Variables over those that it had.
    package var environment: [String: String] = [:]
    /// Without the checkpoint that an attempt left.
    package var isFresh = false

    package init() {}

    package static let none = RetryChange()

    /// Whether it is about the job itself, and not also about those that come back with it.
    package var isOfOneJob: Bool { arguments != nil || data != nil || !environment.isEmpty }
}
