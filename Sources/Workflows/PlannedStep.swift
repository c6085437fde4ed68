/// A step with every default filled in: what one job is made from.
package struct PlannedStep: Sendable, Equatable {
    package let id: String
    package let name: String
    /// A program, or text for `/bin/sh -c` when `shell` is set.
    package let command: String
    package let args: [String]
    package let shell: Bool
    /// The workflow's, the step's and its `config`'s variables; the later ones win.
    package let env: [String: String]
    /// `nil`: the directory in which the run was started.
    package let directory: String?
    package let stdin: String?
    package let dependencies: [Dependency]
    /// The topological level, from 1.
    package let group: Int
    /// Steps on the longest path below this one; 0 for a sink. 0 for all steps of a sequential plan, whose
    /// order then is that of the plan.
    package let pathBelow: Int
    /// Amounts to hold while the step runs, by pool.
    package let resources: [String: Int]
    /// Copies of this step at once, over all runs of the workflow; `nil`: no limit.
    package let maxConcurrency: Int?
    /// The step runs alone in its run.
    package let isExclusive: Bool
    /// `nil`: the file does not say.
    package let isolateErrors: Bool?
    package let continueOnError: Bool
    /// Of each attempt; `nil`: none.
    package let timeoutMilliseconds: Int?
    package let retries: Int
    package let priority: Int
    package let queue: String
}
