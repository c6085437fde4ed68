import Yams

/// The root of a `weir.yaml`.
struct ConfigurationReader {
    let findings: Findings

    private static let sections = ["agents", "workers", "parallel"]

    func read(_ root: Node) -> Configuration {
        var configuration = Configuration()
        if case .scalar(let scalar) = root, scalar.isNull { return configuration }
        let document = Field(
            key: "", keyPlace: findings.place(root.mark), value: root, title: "the configuration", findings: findings)
        for entry in document.entries(of: "sections, such as 'agents'") ?? [] {
            switch entry.key {
            case "agents": configuration.agents = readAgents(entry)
            case "workers": configuration.workers = WorkersReader(findings: findings).read(entry)
            case "parallel": configuration.parallel = ParallelSectionReader(findings: findings).read(entry)
            default: reportUnknown(entry)
            }
        }
        return configuration
    }

    /// One file serves several versions: a section of another is passed over, a misspelt one is not.
    private func reportUnknown(_ entry: Field) {
        let hint = findings.hint(for: entry.key, among: Self.sections)
        if hint.isEmpty {
            findings.warning("this version knows no section \(quoted(entry.key)); it has no effect", at: entry.keyPlace)
        } else {
            findings.error("unknown section \(quoted(entry.key))\(hint)", at: entry.keyPlace)
        }
    }

    private func readAgents(_ field: Field) -> [String: AgentDefinition] {
        if case .scalar(let scalar) = field.value, scalar.isNull { return [:] }
        var agents: [String: AgentDefinition] = [:]
        for entry in field.entries(of: "agents by their names") ?? [] {
            guard isIdentifier(entry.key) else {
                findings.error("\(quoted(entry.key)) cannot be the name of an agent", at: entry.keyPlace)
                continue
            }
            agents[entry.key] = AgentDefinitionReader(findings: findings).read(entry)
        }
        return agents
    }
}
