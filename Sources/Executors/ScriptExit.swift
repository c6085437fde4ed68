/// How a script ended, and what it used.
package struct ScriptExit: Sendable, Equatable {
    /// nil when a signal ended it.
    package var exitCode: Int32?
    /// nil when it exited by itself.
    package var signal: Int32?
    /// The most memory that one process of the script had at once, but never less than the runner's own peak at its
    /// start (some 15 MiB): the kernel counts the runner's memory for the moment before exec.
    package var maxRSSKiB: Int
    /// User and system time of the script and of those of its children that it waited for.
    package var cpuMilliseconds: Int
}
