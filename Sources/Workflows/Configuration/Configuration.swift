/// What `weir.yaml` says.
package struct Configuration: Sendable, Equatable {
    /// By name, as a workflow's `agent` and `agent_type` have it.
    package var agents: [String: AgentDefinition] = [:]
    /// Defaults of runners and jobs.
    package var parallel = ParallelSection()
    /// By the type of the jobs that they take.
    package var workers: [String: WorkerCommand] = [:]

    package init() {}
}

/// What answers when a workflow asks an agent.
package struct AgentDefinition: Sendable, Equatable {
    package var target: AgentTarget
    /// Of each attempt, when the step has none; `nil`: none.
    package var timeout: Duration?
    /// What it is good at, for planners.
    package var description: String?
    /// Where it stands in its file.
    package var place: Place

    package init(target: AgentTarget, timeout: Duration? = nil, place: Place) {
        self.target = target
        self.timeout = timeout
        self.place = place
    }
}
