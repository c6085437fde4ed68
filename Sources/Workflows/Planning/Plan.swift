/// A workflow with the options of one run: what becomes jobs.
package struct Plan: Sendable, Equatable {
    package let workflow: String
    package let version: String
    /// Steps of the run at once; `nil`: no limit; 1: sequential.
    package let maxConcurrency: Int?
    /// The capacities of the pools that the workflow declares.
    package let pools: [String: Int]
    /// Those of them whose units have numbers.
    package let indexedPools: Set<String>
    /// By group, within a group in the order of the file: each step stands after those it depends on.
    package let steps: [PlannedStep]

    /// How many steps the largest group has.
    package var widestGroup: Int {
        var sizes: [Int: Int] = [:]
        for step in steps { sizes[step.group, default: 0] += 1 }
        return sizes.values.max() ?? 0
    }
}
