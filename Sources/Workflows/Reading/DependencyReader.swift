import Yams

/// A step's `dependsOn`: one entry or a list of them.
struct DependencyReader {
    let findings: Findings
    /// The key of the other step's id in an entry that is a mapping.
    var idKey = "step"

    private static let conditions = Dependency.Condition.allCases.map(\.rawValue)

    func read(_ field: Field, of title: String) -> [Dependency] {
        let nodes: [Node]
        switch field.value {
        case .sequence(let sequence): nodes = Array(sequence)
        case .scalar(let scalar) where scalar.isNull:
            field.reject("the id of a step or a list of them")
            return []
        default: nodes = [field.value]
        }
        var dependencies: [Dependency] = []
        var known: [String: Dependency.Condition] = [:]
        for dependency in nodes.compactMap({ read($0, field, of: title) }) {
            if let condition = known[dependency.step] {
                report(repeated: dependency, of: title, differs: condition != dependency.condition)
            } else {
                known[dependency.step] = dependency.condition
                dependencies.append(dependency)
            }
        }
        return dependencies
    }

    private func read(_ node: Node, _ field: Field, of title: String) -> Dependency? {
        switch node {
        case .scalar(let scalar) where !scalar.isNull: return read(scalar, of: title)
        case .mapping: return readMapping(node, of: title)
        default:
            let message = "an entry of \(field.title) must be the id of a step, not \(description(of: node))"
            findings.error(message, at: findings.place(node.mark))
            return nil
        }
    }

    /// `ID` or `ID:CONDITION`; no id has a colon.
    private func read(_ scalar: Node.Scalar, of title: String) -> Dependency? {
        let place = findings.place(scalar.mark)
        let parts = scalar.string.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let id = parts.first.map({ String($0) }) else { return nil }
        guard parts.count == 2 else { return Dependency(step: id, condition: .succeeded, place: place) }
        return condition(String(parts[1]), of: title, at: place).map {
            Dependency(step: id, condition: $0, place: place)
        }
    }

    private func readMapping(_ node: Node, of title: String) -> Dependency? {
        guard
            let section = Section(
                node, title: "a dependency of \(title)", keys: [idKey, "condition"], findings: findings)
        else { return nil }
        if section[idKey] == nil { section.reportMissing(idKey) }
        guard let id = section.text(idKey) else { return nil }
        let place = section[idKey]?.place ?? section.place
        guard let field = section["condition"] else { return Dependency(step: id, condition: .succeeded, place: place) }
        return field.text().flatMap { condition($0, of: title, at: field.place) }.map {
            Dependency(step: id, condition: $0, place: place)
        }
    }

    private func condition(_ text: String, of title: String, at place: Place) -> Dependency.Condition? {
        if let condition = Dependency.Condition(rawValue: text) { return condition }
        let known = "a condition is 'succeeded', 'finished', 'failed' or 'passed'"
        let hint = findings.hint(for: text, among: Self.conditions)
        findings.error("\(title) has a dependency with the condition \(quoted(text)); \(known)\(hint)", at: place)
        return nil
    }

    private func report(repeated dependency: Dependency, of title: String, differs: Bool) {
        if differs {
            let message = "\(title) needs \(quoted(dependency.step)) twice, with different conditions"
            findings.error(message, at: dependency.place)
        } else {
            findings.warning("\(title) needs \(quoted(dependency.step)) twice", at: dependency.place)
        }
    }
}
