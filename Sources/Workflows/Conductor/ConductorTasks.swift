import JSON
import Yams

/// Tasks that come as data: those of a FORK_JOIN_DYNAMIC, which run beside one another.
enum ConductorTasks {
    /// The member of the entry that stands for them; `inputs` beside it has their inputs by reference name.
    static let key = "forkTasks"

    /// Whether an entry of a list of steps is tasks of Conductor.
    static func contains(_ value: JSONValue) -> Bool { value[key] != nil || value["taskReferenceName"] != nil }

    /// One task, or those of a fork.
    static func read(_ value: JSONValue, _ findings: Findings) -> [Step] {
        var tasks = [value]
        if let given = value[key] {
            guard let list = given.list else {
                findings.error(
                    "'dynamicForkTasksParam' must name a list of tasks, not \(given.kindName)",
                    at: Place(line: 1, column: 1))
                return []
            }
            let inputs = value["inputs"]?.object ?? [:]
            tasks = list.map { merged($0, inputs) }
        }
        let nodes = tasks.map { Node($0) }
        let index = ConductorIndex(nodes, findings: findings)
        guard !index.hasFaults else { return [] }
        let reader = ConductorTaskReader(
            index: index, text: ConductorText(index: index, findings: findings, isOpen: true), findings: findings)
        return nodes.flatMap { node in
            var flow = ConductorFlow()
            reader.sequence([node], into: &flow)
            return flow.steps
        }
    }

    /// The task with its inputs. They are values already: no text of theirs is an expression.
    private static func merged(_ task: JSONValue, _ inputs: [String: JSONValue]) -> JSONValue {
        guard case .object(var members) = task, let reference = members["taskReferenceName"]?.string,
            let given = inputs[reference]?.object
        else { return task }
        let own = members["inputParameters"]?.object ?? [:]
        members["inputParameters"] = .object(own.merging(given.mapValues(escaped)) { _, given in given })
        return .object(members)
    }

    /// Depth is bounded by what could be stored.
    private static func escaped(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text.replacing("${", with: "$${"))
        case .list(let elements): .list(elements.map(escaped))
        case .object(let members): .object(members.mapValues(escaped))
        default: value
        }
    }
}
