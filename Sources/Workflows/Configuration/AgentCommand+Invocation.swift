extension AgentCommand {
    /// The process that asks an agent one question.
    package struct Invocation: Sendable, Equatable {
        /// A program, or text for `/bin/sh -c` when `isShell`.
        package var command: String
        package var arguments: [String]
        package var isShell: Bool
        /// `nil`: the prompt is among the arguments.
        package var input: String?
    }

    /// Stands for the prompt in an argument.
    static let mark = "{prompt}"

    /// The process for a prompt. In argv it takes the place of `{prompt}`, or else comes last, which in a shell's line
    /// is `$1`. It is never written into a shell's text.
    package func invocation(prompt text: String) -> Invocation {
        let isMarked = !shell && command.dropFirst().contains { $0.contains(Self.mark) }
        var arguments = command.dropFirst().map { isMarked ? $0.replacing(Self.mark, with: text) : $0 }
        if prompt == .argv, !isMarked { arguments.append(text) }
        return Invocation(
            command: command.first ?? "", arguments: arguments, isShell: shell,
            input: prompt == .argv || isMarked ? nil : text)
    }
}
