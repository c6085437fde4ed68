/// What `weir.yaml` says.
package struct Configuration: Sendable, Equatable {
    /// By name, as a workflow's `agent` and `agent_type` have it.
    package var agents: [String: AgentDefinition] = [:]
    /// Defaults of runners and jobs.
    package var parallel = ParallelSection()

    package init() {}
}

/// What answers when a workflow asks an agent.
package struct AgentDefinition: Sendable, Equatable {
    package var command: AgentCommand
    /// Of each attempt, when the step has none; `nil`: none.
    package var timeout: Duration?
    /// Where it stands in its file.
    package var place: Place

    package init(command: AgentCommand, timeout: Duration? = nil, place: Place) {
        self.command = command
        self.timeout = timeout
        self.place = place
    }
}
