/// What a step does; one case for each `type` that can run.
package enum StepAction: Sendable, Equatable {
    case script(Script)
}
