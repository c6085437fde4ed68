/// How a step shares its run with other steps.
package struct StepParallelism: Sendable, Equatable {
    /// `false`: the step runs alone in its run.
    package var isEnabled = true
    /// Copies of the step at once, over all runs of the workflow; `nil`: no limit.
    package var maxConcurrency: Int?
    package var resources: [ResourceUse] = []
    /// Whether others are kept out of this step's failure; `nil`: not said, which is not the same as `false`.
    package var isolateErrors: Bool?
}
