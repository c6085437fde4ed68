import Yams

/// The `config` of a step that runs a process.
struct ScriptReader {
    let findings: Findings

    private static let keys = ["command", "args", "shell", "env", "cwd", "stdin"]
    /// Those that no step has itself.
    static let ownKeys = keys.filter { $0 != "env" }

    func read(_ step: Section, environment: [String: Template]) -> Script? {
        guard let config = step["config"] else {
            step.reportMissing("config", ", which says what to run")
            return nil
        }
        guard
            let section = Section(
                config.value, title: "'config' of \(step.title)", keys: Self.keys,
                misplaced: Dictionary(uniqueKeysWithValues: StepReader.ownKeys.map { ($0, "the step itself") }),
                findings: findings)
        else { return nil }
        let command = readCommand(section)
        let own = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        var script = Script(command: command ?? .shell(""))
        script.arguments = section["args"].map(readArguments)?.map { Template(plain: $0) } ?? []
        script.environment = environment.merging(own) { _, inner in inner }
        script.directory = section.nonEmptyText("cwd").map { Template(plain: $0) }
        script.input = section.text("stdin").map { Template(plain: $0) }
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
        case (nil, let shell?):
            return shell.nonEmptyText().map(Script.Command.shell)
        case (let command?, nil):
            guard let program = command.nonEmptyText() else { return nil }
            if program.contains(" "), section["args"] == nil {
                let advice = "it names one program; put its arguments into 'args', or write 'shell'"
                findings.warning("\(command.title) is \(quoted(program)); \(advice)", at: command.place)
            }
            return .program(Template(plain: program))
        }
    }

    private func readArguments(_ field: Field) -> [String] {
        guard let nodes = field.list(of: "arguments") else { return [] }
        return nodes.enumerated().compactMap { index, node in
            let title = "argument \(index + 1) in \(field.title)"
            let element = Field(key: "", keyPlace: field.keyPlace, value: node, title: title, findings: findings)
            if case .scalar(let scalar) = node, scalar.isNull {
                findings.error("\(title) is null; for the word itself, or for nothing, use quotes", at: element.place)
                return nil
            }
            return element.text()
        }
    }
}
