/// One entry of a workflow, as its author wrote it, whichever the dialect.
package struct Step: Sendable, Equatable {
    package var id: String
    /// For people; the id when the file has none.
    package var name: String
    package var description: String?
    package var action: StepAction
    package var dependencies: [Dependency] = []
    /// What it waits for when the order of its list does not count; `nil`: for the same. See `Workflow.dropOrder`.
    var looseDependencies: [Dependency]?
    /// The step is skipped, and not through an error, when this is false once its dependencies are met.
    package var condition: Expression?
    /// The step becomes several jobs, one for each item; `nil`: one job.
    package var fanOut: FanOut?
    package var parallel = StepParallelism()
    /// The run goes on, and dependents run, although this step failed.
    package var continueOnError = false
    /// Of each attempt; `nil`: none.
    package var timeout: Duration?
    /// What all processes of an attempt may have resident together, in KiB; `nil`: no limit.
    package var memoryLimit: Int?
    /// Attempts after the first; `nil`: the default of the step's kind.
    package var retries: Int?
    /// 0 to 99, higher first; `nil`: the default.
    package var priority: Int?
    /// `nil`: the default queue.
    package var queue: String?
    /// A step whose key is known is not executed; its result is taken over.
    package var cache: CacheSettings?
    package var gates: [Gate] = []
    /// Whether a gate that fails makes the attempt fail; else it is reported.
    package var enforcesGates = false
    /// Where the step begins in the file.
    package var place: Place

    package var line: Int { place.line }

    package init(id: String, name: String, action: StepAction, place: Place) {
        self.id = id
        self.name = name
        self.action = action
        self.place = place
    }
}
