import Yams

/// One entry of `agents`: a mapping, or the command alone.
struct AgentDefinitionReader {
    let findings: Findings

    func read(_ entry: Field) -> AgentDefinition? {
        let title = "agent \(quoted(entry.key))"
        guard case .mapping = entry.value else {
            let command = Field(
                key: entry.key, keyPlace: entry.keyPlace, value: entry.value, title: title, findings: findings)
            return AgentCommand(readingWords: command).map { AgentDefinition(command: $0, place: entry.keyPlace) }
        }
        let keys = AgentCommand.keys + ["timeout"]
        guard let section = Section(entry.value, title: title, keys: keys, findings: findings) else { return nil }
        let timeout = section.duration("timeout")
        return AgentCommand(reading: section).map {
            AgentDefinition(command: $0, timeout: timeout, place: entry.keyPlace)
        }
    }
}
