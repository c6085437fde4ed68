package import JSON

/// What an agent is asked when its task has no prompt of its own.
package enum AgentPrompt {
    /// The name, the description and the parameters, a paragraph each.
    package static func text(name: String, description: String?, parameters: [String: JSONValue]) -> String {
        var paragraphs = [name]
        if let description, !description.isEmpty, description != name { paragraphs.append(description) }
        if !parameters.isEmpty {
            let lines = parameters.sorted { $0.key < $1.key }.map { "- \($0.key): \($0.value.splicedText)" }
            paragraphs.append("Parameters:\n" + lines.joined(separator: "\n"))
        }
        return paragraphs.joined(separator: "\n\n") + "\n"
    }
}
