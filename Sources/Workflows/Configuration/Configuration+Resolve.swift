extension Configuration {
    /// Gives every call of an agent what the configuration says of it, so that the run can be executed by any runner.
    ///
    /// - Returns: an error for each call of an agent that is not configured, at its step. The workflow can be
    ///   checked without them, but not run.
    package func resolve(_ workflow: inout Workflow) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        resolve(&workflow.steps, &faults)
        resolve(&workflow.handlers.success, &faults)
        resolve(&workflow.handlers.failure, &faults)
        resolve(&workflow.handlers.always, &faults)
        return faults
    }

    /// The same for steps that join a run.
    package func resolve(_ steps: inout [Step]) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        resolve(&steps, &faults)
        return faults
    }

    /// Depth is bounded by the reader.
    private func resolve(_ steps: inout [Step], _ faults: inout [Diagnostic]) {
        for index in steps.indices {
            switch steps[index].action {
            case .agent(var call):
                guard call.resolved == nil else { continue }
                guard let agent = agents[call.agent] else {
                    faults.append(missing(call.agent, steps[index]))
                    continue
                }
                call.resolved = agent.target
                steps[index].action = .agent(call)
                steps[index].timeout = steps[index].timeout ?? agent.timeout
            case .group(var inner):
                resolve(&inner, &faults)
                steps[index].action = .group(inner)
            case .loop(var loop):
                resolve(&loop.steps, &faults)
                steps[index].action = .loop(loop)
            default: break
            }
        }
    }

    private func missing(_ name: String, _ step: Step) -> Diagnostic {
        var suggestions = Suggestions()
        let near = suggestions.nearest(to: name, among: agents.keys.sorted())
        let hint = near.map { "; did you mean \(quoted($0))?" } ?? ""
        let advice = "weir.yaml names it under 'agents', as in 'agents: {\(name): {command: [...]}}'"
        return Diagnostic(
            severity: .error, line: step.place.line, column: step.place.column,
            message: "the agent \(quoted(name)) of step \(quoted(step.id)) is not configured; \(advice)\(hint)")
    }
}
