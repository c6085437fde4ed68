/// Everything that a script needs to start.
package struct ScriptRequest: Sendable {
    /// The command and its arguments; never a shell. A command without a slash is looked for in the PATH of
    /// `environment`; a relative one with a slash counts from `directory`.
    package var argv: [String]
    /// The whole environment, see `JobEnvironment`.
    package var environment: [String: String]
    package var directory: String
    /// nil: empty (`/dev/null`).
    package var standardInput: [UInt8]?
    /// What every process of this attempt can be recognised by, whatever it does to its session and environment.
    /// Not 0, and below 2^60; see `Mark`.
    package var mark: UInt64
    /// Milliseconds of CLOCK_BOOTTIME: nothing is executed from then on. nil: never. The lease's end, less a margin.
    package var deadline: Int64?
    package var outputLimit: OutputLimit
    /// Bytes of private memory for each process of the script (RLIMIT_DATA). nil: what the runner itself may have.
    package var memoryLimit: UInt64?
    /// The control group that the script is put into before it is executed.
    package var memoryGroup: MemoryGroup?

    package init(
        argv: [String], environment: [String: String], directory: String, standardInput: [UInt8]? = nil, mark: UInt64,
        deadline: Int64? = nil, outputLimit: OutputLimit = OutputLimit(), memoryLimit: UInt64? = nil
    ) {
        self.argv = argv
        self.environment = environment
        self.directory = directory
        self.standardInput = standardInput
        self.mark = mark
        self.deadline = deadline
        self.outputLimit = outputLimit
        self.memoryLimit = memoryLimit
    }
}
