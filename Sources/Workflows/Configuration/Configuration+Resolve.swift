extension Configuration {
    /// Gives every call of an agent and every job for a worker what the configuration says of it, so that the run can
    /// be executed by any runner.
    ///
    /// - Returns: an error for each call of an agent that is not configured, at its step: the workflow can be checked
    ///   without them, but not run; and a warning for each job that waits for a runner which serves its type.
    package func resolve(_ workflow: inout Workflow) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        let workers = workers.merging(workflow.workers) { _, own in own }
        resolve(&workflow.steps, workers, &faults)
        resolve(&workflow.handlers.success, workers, &faults)
        resolve(&workflow.handlers.failure, workers, &faults)
        resolve(&workflow.handlers.always, workers, &faults)
        return faults
    }

    /// The same for steps that join a run.
    package func resolve(_ steps: inout [Step]) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        resolve(&steps, workers, &faults)
        return faults
    }

    /// Depth is bounded by the reader.
    private func resolve(_ steps: inout [Step], _ workers: [String: WorkerCommand], _ faults: inout [Diagnostic]) {
        for index in steps.indices {
            switch steps[index].action {
            case .agent(var call):
                guard call.resolved == nil else { continue }
                guard let agent = agents[call.agent] else {
                    guard call.isTask else {
                        faults.append(missing(call.agent, steps[index]))
                        continue
                    }
                    var job = WorkerStep(type: call.agent)
                    job.data = .object(call.parameters)
                    resolve(&job, workers, of: steps[index], &faults)
                    steps[index].action = .worker(job)
                    continue
                }
                call.resolved = agent.target
                steps[index].action = .agent(call)
                steps[index].timeout = steps[index].timeout ?? agent.timeout
            case .worker(var job):
                resolve(&job, workers, of: steps[index], &faults)
                steps[index].action = .worker(job)
            case .group(var inner):
                resolve(&inner, workers, &faults)
                steps[index].action = .group(inner)
            case .loop(var loop):
                resolve(&loop.steps, workers, &faults)
                steps[index].action = .loop(loop)
            default: break
            }
        }
    }

    private func resolve(
        _ job: inout WorkerStep, _ workers: [String: WorkerCommand], of step: Step, _ faults: inout [Diagnostic]
    ) {
        guard job.resolved == nil else { return }
        job.resolved = workers[job.type]
        // An agent of that name is served by whoever has this configuration.
        guard job.resolved == nil, agents[job.type] == nil else { return }
        var suggestions = Suggestions()
        let near = suggestions.nearest(to: job.type, among: workers.keys.sorted())
        let hint = near.map { "; did you mean \(quoted($0))?" } ?? ""
        faults.append(
            Diagnostic(
                severity: .warning, line: step.place.line, column: step.place.column,
                message: "no worker is declared for type \(quoted(job.type)); step \(quoted(step.id)) waits for a "
                    + "runner that serves it\(hint)"))
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
