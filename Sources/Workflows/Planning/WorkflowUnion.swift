package import JSON

/// Steps of several workflows as one workflow that runs them all.
package struct WorkflowUnion {
    /// What the workflows say of the same thing and what cannot both hold, for people.
    package struct Conflict: Error, CustomStringConvertible {
        package let description: String
    }

    private let parts: [Workflow]

    /// - Parameter parts: at least one; of each the steps that are to run.
    package init(_ parts: [Workflow]) { self.parts = parts }

    /// The parts' steps in their order. Each keeps the variables of its workflow; the run has the inputs, pools, workers,
    /// criteria and final steps of all. One that runs its steps one at a time makes all do so, the least number of steps
    /// at once counts and the longest time limit. There is no result of the whole.
    ///
    /// - Throws: `Conflict` when two declare a pool, a worker or a final step of the same name and mean another.
    package func workflow() throws(Conflict) -> Workflow {
        var union = parts[0]
        union.name = name
        if parts.contains(where: { $0.version != union.version }) { union.version = "1.0.0" }
        if parts.contains(where: { $0.dialect != union.dialect }) { union.dialect = .steps }
        union.description = nil
        union.metadata = [:]
        union.environment = [:]
        union.output = nil
        union.schedules = []
        union.keepsOrder = true
        union.steps = parts.flatMap { part in part.steps.map { part.furnished($0) } }
        union.handlers = handlers
        union.inputs = inputs
        union.parallel = try parallel()
        for part in parts.dropFirst() {
            try union.add(workers: part.workers, of: part.name)
            union.criteria += part.criteria.filter { !union.criteria.contains($0) }
            union.report.resultsDirectory = union.report.resultsDirectory ?? part.report.resultsDirectory
            union.report.reportPath = union.report.reportPath ?? part.report.reportPath
            union.failureMessages.oneFailed = union.failureMessages.oneFailed ?? part.failureMessages.oneFailed
            union.failureMessages.allFailed = union.failureMessages.allFailed ?? part.failureMessages.allFailed
        }
        let timeouts = parts.map(\.timeout)
        union.timeout = timeouts.contains(nil) ? nil : timeouts.compactMap(\.self).max()
        try requireDistinct(union)
        return union
    }

    /// What each of the parts makes of what was given; a default of one holds for all.
    ///
    /// - Parameter given: by the names of inputs of any part.
    /// - Returns: the values that are not null; or what is wrong with them, a line each.
    package func inputs(given: [String: JSONValue]) -> (values: [String: JSONValue], faults: [String]) {
        let takesAny = parts.allSatisfy { $0.dialect == .conductor }
        var values = given
        var faults = given.keys.sorted().filter { name in
            !takesAny && !parts.contains { part in part.inputs.contains { $0.name == name } }
        }.map { "no workflow of these has an input \(quoted($0))" }
        var owners: [String: String] = [:]
        for part in parts {
            let names = Set(part.inputs.map(\.name))
            let (own, ownFaults) = part.inputs(given: given.filter { names.contains($0.key) })
            faults += ownFaults.map { "\(part.name): \($0)" }
            for (name, value) in own.sorted(by: { $0.key < $1.key }) where value != .null {
                if let known = values[name], known != value {
                    faults.append(
                        "the input \(quoted(name)) has one default in \(quoted(owners[name] ?? part.name)) and "
                            + "another in \(quoted(part.name)); give its value in the parameters")
                }
                values[name] = value
                owners[name] = owners[name] ?? part.name
            }
        }
        return (values, faults)
    }

    // MARK: Parts

    private static let mostOfName = 200

    private var name: String {
        let whole = parts.map(\.name).joined(separator: " + ")
        if whole.unicodeScalars.count <= Self.mostOfName { return whole }
        let first = String(String.UnicodeScalarView(parts[0].name.unicodeScalars.prefix(Self.mostOfName - 20)))
        return "\(first) + \(parts.count - 1) more"
    }

    private var handlers: Handlers {
        var handlers = Handlers()
        for part in parts {
            handlers.success += part.handlers.success.map { part.furnished($0) }
            handlers.failure += part.handlers.failure.map { part.furnished($0) }
            handlers.always += part.handlers.always.map { part.furnished($0) }
        }
        return handlers
    }

    /// Each once. Values were checked by the parts; what they say otherwise of the same input is left open here.
    private var inputs: [Input] {
        var inputs: [Input] = []
        var positions: [String: Int] = [:]
        for input in parts.flatMap(\.inputs) {
            guard let position = positions[input.name] else {
                positions[input.name] = inputs.count
                inputs.append(input)
                continue
            }
            if inputs[position].kind != input.kind { inputs[position].kind = .any }
            if inputs[position].choices != input.choices { inputs[position].choices = [] }
            inputs[position].isRequired = inputs[position].isRequired || input.isRequired
            inputs[position].defaultValue = inputs[position].defaultValue ?? input.defaultValue
        }
        return inputs
    }

    private func parallel() throws(Conflict) -> ParallelSettings {
        var union = ParallelSettings()
        union.isEnabled = parts.allSatisfy(\.parallel.isEnabled)
        union.isExplicit = parts.contains { $0.parallel.isExplicit }
        union.defaultMaxConcurrency = parts.compactMap(\.parallel.defaultMaxConcurrency).min()
        var owners: [String: String] = [:]
        for part in parts {
            for (pool, capacity) in part.parallel.pools.sorted(by: { $0.key < $1.key }) {
                let isIndexed = part.parallel.indexedPools.contains(pool)
                if let owner = owners[pool],
                    union.pools[pool] != capacity || union.indexedPools.contains(pool) != isIndexed
                {
                    throw Conflict(
                        description: "the pool \(quoted(pool)) is one thing in \(quoted(owner)) and another in "
                            + "\(quoted(part.name)); give both the same capacity, or start each by a call of its own")
                }
                owners[pool] = owners[pool] ?? part.name
                union.pools[pool] = capacity
                if isIndexed { union.indexedPools.insert(pool) }
            }
        }
        return union
    }

    /// Depth is bounded by the reader.
    private func requireDistinct(_ union: Workflow) throws(Conflict) {
        var owners: [String: String] = [:]
        for part in parts {
            var own: Set<String> = []
            func note(_ step: Step) {
                own.insert(step.id.lowercased())
                for inner in step.action.nested { note(inner) }
            }
            for step in part.steps + part.handlers.success + part.handlers.failure + part.handlers.always { note(step) }
            for id in own.sorted() {
                if let owner = owners[id] {
                    throw Conflict(
                        description: "both \(quoted(owner)) and \(quoted(part.name)) have a step \(quoted(id)); rename "
                            + "one, or start each by a call of its own")
                }
                owners[id] = part.name
            }
        }
    }
}

extension Workflow {
    /// The step with the workflow's variables, to stand on its own.
    fileprivate func furnished(_ step: Step) -> Step {
        var step = step
        step.merge(environment)
        return step
    }

    fileprivate mutating func add(workers: [String: WorkerCommand], of part: String) throws(WorkflowUnion.Conflict) {
        for (type, worker) in workers.sorted(by: { $0.key < $1.key }) {
            if let known = self.workers[type], known != worker {
                throw WorkflowUnion.Conflict(
                    description: "the worker \(quoted(type)) is another in \(quoted(part)) than in the workflow before "
                        + "it; rename one, or start each by a call of its own")
            }
            self.workers[type] = worker
        }
    }
}
