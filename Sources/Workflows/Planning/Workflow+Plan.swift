extension Workflow {
    /// The jobs of one run: options applied, defaults filled in, steps in the order in which they may start.
    package func plan(options: PlanOptions = PlanOptions()) -> Plan {
        let isParallel = options.parallel ?? parallel.isEnabled
        let graph = StepGraph(steps: steps)
        let order = graph.order()
        let levels = graph.levels(along: order)
        let paths = isParallel ? graph.pathsBelow(along: order) : []
        let sorted = steps.indices.sorted { (levels[$0], $0) < (levels[$1], $1) }
        return Plan(
            workflow: name,
            version: version,
            maxConcurrency: isParallel ? options.maxConcurrency ?? parallel.defaultMaxConcurrency : 1,
            pools: parallel.pools,
            steps: sorted.map {
                planned(steps[$0], group: levels[$0], pathBelow: isParallel ? paths[$0] : 0)
            })
    }

    private func planned(_ step: Step, group: Int, pathBelow: Int) -> PlannedStep {
        switch step.action {
        case .script(let script): planned(step, script, group: group, pathBelow: pathBelow)
        default: planned(step, Script(command: .shell("")), group: group, pathBelow: pathBelow)
        }
    }

    private func planned(_ step: Step, _ script: Script, group: Int, pathBelow: Int) -> PlannedStep {
        let (command, shell) =
            switch script.command {
            case .program(let program): (program.plainText ?? "", false)
            case .shell(let text): (text, true)
            }
        return PlannedStep(
            id: step.id,
            name: step.name,
            command: command,
            args: script.arguments.map { $0.plainText ?? "" },
            shell: shell,
            env: environment.merging(script.environment) { _, own in own }.mapValues { $0.plainText ?? "" },
            directory: script.directory?.plainText,
            stdin: script.input?.plainText,
            dependencies: step.dependencies,
            group: group,
            pathBelow: pathBelow,
            resources: Dictionary(step.parallel.resources.map { ($0.pool, $0.amount) }) { _, last in last },
            maxConcurrency: step.parallel.maxConcurrency,
            isExclusive: !step.parallel.isEnabled,
            isolateErrors: step.parallel.isolateErrors,
            continueOnError: step.continueOnError,
            timeoutMilliseconds: step.timeout?.wholeMilliseconds,
            retries: step.retries ?? 0,
            priority: step.priority ?? 5,
            queue: step.queue ?? "default")
    }
}

extension StepGraph {
    /// The graph of checked steps. An edge to a step that does not exist is left out.
    init(steps: [Step]) {
        let numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
        self.init(dependencies: steps.map { $0.dependencies.compactMap { numbers[$0.step] } })
    }
}

extension Duration {
    /// Rounded up, so that a timeout never becomes none.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
