/// How the worker processes of a type are started, as a workflow or `weir.yaml` declares it.
package struct WorkerCommand: Sendable, Equatable {
    /// The program and its arguments; with `shell`, one line for `/bin/sh`.
    package var command: [String]
    package var shell = false
    package var environment: [String: String] = [:]
    /// `nil`: where the runner was started.
    package var directory: String?
    /// Jobs after which another process takes its place; `nil`: any number.
    package var maxJobs: Int?
    /// MiB: a process that has more resident after a job is replaced; `nil`: no limit.
    package var memory: Int?
    /// From its start until it has said something; `nil`: the default.
    package var startTimeout: Duration?
    /// Without a job; `nil`: the default.
    package var idleTimeout: Duration?
    /// Processes at most; `nil`: as many as the runner has slots.
    package var count: Int?

    package init(command: [String]) { self.command = command }
}

/// A job for who serves its type: a worker, a handler or an agent.
package struct WorkerStep: Sendable, Equatable {
    package var type: String
    /// `nil`: null.
    package var data: JSONTemplate?
    /// What the workflow or the configuration says of the type, so that any runner can execute it; `nil`: the job waits
    /// for a runner that serves the type.
    package var resolved: WorkerCommand?

    package init(type: String) { self.type = type }
}
