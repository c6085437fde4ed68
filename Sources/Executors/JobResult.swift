/// What a job leaves for those that depend on it.
package enum JobResult: Sendable, Equatable {
    case none
    /// A valid JSON document.
    case json(String)
}
