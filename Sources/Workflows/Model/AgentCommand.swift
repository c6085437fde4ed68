/// A configured agent that is a program.
package struct AgentCommand: Sendable, Equatable {
    package enum PromptPlace: String, Sendable, Equatable { case stdin, argv }

    /// The program and its arguments; with `shell`, one line for `/bin/sh`.
    package var command: [String]
    package var shell = false
    /// In argv, `{prompt}` is replaced by it, or it is the last argument.
    package var prompt = PromptPlace.stdin
    package var environment: [String: String] = [:]
    /// Variables of the runner's environment that it is given, by their names.
    package var keyVariables: [String] = []
    /// `nil`: the run's directory.
    package var directory: String?

    package init(command: [String]) { self.command = command }
}
