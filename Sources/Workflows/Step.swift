/// One entry of a workflow, as its author wrote it.
package struct Step: Sendable, Equatable {
    package let id: String
    /// For people; the id when the file has none.
    package let name: String
    package let action: StepAction
    package let dependencies: [Dependency]
    package let parallel: StepParallelism
    /// The run goes on, and dependents run, although this step failed.
    package let continueOnError: Bool
    /// Of each attempt; `nil`: none.
    package let timeout: Duration?
    /// Attempts after the first; `nil`: the default of the step's kind.
    package let retries: Int?
    /// 0 to 99, higher first; `nil`: the default.
    package let priority: Int?
    /// `nil`: the default queue.
    package let queue: String?
    /// Where the step begins in the file.
    package let place: Place

    package var line: Int { place.line }
}
