package import JSON

extension Workflow {
    /// The whole workflow in the canonical form; steps stand as in the file, with defaults written out.
    package var canonical: JSONValue {
        var members: [String: JSONValue] = ["name": .string(name), "version": .string(version)]
        members["description"] = description.map { .string($0) }
        if !metadata.isEmpty { members["metadata"] = .object(metadata) }
        let parallel = parallel.canonical
        if !parallel.isEmpty { members["parallel"] = .object(parallel) }
        if !environment.isEmpty { members["env"] = .object(environment.mapValues { .string($0.source) }) }
        if !inputs.isEmpty {
            members["inputs"] = .object(Dictionary(inputs.map { ($0.name, $0.canonical) }) { first, _ in first })
        }
        if !workers.isEmpty { members["workers"] = .object(workers.mapValues(\.canonical)) }
        members["steps"] = .list(steps.map(\.canonical))
        if !handlers.isEmpty {
            var on: [String: JSONValue] = [:]
            if !handlers.success.isEmpty { on["success"] = .list(handlers.success.map(\.canonical)) }
            if !handlers.failure.isEmpty { on["failure"] = .list(handlers.failure.map(\.canonical)) }
            if !handlers.always.isEmpty { on["always"] = .list(handlers.always.map(\.canonical)) }
            members["on"] = .object(on)
        }
        members["output"] = output?.source
        if !criteria.isEmpty { members["success_criteria"] = .list(criteria.map { .string($0.source) }) }
        members["timeout"] = timeout.map { .string("\($0.wholeMilliseconds)ms") }
        if !schedules.isEmpty { members["schedule"] = .list(schedules.map(\.canonical)) }
        var report: [String: JSONValue] = [:]
        report["results"] = self.report.resultsDirectory.map { .string($0) }
        report["file"] = self.report.reportPath.map { .string($0) }
        if !report.isEmpty { members["report"] = .object(report) }
        return .object(members)
    }
}

extension Criterion {
    /// As it is written.
    package var source: String {
        switch self {
        case .allTasksCompleted: "all_tasks_completed"
        case .noTaskBlockedByAnother: "no_task_blocked_by_another"
        case .expression(let expression): expression.source
        }
    }
}

extension ParallelSettings {
    private var canonicalPools: [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: pools.map { name, capacity in
                let isIndexed = indexedPools.contains(name)
                guard isIndexed != ParallelSettingsReader.isIndexed(name) else { return (name, .integer(capacity)) }
                return (name, .object(["capacity": .integer(capacity), "indexed": .bool(isIndexed)]))
            })
    }

    fileprivate var canonical: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if isExplicit { members["enabled"] = .bool(isEnabled) }
        members["defaultMaxConcurrency"] = defaultMaxConcurrency.map { .integer($0) }
        if !pools.isEmpty { members["resources"] = .object(canonicalPools) }
        return members
    }
}

extension Input {
    fileprivate var canonical: JSONValue {
        var members: [String: JSONValue] = ["type": .string(kind.rawValue)]
        members["description"] = description.map { .string($0) }
        members["default"] = defaultValue
        if isRequired { members["required"] = .bool(true) }
        if !choices.isEmpty { members["choices"] = .list(choices) }
        return .object(members)
    }
}

extension ScheduleEntry {
    fileprivate var canonical: JSONValue {
        var members: [String: JSONValue] = ["cron": .string(cron), "overlap": .string(overlap.rawValue)]
        members["zone"] = zone.map { .string($0) }
        members["catchUp"] = catchUp.map { .string("\($0.wholeMilliseconds)ms") }
        return .object(members)
    }
}
