/// What answers an agent's questions.
package enum AgentTarget: Sendable, Equatable {
    /// A program of this machine.
    case command(AgentCommand)
    /// A language model behind an endpoint.
    case chat(ChatEndpoint)

    package var command: AgentCommand? { if case .command(let command) = self { command } else { nil } }
    package var chat: ChatEndpoint? { if case .chat(let chat) = self { chat } else { nil } }
}
