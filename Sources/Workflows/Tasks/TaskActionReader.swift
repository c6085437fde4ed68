import JSON
import Yams

/// What a task does: its command, else its agent, or what its `type` says.
struct TaskActionReader {
    let findings: Findings
    let steps: StepReader

    /// The type that the dialect itself has.
    private static let ownType = "system_task"
    private static let commandKeys = ["command", "shell", "args", "cwd", "stdin"]
    private static let agentKeys = ["prompt", "planner"]

    /// - Parameter task: the id as it is written.
    func read(_ section: Section, task: String) -> StepAction? {
        let type = section["type"].map { $0.nonEmptyText() ?? "" }
        switch type {
        case ""?: return nil
        case nil, Self.ownType?:
            if type == nil, section["config"] != nil { return typed("script", section, task) }
            return own(section, task)
        case "script"? where section["config"] == nil, "agent"? where section["config"] == nil:
            return own(section, task)
        case let type?: return typed(type, section, task)
        }
    }

    private func own(_ section: Section, _ task: String) -> StepAction? {
        if let field = section["config"] {
            let advice = "it has its command or its agent among its own keys"
            findings.error(
                "\(section.title) is of type \(Self.ownType) and has no 'config'; \(advice)", at: field.keyPlace)
        }
        let environment = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        if section["command"] != nil || section["shell"] != nil {
            reportUnused(Self.agentKeys, of: section, because: "it runs a command")
            return script(section, task, environment).map(StepAction.script)
        }
        reportUnused(Self.commandKeys, of: section, because: "it has no command")
        guard section["agent_type"] != nil else {
            section.reportMissing("command", " and no 'agent_type': nothing says what executes it")
            return nil
        }
        guard let name = section.identifier("agent_type") else { return nil }
        var call = AgentCall(agent: name)
        call.prompt = section["prompt"]?.nonEmptyTemplate()
        call.isPlanner = section.flag("planner") ?? false
        return withTask(.agent(call), section, task, environment)
    }

    /// A type that steps have as well, with its `config`.
    private func typed(_ type: String, _ section: Section, _ task: String) -> StepAction? {
        guard StepReader.types.contains(type) else {
            if let field = section["type"] {
                let hint = findings.hint(for: type, among: [Self.ownType] + StepReader.types)
                findings.error("\(field.title) is \(quoted(type)), which is no type of task\(hint)", at: field.place)
            }
            return nil
        }
        reportUnused(Self.commandKeys + Self.agentKeys, of: section, because: "its type has them in 'config'")
        return steps.readAction(section).flatMap { withTask($0, section, task, [:]) }
    }

    private func script(_ section: Section, _ task: String, _ environment: [String: Template]) -> Script? {
        let reader = ScriptReader(findings: findings)
        guard let field = section["command"], case .sequence = field.value, section["shell"] == nil else {
            guard let script = reader.read(section: section, environment: environment) else { return nil }
            return withTask(script, section, task)
        }
        let words = reader.readArguments(field)
        guard let program = words.first, program.plainText != "" else {
            findings.error("\(field.title) names no program", at: field.place)
            return nil
        }
        var script = Script(command: .program(program))
        script.arguments = words.dropFirst() + (section["args"].map(reader.readArguments) ?? [])
        script.environment = environment
        script.directory = section["cwd"]?.nonEmptyTemplate()
        script.input = section["stdin"]?.template()
        return withTask(script, section, task)
    }

    /// The task's number and parameters, for what executes it.
    private func withTask(
        _ action: StepAction, _ section: Section, _ task: String, _ environment: [String: Template]
    ) -> StepAction? {
        switch action {
        case .script(let script): return .script(withTask(script, section, task))
        case .agent(var call):
            let own = section["parameters"]?.templates(of: "parameters and their values") ?? [:]
            call.parameters = own.merging(call.parameters) { _, inner in inner }
            call.environment = ["WEIR_TASK": Template(plain: task)].merging(
                environment.merging(call.environment) { _, inner in inner }
            ) { _, own in own }
            return .agent(call)
        default:
            if let field = section["parameters"] {
                findings.error(
                    "\(field.title) reach commands and agents; its type has its data in 'config'", at: field.keyPlace)
            }
            return action
        }
    }

    private func withTask(_ script: Script, _ section: Section, _ task: String) -> Script {
        var variables = ["WEIR_TASK": Template(plain: task), "WEIR_PARAMETERS": Template(plain: "{}")]
        if let agent = section["agent_type"].flatMap({ $0.identifier() }) {
            variables["WEIR_AGENT"] = Template(plain: agent)
        }
        if let field = section["parameters"] { variables["WEIR_PARAMETERS"] = parameters(field) }
        var script = script
        script.environment = variables.merging(script.environment) { _, own in own }
        return script
    }

    private func parameters(_ field: Field) -> Template {
        do throws(ExpressionError) {
            let text = try ParameterText.template(field.templates(of: "parameters and their values"))
            if text.source.utf8.count > ParameterText.limit {
                findings.error(
                    "\(field.title) have more than \(ParameterText.limit) bytes, which no command can be given",
                    at: field.place)
            }
            return text
        } catch {
            field.report(error)
            return Template(plain: "{}")
        }
    }

    private func reportUnused(_ keys: [String], of section: Section, because reason: String) {
        for field in keys.compactMap({ section[$0] }) {
            findings.error("\(field.title) means nothing here: \(reason)", at: field.keyPlace)
        }
    }
}
