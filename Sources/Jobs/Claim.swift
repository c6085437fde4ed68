/// A job that one runner holds: the proof (`job` and `leaseToken`) and what there is to execute.
package struct Claim: Sendable {
    package let job: JobID
    package let leaseToken: Int
    package let attempt: Int
    package let run: RunID?
    package let command: String
    package let arguments: [String]
    package let shell: Bool
    package let environment: [String: String]
    package let directory: String?
    package let standardInput: [UInt8]?
    /// Of this attempt, in milliseconds.
    package var timeout: Int?
    /// The step's id, or the key of the enqueue, for messages.
    package let key: String?
    package let name: String?
    package var kind = JobKind.script
    /// As in `JobSpec`.
    package var template: String?
    package var locals: String?
    /// How often the job was parked, and what it left for itself then (JSON).
    package var phase = 0
    package var memo: String?
    /// JSON: what a signal brought.
    package var signal: String?
    /// The step's plain id, and the job that this one is a part of.
    package var step: String?
    package var parent: JobID?
    /// Who must execute it, and its payload (JSON); `nil`: what `command` or the template say.
    package var type: String?
    package var data: String?
    /// What all its processes may have resident together, in KiB.
    package var memoryLimit: Int?
    /// JSON that an earlier attempt left.
    package var checkpoint: String?
    /// JSON: the units of indexed pools that are its own.
    package var poolIndexes: String?
    /// Since when it was ready.
    package var readyAt: Timestamp?
    /// Of whoever enqueued it, as TRACEPARENT has it.
    package var trace: String?

    package init(
        job: JobID, leaseToken: Int, attempt: Int, run: RunID?, command: String, arguments: [String], shell: Bool,
        environment: [String: String], directory: String?, standardInput: [UInt8]?, timeout: Int?, key: String?,
        name: String?
    ) {
        self.job = job
        self.leaseToken = leaseToken
        self.attempt = attempt
        self.run = run
        self.command = command
        self.arguments = arguments
        self.shell = shell
        self.environment = environment
        self.directory = directory
        self.standardInput = standardInput
        self.timeout = timeout
        self.key = key
        self.name = name
    }
}
