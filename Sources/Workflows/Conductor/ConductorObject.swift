import Yams

/// A mapping of a definition. Members that nothing is known of are passed over: definitions carry many, for servers
/// and for tools. One that is null counts as absent, as it does for Conductor.
struct ConductorObject {
    let title: String
    let place: Place
    let findings: Findings
    private var fields: [String: Field] = [:]

    /// - Returns: `nil`, with an error reported, when the node is no mapping.
    init?(_ node: Node, title: String, findings: Findings) {
        place = findings.place(node.mark)
        guard case .mapping(let mapping) = node else {
            findings.error("\(title) must be a mapping, not \(description(of: node))", at: place)
            return nil
        }
        self.title = title
        self.findings = findings
        for (key, value) in mapping {
            guard case .scalar(let name) = key, !findings.maskedKeys.contains(name.string) else { continue }
            if case .scalar(let scalar) = value, scalar.isNull { continue }
            fields[name.string] = Field(
                key: name.string, keyPlace: findings.place(key.mark), value: value,
                title: "'\(name.string)' of \(title)", findings: findings)
        }
    }

    subscript(key: String) -> Field? { fields[key] }

    func text(_ key: String) -> String? { fields[key]?.nonEmptyText() }

    /// A text, where an empty one counts as absent: builders write those.
    func textIfAny(_ key: String) -> String? {
        guard let field = fields[key], let text = field.text(), !text.isEmpty else { return nil }
        return text
    }

    /// A whole number of seconds; 0 counts as absent.
    func seconds(_ key: String) -> Duration? {
        guard let number = fields[key]?.integer(in: 0...315_576_000), number > 0 else { return nil }
        return .seconds(number)
    }

    /// The members by name.
    func members(_ key: String) -> [String: Field] {
        guard let field = fields[key], let entries = field.entries(of: "names and values") else { return [:] }
        return Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
    }

    func object(_ key: String) -> ConductorObject? {
        fields[key].flatMap { ConductorObject($0.value, title: $0.title, findings: findings) }
    }
}
