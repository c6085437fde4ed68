package import JSON

/// The canonical form: the *steps* dialect as JSON, with every default of the workflow written out, so that a step
/// stands alone.
extension Step {
    package var canonical: JSONValue {
        var members: [String: JSONValue] = ["id": .string(id), "type": .string(action.typeName)]
        if name != id { members["name"] = .string(name) }
        if let description { members["description"] = .string(description) }
        members["config"] = action.canonicalConfig
        if !dependencies.isEmpty { members["dependsOn"] = .list(dependencies.map(\.canonical)) }
        if let condition { members["if"] = .string(condition.source) }
        switch fanOut {
        case .each(let items)?: members["foreach"] = items.source
        case .matrix(let axes, let include, let exclude)?:
            var matrix = Dictionary(axes.map { ($0.name, $0.values.source) }) { first, _ in first }
            if !include.isEmpty { matrix["include"] = .list(include.map { .object($0.mapValues(\.source)) }) }
            if !exclude.isEmpty { matrix["exclude"] = .list(exclude.map { .object($0.mapValues(\.source)) }) }
            members["matrix"] = .object(matrix)
        case nil: break
        }
        let parallel = parallel.canonical
        if !parallel.isEmpty { members["parallel"] = .object(parallel) }
        if continueOnError { members["continueOnError"] = .bool(true) }
        if let timeout { members["timeout"] = .string("\(timeout.wholeMilliseconds)ms") }
        if let memoryLimit { members["memory"] = .string("\(memoryLimit)K") }
        if let retries { members["retries"] = .integer(retries) }
        if let priority { members["priority"] = .integer(priority) }
        if let queue { members["queue"] = .string(queue) }
        if let cache {
            var canonical: [String: JSONValue] = ["key": .string(cache.key.source)]
            if !cache.paths.isEmpty { canonical["paths"] = .list(cache.paths.map { .string($0.source) }) }
            members["cache"] = .object(canonical)
        }
        if !gates.isEmpty {
            members["quality_gates"] = .list(gates.map { .object([$0.metric: $0.threshold]) })
            if enforcesGates { members["gates"] = .string("enforce") }
        }
        return .object(members)
    }

    /// Whether something of the step is known only once it is reached.
    package var isLate: Bool {
        guard condition == nil, fanOut == nil, cache == nil, gates.isEmpty else { return true }
        return switch action {
        case .script(let script): !script.isPlain
        // What is resolved is told to the runner by the step itself.
        case .worker(let call): call.resolved != nil || call.data.map { $0.plainValue == nil } ?? false
        default: true
        }
    }
}

extension Script {
    /// Without expressions.
    var isPlain: Bool {
        if case .program(let program) = command, program.plainText == nil { return false }
        return arguments.allSatisfy { $0.plainText != nil } && environment.values.allSatisfy { $0.plainText != nil }
            && directory.map { $0.plainText != nil } ?? true && input.map { $0.plainText != nil } ?? true
    }
}

extension Dependency {
    var canonical: JSONValue { .string(condition == .succeeded ? step : "\(step):\(condition.rawValue)") }
}

extension StepParallelism {
    var canonical: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if !isEnabled { members["enabled"] = .bool(false) }
        if let maxConcurrency { members["maxConcurrency"] = .integer(maxConcurrency) }
        if !resources.isEmpty {
            members["resource"] = .object(
                Dictionary(resources.map { ($0.pool, .integer($0.amount)) }) { first, _ in first })
        }
        if let isolateErrors { members["isolateErrors"] = .bool(isolateErrors) }
        return members
    }
}

extension StepAction {
    fileprivate var canonicalConfig: JSONValue {
        var config: [String: JSONValue] = [:]
        switch self {
        case .script(let script): config = script.canonical
        case .agent(let call):
            config["agent"] = .string(call.agent)
            config["prompt"] = call.prompt.map { .string($0.source) }
            if !call.parameters.isEmpty { config["parameters"] = .object(call.parameters.mapValues(\.source)) }
            if !call.environment.isEmpty { config["env"] = .object(call.environment.mapValues { .string($0.source) }) }
            if call.isPlanner { config["planner"] = .bool(true) }
            config["context"] = call.seesContext.map { .bool($0) }
            config["resolved"] = call.resolved?.canonical
        case .worker(let call):
            config["worker"] = .string(call.type)
            config["data"] = call.data?.source
            config["resolved"] = call.resolved?.canonical
        case .http(let call):
            config = ["method": .string(call.method), "url": .string(call.url.source)]
            if !call.headers.isEmpty { config["headers"] = .object(call.headers.mapValues { .string($0.source) }) }
            config["body"] = call.body?.source
            if !call.expectedStatuses.isEmpty { config["expect"] = .list(call.expectedStatuses.map { .integer($0) }) }
        case .workflow(let call):
            switch call.reference {
            case .file(let path): config["file"] = .string(path.source)
            case .inline(let text): config["definition"] = .string(text)
            }
            if !call.inputs.isEmpty { config["inputs"] = .object(call.inputs.mapValues(\.source)) }
        case .approval(let approval): config["message"] = approval.message.map { .string($0.source) }
        case .wait(.duration(let text)): config["duration"] = .string(text.source)
        case .wait(.until(let text)): config["until"] = .string(text.source)
        case .wait(.signal): config["signal"] = .bool(true)
        case .group(let steps): config["steps"] = .list(steps.map(\.canonical))
        case .loop(let loop):
            config["steps"] = .list(loop.steps.map(\.canonical))
            config["while"] = .string(loop.condition.source)
            config["limit"] = .integer(loop.limit)
        case .dynamic(let steps): config["steps"] = steps.source
        case .set(let variables): config = variables.mapValues(\.source)
        case .value(let value): config["value"] = value.source
        case .end(let end):
            config["state"] = .string(end.state.rawValue)
            config["reason"] = end.reason.map { .string($0.source) }
            config["output"] = end.output?.source
        }
        return .object(config)
    }
}

extension Script {
    fileprivate var canonical: [String: JSONValue] {
        var config: [String: JSONValue] = [:]
        switch command {
        case .program(let program): config["command"] = .string(program.source)
        case .shell(let text): config["shell"] = .string(text)
        }
        if !arguments.isEmpty { config["args"] = .list(arguments.map { .string($0.source) }) }
        if !environment.isEmpty { config["env"] = .object(environment.mapValues { .string($0.source) }) }
        config["cwd"] = directory.map { .string($0.source) }
        config["stdin"] = input.map { .string($0.source) }
        return config
    }
}

extension Duration {
    /// Rounded up, so that a timeout never becomes none.
    package var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
