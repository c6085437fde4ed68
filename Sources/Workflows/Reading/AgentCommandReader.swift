import JSON
import Yams

extension AgentCommand {
    static let keys = ["command", "prompt", "env", "cwd"]

    /// A list of the program and its arguments, or a line for the shell.
    init?(reading field: Field) {
        guard let section = Section(field.value, title: field.title, keys: Self.keys, findings: field.findings) else {
            return nil
        }
        guard let command = section["command"] else {
            section.reportMissing("command")
            return nil
        }
        switch command.value {
        case .scalar:
            guard let line = command.nonEmptyText() else { return nil }
            self.init(command: [line])
            shell = true
        case .sequence(let nodes):
            let words = nodes.compactMap { node in
                Field(
                    key: "command", keyPlace: command.keyPlace, value: node, title: "an argument in \(command.title)",
                    findings: field.findings
                ).text()
            }
            guard words.count == nodes.count else { return nil }
            guard let program = words.first, !program.isEmpty else {
                field.findings.error("\(command.title) is empty", at: command.place)
                return nil
            }
            self.init(command: words)
        default:
            command.reject("a list of a program and its arguments, or a line for the shell")
            return nil
        }
        if let place = section["prompt"], let text = place.nonEmptyText() {
            if let known = PromptPlace(rawValue: text) { prompt = known } else { place.reject("stdin or argv") }
        }
        let variables = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        for (name, value) in variables {
            environment[name] = value.plainText ?? value.source
        }
        directory = section.nonEmptyText("cwd")
    }

    /// As `init(reading:)` takes it.
    var canonical: JSONValue {
        var members: [String: JSONValue] = [
            "command": shell ? .string(command[0]) : .list(command.map { .string($0) }),
            "prompt": .string(prompt.rawValue),
        ]
        if !environment.isEmpty { members["env"] = .object(environment.mapValues { .string($0) }) }
        if let directory { members["cwd"] = .string(directory) }
        return .object(members)
    }
}
