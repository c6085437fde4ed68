/// A step with every default filled in: what one job is made from.
package struct PlannedStep: Sendable, Equatable {
    package var id: String
    package var name: String
    /// The action's type: `script`, `agent`, `foreach`, …
    package var kind = "script"
    /// The step in the canonical form of the *steps* dialect, as JSON, when something of it is known only once it is
    /// reached; `nil`: all below is final.
    package var template: String?
    /// A program, or text for `/bin/sh -c` when `shell` is set. Of a step with a template, for people only.
    package var command: String
    package var args: [String]
    package var shell: Bool
    /// The workflow's, the step's and its `config`'s variables; the later ones win.
    package var env: [String: String]
    /// `nil`: the directory in which the run was started.
    package var directory: String?
    package var stdin: String?
    package var dependencies: [Dependency]
    /// The topological level, from 1.
    package var group: Int
    /// Steps on the longest path below this one; 0 for a sink. 0 for all steps of a sequential plan, whose
    /// order then is that of the plan.
    package var pathBelow: Int
    /// Amounts to hold while the step runs, by pool.
    package var resources: [String: Int]
    /// Copies of this step at once, over all runs of the workflow; `nil`: no limit.
    package var maxConcurrency: Int?
    /// The step runs alone in its run.
    package var isExclusive: Bool
    /// `nil`: the file does not say.
    package var isolateErrors: Bool?
    package var continueOnError: Bool
    /// Of each attempt; `nil`: none.
    package var timeoutMilliseconds: Int?
    /// In KiB; `nil`: none. Of a step that becomes others it is theirs.
    package var memoryLimit: Int?
    package var retries: Int
    /// Who must execute it, and JSON for them; `nil`: any runner.
    package var type: String?
    package var data: String?
    package var priority: Int
    package var queue: String
}
