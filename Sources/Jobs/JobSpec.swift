/// A job to enqueue.
package struct JobSpec: Sendable {
    package var kind = JobKind.script
    /// JSON that says what to execute where that is known only once the job is claimed; the store keeps it as it is.
    package var template: String?
    /// JSON: what the job's template may refer to besides the run's data, as `item` and `matrix`.
    package var locals: String?
    /// Who must execute it: a worker, a handler or an agent of that name. `nil`: any runner. Of kind `worker`.
    package var type: String?
    /// JSON for who executes a job with a type.
    package var data: String?
    /// What all processes of an attempt may have resident together, in KiB. `nil`: no limit.
    package var memoryLimit: Int?
    /// A program, or a line for `/bin/sh` when `shell` is true.
    package var command: String
    package var arguments: [String] = []
    package var shell = false
    package var name: String?
    package var queue = "default"
    /// 0 to 99, higher first.
    package var priority = 5
    /// Units of each pool that the job holds while it runs.
    package var pools: [String: Int] = [:]
    /// The earliest moment to start. `nil`: now.
    package var runAt: Timestamp?
    /// Attempts beyond the first.
    package var retries = 3
    var attempts: Int { min(retries, .max - 1) + 1 }
    /// Of each attempt, in milliseconds. `nil`: none.
    package var timeout: Int?
    /// Declared on top of what a runner hands on.
    package var environment: [String: String] = [:]
    /// `nil`: the run's directory, else the runner's.
    package var directory: String?
    package var standardInput: [UInt8]?
    package var dependencies: [Dependency] = []
    /// Jobs on the longest chain below this one, which go before others; `nil`: as the batch's dependencies say.
    package var path: Int?
    /// Of a job that belongs to no run: what makes its enqueue idempotent.
    package var key: UniqueKey?
    /// Of a job that belongs to a run.
    package var step: StepSpec?

    package init(command: String) { self.command = command }

    /// A job that is taken by who serves the type.
    package init(type: String, data: String?) {
        self.init(command: "worker \(type)")
        kind = .worker
        self.type = type
        self.data = data ?? "null"
    }

    /// A job that must end before this one starts.
    package struct Dependency: Sendable, Hashable {
        package enum Upstream: Sendable, Hashable {
            /// A job that is stored already.
            case stored(JobID)
            /// The position in the batch that is being enqueued, from 0.
            case batch(Int)
        }
        package var upstream: Upstream
        package var condition: Condition

        package init(_ upstream: Upstream, _ condition: Condition = .succeeded) {
            self.upstream = upstream
            self.condition = condition
        }
    }

    /// What a run adds to a job.
    package struct StepSpec: Sendable {
        /// The step's id. Copies of one step share it, and its limit.
        package var id: String
        /// Unique in the run; `nil`: the id.
        package var key: String?
        /// The step's topological level, from 1.
        package var level: Int
        /// How many jobs of this step may run at once, over all runs of the workflow.
        package var maxConcurrency: Int?
        /// Runs alone in its run.
        package var exclusive: Bool
        /// `isolateErrors`, where it is explicit.
        package var isolate: Bool?
        /// Its failure neither fails the run nor stops its dependents.
        package var continueOnError: Bool

        package init(
            id: String, level: Int, maxConcurrency: Int? = nil, exclusive: Bool = false, isolate: Bool? = nil,
            continueOnError: Bool = false
        ) {
            self.id = id
            self.level = level
            self.maxConcurrency = maxConcurrency
            self.exclusive = exclusive
            self.isolate = isolate
            self.continueOnError = continueOnError
        }
    }
}
