/// An edge: the step that has it waits for another.
package struct Dependency: Sendable, Hashable {
    /// How the other step must have ended.
    package enum Condition: String, Sendable, CaseIterable {
        /// It succeeded, or failed with `continueOnError`.
        case succeeded
        /// It ended in any way.
        case finished
        /// It failed.
        case failed
        /// It succeeded, or was skipped, but not through an error.
        case passed
    }

    /// The id of the step to wait for.
    package let step: String
    package let condition: Condition
    /// Where the entry is in the file.
    package let place: Place
}
