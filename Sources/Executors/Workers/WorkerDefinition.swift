/// How the worker processes of one type are started, and when they are replaced.
///
/// A worker is a long-lived process that takes jobs of its type as lines of JSON on its standard input and answers on
/// its standard output: docs/workers.md has the protocol.
package struct WorkerDefinition: Sendable, Hashable {
    /// The program and its arguments; with `isShell` a line for /bin/sh, and its arguments.
    package var command: [String]
    package var isShell = false
    /// Over what it inherits, see `JobEnvironment`.
    package var environment: [String: String] = [:]
    /// `nil`: where the runner was started. A relative one counts from there.
    package var directory: String?
    /// Milliseconds from its start until it has said something: that it is ready, or anything of a job.
    package var startTimeout = 10_000
    /// Milliseconds without a job after which it is ended; `nil`: never.
    package var idleTimeout: Int? = 300_000
    /// Milliseconds that a worker with a job may say nothing until somebody is told.
    package var silenceNotice = 300_000
    /// Jobs after which another process takes its place; `nil`: any number.
    package var maxJobs: Int?
    /// KiB: a process that has more resident after a job is replaced; `nil`: no limit.
    package var memoryLimit: Int?
    /// Bytes of the longest line that it may write: a result of 1 MiB and what is around it.
    package var lineLimit = (1 << 20) + (64 << 10)
    /// Processes at most; `nil`: as many as the runner has slots.
    package var count: Int?

    package init(command: [String], isShell: Bool = false) {
        self.command = command
        self.isShell = isShell
    }

    /// What is executed.
    package var argv: [String] {
        isShell ? ["/bin/sh", "-c", command.first ?? "", "sh"] + command.dropFirst() : command
    }
}
