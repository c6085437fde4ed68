import Yams

/// One entry of `agents`: a mapping, or the command alone.
struct AgentDefinitionReader {
    let findings: Findings

    func read(_ entry: Field) -> AgentDefinition? {
        let title = "agent \(quoted(entry.key))"
        guard case .mapping(let mapping) = entry.value else {
            let command = Field(
                key: entry.key, keyPlace: entry.keyPlace, value: entry.value, title: title, findings: findings)
            return AgentCommand(readingWords: command).map {
                AgentDefinition(target: .command($0), place: entry.keyPlace)
            }
        }
        let isChat = mapping.contains { $0.key.scalar?.string == "endpoint" }
        let (keys, others) =
            isChat ? (ChatEndpoint.keys, AgentCommand.keys) : (AgentCommand.keys, ChatEndpoint.keys)
        let home = isChat ? "an agent by command, and this one has an endpoint" : "an agent with an 'endpoint'"
        guard
            let section = Section(
                entry.value, title: title, keys: keys + ["timeout", "description"],
                misplaced: Dictionary(uniqueKeysWithValues: others.map { ($0, home) }), findings: findings)
        else { return nil }
        let (timeout, description) = (section.duration("timeout"), section.nonEmptyText("description"))
        let target: AgentTarget? =
            isChat
            ? ChatEndpoint(reading: section).map { .chat($0) } : AgentCommand(reading: section).map { .command($0) }
        return target.map {
            var agent = AgentDefinition(target: $0, timeout: timeout, place: entry.keyPlace)
            agent.description = description
            return agent
        }
    }
}
