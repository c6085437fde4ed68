package import JSON

extension Workflow {
    /// The jobs of one run: options applied, defaults filled in, steps in the order in which they may start.
    package func plan(options: PlanOptions = PlanOptions()) -> Plan {
        var steps = steps
        if options.parallel == true {
            var loose = self
            loose.dropOrder()
            steps = loose.steps
        }
        let isParallel = options.parallel ?? parallel.isEnabled
        let chosen = options.only.map { only in steps.filter { only.contains($0.id) } } ?? steps
        let planner = StepPlanner(environment: environment, isParallel: isParallel, keepsOrder: keepsOrder)
        return Plan(
            workflow: name, version: version,
            maxConcurrency: isParallel ? options.maxConcurrency ?? parallel.defaultMaxConcurrency : 1,
            pools: parallel.pools, indexedPools: parallel.indexedPools, steps: planner.plan(chosen))
    }

    /// The values of the inputs, defaults filled in; or what is wrong with them, a line each.
    package func inputs(given: [String: JSONValue]) -> (values: [String: JSONValue], faults: [String]) {
        var values: [String: JSONValue] = [:]
        var faults: [String] = []
        var suggestions = Suggestions()
        let names = Set(inputs.map(\.name))
        // A definition of Conductor names its inputs for its readers only.
        if dialect == .conductor { values = given }
        for name in given.keys.sorted() where dialect != .conductor && !names.contains(name) {
            let near = suggestions.nearest(to: name, among: inputs.lazy.map(\.name))
            let hint = near.map { "; did you mean \(quoted($0))?" } ?? (inputs.isEmpty ? "; it has none" : "")
            faults.append("the workflow has no input \(quoted(name))\(hint)")
        }
        for input in inputs {
            guard let value = given[input.name] ?? input.defaultValue else {
                if input.isRequired { faults.append("the input \(quoted(input.name)) is required") }
                values[input.name] = .null
                continue
            }
            if let fault = input.fault(in: value) { faults.append("the input \(quoted(input.name)) \(fault)") }
            values[input.name] = value
        }
        return (values, faults)
    }
}

/// Makes jobs of the steps of one scope.
package struct StepPlanner {
    /// Variables that every step has; its own come before these.
    var environment: [String: Template] = [:]
    /// `false`: one at a time, in the order of the plan.
    var isParallel = true
    /// One at a time means in the order given where that is a topological one, not by level.
    var keepsOrder = false

    package init(environment: [String: Template] = [:], isParallel: Bool = true, keepsOrder: Bool = false) {
        self.environment = environment
        self.isParallel = isParallel
        self.keepsOrder = keepsOrder
    }

    /// By topological level, within a level in the order given. An edge to a step that is not among them is left out.
    package func plan(_ steps: [Step]) -> [PlannedStep] {
        let graph = StepGraph(steps: steps)
        let order = graph.order()
        let levels = graph.levels(along: order)
        let paths = isParallel ? graph.pathsBelow(along: order) : []
        let sorted =
            !isParallel && keepsOrder && graph.isInOrder
            ? Array(steps.indices) : steps.indices.sorted { (levels[$0], $0) < (levels[$1], $1) }
        return sorted.map { planned(steps[$0], group: levels[$0], pathBelow: isParallel ? paths[$0] : 0) }
    }

    private func planned(_ step: Step, group: Int, pathBelow: Int) -> PlannedStep {
        var step = step
        step.merge(environment)
        step.widenDependencies()
        let kind = step.fanOut == nil ? step.action.typeName : "foreach"
        // What only decides or waits holds nothing: the jobs that it becomes do.
        let isProcess = step.fanOut == nil && step.action.isProcess
        let isScript = if case .script = step.action { true } else { false }
        var planned = PlannedStep(
            id: step.id, name: step.name, kind: kind, template: step.isLate ? step.canonical.text : nil,
            command: step.summary, args: [], shell: false, env: [:], directory: nil, stdin: nil,
            dependencies: step.dependencies, group: group, pathBelow: pathBelow,
            resources: isProcess
                ? Dictionary(step.parallel.resources.map { ($0.pool, $0.amount) }) { _, last in last } : [:],
            maxConcurrency: isProcess ? step.parallel.maxConcurrency : nil,
            isExclusive: isProcess && !step.parallel.isEnabled, isolateErrors: step.parallel.isolateErrors,
            continueOnError: step.continueOnError,
            timeoutMilliseconds: isProcess ? step.timeout?.wholeMilliseconds : nil,
            memoryLimit: step.memoryLimit,
            retries: isProcess ? step.retries ?? (isScript ? 0 : 3) : 0, priority: step.priority ?? 5,
            queue: step.queue ?? "default")
        if case .script(let script) = step.action, step.fanOut == nil {
            switch script.command {
            case .program(let program): planned.command = program.source
            case .shell(let text): (planned.command, planned.shell) = (text, true)
            }
            planned.args = script.arguments.map { $0.plainText ?? $0.source }
            planned.env = script.environment.mapValues { $0.plainText ?? $0.source }
            planned.directory = script.directory.map { $0.plainText ?? $0.source }
            planned.stdin = script.input.map { $0.plainText ?? $0.source }
        }
        if case .worker(let call) = step.action, step.fanOut == nil, call.resolved == nil {
            planned.type = call.type
            planned.data = planned.template == nil ? call.data?.plainValue?.text ?? "null" : nil
        }
        return planned
    }
}

extension Step {
    /// Gives the step, and those within it, variables that it has not itself. Depth is bounded by the reader.
    mutating func merge(_ environment: [String: Template]) {
        guard !environment.isEmpty else { return }
        switch action {
        case .script(var script):
            script.environment = environment.merging(script.environment) { _, own in own }
            action = .script(script)
        case .agent(var call):
            call.environment = environment.merging(call.environment) { _, own in own }
            action = .agent(call)
        case .group(var steps):
            for index in steps.indices { steps[index].merge(environment) }
            action = .group(steps)
        case .loop(var loop):
            for index in loop.steps.indices { loop.steps[index].merge(environment) }
            action = .loop(loop)
        default: break
        }
    }

    /// Who asks for a failure, or for any end, is asked although a dependency failed.
    fileprivate mutating func widenDependencies() {
        guard let condition, condition.references.contains(where: { $0.root == "failure()" || $0.root == "always()" })
        else { return }
        dependencies = dependencies.map { dependency in
            guard dependency.condition == .succeeded else { return dependency }
            return Dependency(step: dependency.step, condition: .finished, place: dependency.place)
        }
    }

    /// What stands for the command where people look.
    fileprivate var summary: String {
        switch action {
        case .agent(let call): "agent \(call.agent)"
        case .worker(let call): "worker \(call.type)"
        case .http(let call): "\(call.method) \(call.url.source)"
        case .workflow(let call):
            if case .file(let path) = call.reference { "workflow \(path.source)" } else { "workflow" }
        default: action.typeName
        }
    }
}

extension StepGraph {
    /// The graph of checked steps. An edge to a step that does not exist is left out.
    init(steps: [Step]) {
        let numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
        self.init(dependencies: steps.map { $0.dependencies.compactMap { numbers[$0.step] } })
    }
}
