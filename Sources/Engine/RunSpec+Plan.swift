package import JSON
package import Jobs
package import Workflows

extension RunSpec {
    /// What a plan becomes in the database: each step a job.
    ///
    /// - Parameters:
    ///   - directory: where relative commands resolve from.
    ///   - searchPath: PATH of whoever starts the run.
    package init(_ plan: Plan, directory: String, searchPath: String?) {
        var positions: [String: Int] = [:]
        for (position, step) in plan.steps.enumerated() { positions[step.id] = position }
        self.init(
            workflow: plan.workflow, directory: directory,
            jobs: plan.steps.map { JobSpec($0, positions: positions, isSequential: plan.maxConcurrency == 1) })
        version = plan.version
        self.searchPath = searchPath
        maxConcurrency = plan.maxConcurrency
        pools = plan.pools
        indexedPools = plan.indexedPools
    }
}

extension RunSpec {
    /// What a workflow becomes in the database. Its agents must be resolved.
    ///
    /// - Parameters:
    ///   - inputs: checked, with defaults.
    ///   - text: the document.
    ///   - source: its path, for people.
    package init(
        _ workflow: Workflow, options: PlanOptions, inputs: [String: JSONValue], directory: String, searchPath: String?,
        text: String, source: String?
    ) {
        self.init(workflow.plan(options: options), directory: directory, searchPath: searchPath)
        definition = text
        self.source = source
        if !inputs.isEmpty { self.inputs = JSONValue.object(inputs).text }
        hasHandlers = !workflow.handlers.isEmpty
        isJudged =
            hasHandlers || !workflow.criteria.isEmpty || workflow.output != nil
            || workflow.report.resultsDirectory != nil
            || workflow.report.reportPath != nil
        timeout = workflow.timeout?.wholeMilliseconds
    }
}

extension JobSpec {
    init(_ step: PlannedStep, positions: [String: Int], isSequential: Bool) {
        self.init(command: step.command)
        kind = JobKind(rawValue: step.kind) ?? .script
        template = step.template
        type = step.type
        data = step.data
        arguments = step.args
        shell = step.shell
        name = step.name
        queue = step.queue
        priority = step.priority
        pools = step.resources
        retries = step.retries
        timeout = step.timeoutMilliseconds
        memoryLimit = step.memoryLimit
        environment = step.env
        directory = step.directory
        standardInput = step.stdin.map { Array($0.utf8) }
        // One at a time, the order is that of the plan.
        path = isSequential ? 0 : nil
        dependencies = step.dependencies.compactMap { dependency in
            positions[dependency.step].map { Dependency(.batch($0), Jobs.Condition(dependency.condition)) }
        }
        self.step = StepSpec(
            id: step.id, level: step.group, maxConcurrency: step.maxConcurrency, exclusive: step.isExclusive,
            isolate: step.isolateErrors, continueOnError: step.continueOnError)
    }
}

extension Jobs.Condition {
    init(_ condition: Workflows.Dependency.Condition) {
        self =
            switch condition {
            case .succeeded: .succeeded
            case .finished: .finished
            case .failed: .failed
            case .passed: .passed
            }
    }
}
