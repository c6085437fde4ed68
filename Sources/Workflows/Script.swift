/// A process to start.
package struct Script: Sendable, Equatable {
    package enum Command: Sendable, Equatable {
        /// A program, found by `PATH` or relative to the directory of the run; no shell takes part.
        case program(String)
        /// Text for `/bin/sh -c`.
        case shell(String)
    }

    package let command: Command
    /// The program's arguments; with a shell they are `$1`, `$2` and so on.
    package let arguments: [String]
    /// The step's own variables and those of its `config`, which come first.
    package let environment: [String: String]
    /// `nil`: the directory in which the run was started.
    package let directory: String?
    /// The text that the process reads; `nil`: nothing.
    package let input: String?
}
