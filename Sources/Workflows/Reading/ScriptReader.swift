import Yams

/// The `config` of a step that runs a process.
struct ScriptReader {
    let findings: Findings

    static let keys = ["command", "args", "shell", "env", "cwd", "stdin"]
    /// Those that no step has itself.
    static let ownKeys = keys.filter { $0 != "env" }

    func read(_ step: Section, environment: [String: Template]) -> Script? {
        guard let section = ConfigReader(findings: findings).section(of: step, keys: Self.keys, required: true) else {
            return nil
        }
        return read(section: section, environment: environment)
    }

    /// - Parameter section: has `keys`, whatever else it has.
    func read(section: Section, environment: [String: Template]) -> Script? {
        let command = readCommand(section)
        let own = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        var script = Script(command: command ?? .shell(""))
        script.arguments = section["args"].map(readArguments) ?? []
        script.environment = environment.merging(own) { _, inner in inner }
        script.directory = section["cwd"]?.nonEmptyTemplate()
        script.input = section["stdin"]?.template()
        return command == nil ? nil : script
    }

    private func readCommand(_ section: Section) -> Script.Command? {
        switch (section["command"], section["shell"]) {
        case (nil, nil):
            section.reportMissing("command", " and no 'shell'")
            return nil
        case (_?, let shell?):
            findings.error("\(section.title) has both 'command' and 'shell'; give one of them", at: shell.keyPlace)
            return nil
        case (nil, let shell?): return readShell(shell)
        case (let command?, nil):
            guard let program = command.nonEmptyTemplate() else { return nil }
            if let text = program.plainText, text.contains(" "), section["args"] == nil {
                let advice = "it names one program; put its arguments into 'args', or write 'shell'"
                findings.warning("\(command.title) is \(quoted(text)); \(advice)", at: command.place)
            }
            return .program(program)
        }
    }

    private func readShell(_ field: Field) -> Script.Command? {
        guard let text = field.nonEmptyText() else { return nil }
        if TemplateScanner.hasExpression(text) {
            findings.error(
                "\(field.title) has an expression, whose value the shell would take for a part of the script; "
                    + "give it as a variable in 'env', or in 'args' as \"$1\"", at: field.place)
            return nil
        }
        return .shell(text)
    }

    func readArguments(_ field: Field) -> [Template] {
        guard let nodes = field.list(of: "arguments") else { return [] }
        return nodes.enumerated().compactMap { index, node in
            let title = "argument \(index + 1) in \(field.title)"
            let element = Field(key: "", keyPlace: field.keyPlace, value: node, title: title, findings: findings)
            if case .scalar(let scalar) = node, scalar.isNull {
                findings.error("\(title) is null; for the word itself, or for nothing, use quotes", at: element.place)
                return nil
            }
            return element.template()
        }
    }
}
