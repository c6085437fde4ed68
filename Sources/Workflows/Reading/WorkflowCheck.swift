/// What can be wrong among steps that are each well written.
struct WorkflowCheck {
    let workflow: Workflow
    let findings: Findings
    private let poolNames: [String]

    init(workflow: Workflow, findings: Findings) {
        self.workflow = workflow
        self.findings = findings
        poolNames = workflow.parallel.pools.keys.sorted()
    }

    func report() {
        reportSteps()
        var taken = TakenIDs()
        for step in workflow.steps { taken.add(step) }
        for steps in [workflow.handlers.success, workflow.handlers.failure, workflow.handlers.always] {
            ScopeCheck(steps: steps, findings: findings).report()
            for step in steps {
                if let fault = taken.fault(of: step) { findings.error(fault, at: step.place) }
            }
            for step in steps {
                taken.add(step)
                reportPools(of: step)
            }
        }
        ReferenceCheck(workflow: workflow, findings: findings).report()
    }

    /// - Parameter known: steps that are there already.
    func reportSteps(known: Set<String> = []) {
        ScopeCheck(steps: workflow.steps, findings: findings, known: known).report()
        for step in workflow.steps { reportPools(of: step) }
    }

    /// They are there without being declared: what the machine has.
    private static let machinePools = ["cpu", "memory"]

    /// Depth is bounded by the reader.
    private func reportPools(of step: Step) {
        for use in step.parallel.resources {
            guard let capacity = workflow.parallel.pools[use.pool] else {
                if Self.machinePools.contains(use.pool) { continue }
                let hint = findings.hint(for: use.pool, among: poolNames)
                let fallback = "the database's pool of that name is used, if there is one"
                findings.warning(
                    "pool \(quoted(use.pool)) is not declared in this workflow; \(fallback)\(hint)", at: use.place)
                continue
            }
            if use.amount > capacity {
                let fault = "takes \(use.amount) of pool \(quoted(use.pool)), whose capacity is \(capacity)"
                findings.error("step \(quoted(step.id)) \(fault)", at: use.place)
            }
        }
        for inner in step.action.nested { reportPools(of: inner) }
    }
}

/// The steps of one scope: those of the workflow, or those within one step.
struct ScopeCheck {
    let steps: [Step]
    let findings: Findings
    /// Other steps that they may depend on.
    var known: Set<String> = []

    private let numbers: [String: Int]

    init(steps: [Step], findings: Findings, known: Set<String> = []) {
        self.steps = steps
        self.findings = findings
        self.known = known
        numbers = Dictionary(steps.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    func report() {
        reportRepeatedIDs()
        reportDependencies()
        reportCycles()
        for step in steps where !step.action.nested.isEmpty {
            ScopeCheck(steps: step.action.nested, findings: findings).report()
        }
    }

    private func reportRepeatedIDs() {
        var taken = TakenIDs()
        for step in steps {
            if let fault = taken.fault(of: step) { findings.error(fault, at: step.place) }
            taken.add(step)
        }
        guard !known.isEmpty else { return }
        let known = Set(known.map { $0.lowercased() })
        for step in steps where known.contains(step.id.lowercased()) {
            findings.error("the id \(quoted(step.id)) is taken by a step of the run", at: step.place)
        }
    }

    private func reportDependencies() {
        for step in steps {
            for dependency in step.dependencies {
                if dependency.step == step.id {
                    findings.error("step \(quoted(step.id)) needs itself", at: dependency.place)
                } else if numbers[dependency.step] == nil, !known.contains(dependency.step) {
                    let hint = findings.hint(for: dependency.step, among: steps.lazy.map(\.id))
                    let fault = "needs \(quoted(dependency.step)), which is not a step of this workflow"
                    findings.error("step \(quoted(step.id)) \(fault)\(hint)", at: dependency.place)
                }
            }
        }
    }

    private func reportCycles() {
        let graph = StepGraph(
            dependencies: steps.enumerated().map { number, step in
                step.dependencies.compactMap { numbers[$0.step] }.filter { $0 != number }
            })
        for cycle in graph.cycles() {
            let next = steps[cycle[1]].id
            let place = steps[cycle[0]].dependencies.first { $0.step == next }?.place ?? steps[cycle[0]].place
            let names = (cycle + [cycle[0]]).map { steps[$0].id }
            let shown =
                names.count <= 12
                ? names : names.prefix(8) + ["… (\(names.count - 10) more)"] + names.suffix(2)
            findings.error("these steps wait for one another: \(shown.joined(separator: " → "))", at: place)
        }
    }
}
