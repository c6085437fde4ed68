import JSON
import Jobs
import Workflows

/// Steps that run a process or make a request: their texts are evaluated, and nothing of that reaches a shell's text.
extension StepDirector {
    func execute(_ script: Script) throws -> Decision {
        let environment = try evaluated(script.environment)
        var execution: Execution
        switch script.command {
        case .program(let program): execution = Execution(command: try program.text(in: scope))
        case .shell(let text):
            execution = Execution(command: text)
            execution.isShell = true
        }
        execution.arguments = try script.arguments.map { try $0.text(in: scope) }
        execution.environment = environment
        execution.directory = try script.directory?.text(in: scope)
        execution.input = try script.input.map { Array(try $0.text(in: scope).utf8) }
        return try finished(&execution)
    }

    func execute(_ call: AgentCall) throws -> Decision {
        guard let agent = call.resolved else {
            throw StepFailure("the agent '\(call.agent)' is not configured; weir.yaml names it under 'agents'")
        }
        var environment = try evaluated(call.environment)
        var parameters: [String: JSONValue] = [:]
        for (name, value) in call.parameters { parameters[name] = try value.evaluate(in: scope) }
        environment["WEIR_PARAMETERS"] = JSONValue.object(parameters).text
        let prompt =
            try call.prompt?.text(in: scope)
            ?? AgentPrompt.text(name: step.name, description: step.description, parameters: parameters)
        let context = AgentContext(store: store, job: claim.job, run: run)
        let question = AgentQuestion(
            agent: call.agent, target: agent,
            prompt: try context.following(
                prompt, results: call.seesContext ?? !call.refers(to: ["steps", "tasks"]),
                memory: call.seesContext ?? !call.refers(to: ["memory"]),
                limit: AgentQuestion.room(for: agent, after: prompt)),
            environment: environment, timeout: claim.timeout)
        var execution = try question.execution(services: services)
        execution.after.isPlanner = call.isPlanner
        return try finished(&execution)
    }

    func execute(_ call: HTTPCall) throws -> Decision {
        var bound = call
        bound.url = Template(plain: try call.url.text(in: scope))
        bound.headers = try call.headers.mapValues { Template(plain: try $0.text(in: scope)) }
        bound.body = try call.body.map { .value(try $0.evaluate(in: scope)) }
        guard let requests = services.requests else { throw StepFailure("this runner makes no requests") }
        var execution = Execution(command: "\(call.method) request")
        execution.body = requests.http(bound, timeout: claim.timeout)
        return try finished(&execution)
    }

    /// What holds for all of them: gates, the cache, who the job is.
    func finished(_ execution: inout Execution) throws -> Decision {
        execution.after.gates = step.gates
        execution.after.enforcesGates = step.enforcesGates
        if step.id.hasPrefix("task_") { execution.environment["WEIR_TASK"] = String(step.id.dropFirst("task_".count)) }
        execution.environment["WEIR_STEP"] = step.id
        guard let cache = step.cache else { return .execute(execution) }
        let key = try CacheKey.make(
            text: try cache.key.text(in: scope), paths: try cache.paths.map { try $0.text(in: scope) },
            directory: scope.facts.directory)
        let known = try store.look {
            try $0.cached(workflow: scope.facts.workflow, step: claim.step ?? step.id, key: key)
        }
        if let known {
            var extras = OutcomeExtras()
            extras.isCached = true
            extras.gates = GateReport.results(step.gates, result: known)
            return .succeed(result: known, extras: extras)
        }
        execution.after.cacheKey = key
        return .execute(execution)
    }

    /// Variables may not refer to one another; all else may refer to them.
    private func evaluated(_ environment: [String: Template]) throws -> [String: String] {
        let values = try environment.mapValues { try $0.text(in: scope) }
        scope.environment = values
        for (name, value) in values where value.utf8.contains(0) {
            throw StepFailure("the variable '\(name)' has a NUL character, which no program can be given")
        }
        return values
    }
}
