import JSON
import Jobs

/// What a client ordered of definitions in the database.
struct DefinitionOrder {
    let order: ExecuteWorkflow.Order
    /// At least one.
    let definitions: [StoredDefinition]

    /// - Returns: the definition, or one of the chosen tasks alone, in the order in which they were named.
    /// - Throws: `ToolFailure` for what such workflows cannot be told.
    func chosen() throws -> JSONValue {
        let names = definitions.map(\.name).joined(separator: " + ")
        guard order.limit == nil else {
            throw ToolFailure("parallel_limit is for workflow files; '\(names)' is a registered definition")
        }
        let parsed = try definitions.map { definition in
            guard case .object(let members) = try? JSONValue(parsing: definition.text) else {
                throw ToolFailure("the definition '\(definition.name)' in the database is no JSON object")
            }
            return members
        }
        var members = parsed.count == 1 ? parsed[0] : try union(of: parsed, named: names)
        guard let numbers = order.tasks else { return .object(members) }
        let tasks = parsed.flatMap { $0["tasks"]?.list ?? [] }
        members["tasks"] = .list(
            try numbers.map { number in
                guard let task = tasks.first(where: { $0["taskReferenceName"] == .string(TaskNumber.step(number)) })
                else { throw ToolFailure("the definition '\(names)' has no task_\(number)") }
                return task
            })
        return .object(members)
    }

    /// What several definitions say besides their tasks. The longest time limit counts; there is no output of the whole,
    /// which is Conductor's usual one.
    private func union(of parts: [[String: JSONValue]], named name: String) throws -> [String: JSONValue] {
        var union: [String: JSONValue] = [
            "name": .string(String(name.prefix(200))), "version": .integer(1), "schemaVersion": .integer(2),
        ]
        for key in ["inputTemplate", "variables"] {
            var merged: [String: JSONValue] = [:]
            for (name, value) in parts.flatMap({ $0[key]?.object ?? [:] }).sorted(by: { $0.key < $1.key }) {
                if let known = merged[name], known != value {
                    throw ToolFailure(
                        "the definitions give '\(name)' different values in '\(key)', so that they cannot be one run; "
                            + "start each by a call of its own")
                }
                merged[name] = value
            }
            if !merged.isEmpty { union[key] = .object(merged) }
        }
        let failureWorkflows = Set(parts.compactMap { $0["failureWorkflow"]?.string }.filter { !$0.isEmpty })
        guard failureWorkflows.count <= 1 else {
            throw ToolFailure(
                "the definitions have different failure workflows: \(failureWorkflows.sorted().joined(separator: ", ")); "
                    + "start each by a call of its own")
        }
        union["failureWorkflow"] = failureWorkflows.first.map { .string($0) }
        let timeouts = parts.map { part -> Int? in
            part["timeoutPolicy"]?.string == "TIME_OUT_WF" ? part["timeoutSeconds"]?.integer : nil
        }
        if !timeouts.contains(nil), let longest = timeouts.compactMap(\.self).max() {
            union["timeoutSeconds"] = .integer(longest)
            union["timeoutPolicy"] = .string("TIME_OUT_WF")
        }
        return union
    }
}
