/// How many steps of a workflow may run at once.
package struct ParallelSettings: Sendable, Equatable {
    /// `false`: one step at a time.
    package var isEnabled = true
    /// The file says so, and no setting of the environment or the database decides.
    package var isExplicit = false
    /// Steps of one run that may run at once; `nil`: no limit.
    package var defaultMaxConcurrency: Int?
    /// The capacities of the pools that the workflow declares.
    package var pools: [String: Int] = [:]
    /// Those of them whose units have numbers, of which each job is told its own.
    package var indexedPools: Set<String> = []
}
