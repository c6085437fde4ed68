import JSON
import Yams

extension AgentCommand {
    static let keys = ["command", "prompt", "env", "cwd", "key_env"]

    init?(reading field: Field) {
        guard let section = Section(field.value, title: field.title, keys: Self.keys, findings: field.findings) else {
            return nil
        }
        self.init(reading: section)
    }

    /// - Parameter section: has `keys`, whatever else it has.
    init?(reading section: Section) {
        let variables = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        let keys = section["key_env"].map { KeyVariable.names($0) } ?? []
        let (folder, place) = (section.nonEmptyText("cwd"), section["prompt"].flatMap(Self.promptPlace))
        guard let command = section["command"] else {
            section.reportMissing("command", ", which says what to start")
            return nil
        }
        self.init(readingWords: command, prompt: place ?? .stdin)
        environment = variables.mapValues { $0.plainText ?? $0.source }
        directory = folder
        keyVariables = keys
    }

    /// A list of the program and its arguments, or a line for the shell.
    init?(readingWords field: Field, prompt: PromptPlace = .stdin) {
        let findings = field.findings
        switch field.value {
        case .sequence(let nodes):
            let words = nodes.enumerated().compactMap { index, node in
                Field(
                    key: "", keyPlace: field.keyPlace, value: node, title: "word \(index + 1) of \(field.title)",
                    findings: findings
                ).text()
            }
            guard words.count == nodes.count else { return nil }
            guard let program = words.first, program.contains(where: { !$0.isWhitespace }) else {
                findings.error("\(field.title) names no program", at: field.place)
                return nil
            }
            guard !program.contains(Self.mark) else {
                findings.error("the program of \(field.title) cannot be the prompt", at: field.place)
                return nil
            }
            self.init(command: words)
        case .scalar(let scalar) where !scalar.isNull:
            guard let line = field.nonEmptyText() else { return nil }
            guard !line.contains(Self.mark) else {
                let advice = prompt == .argv ? "there it is \"$1\"" : "write 'prompt: argv' and \"$1\""
                findings.error(
                    "\(field.title) is a shell's text, into which no prompt is written; \(advice), or give a list",
                    at: field.place)
                return nil
            }
            self.init(command: [line])
            shell = true
        default:
            field.reject("a list of a program and its arguments, or a line for the shell")
            return nil
        }
        self.prompt = prompt
    }

    private static func promptPlace(_ field: Field) -> PromptPlace? {
        guard let text = field.nonEmptyText() else { return nil }
        if let known = PromptPlace(rawValue: text) { return known }
        let hint = field.findings.hint(for: text, among: ["stdin", "argv"])
        field.findings.error("\(field.title) is 'stdin' or 'argv', not \(quoted(text))\(hint)", at: field.place)
        return nil
    }

    /// As `init(reading:)` takes it.
    var canonical: JSONValue {
        var members: [String: JSONValue] = [
            "command": shell ? .string(command[0]) : .list(command.map { .string($0) }),
            "prompt": .string(prompt.rawValue),
        ]
        if !environment.isEmpty { members["env"] = .object(environment.mapValues { .string($0) }) }
        if !keyVariables.isEmpty { members["key_env"] = .list(keyVariables.map { .string($0) }) }
        if let directory { members["cwd"] = .string(directory) }
        return .object(members)
    }
}
