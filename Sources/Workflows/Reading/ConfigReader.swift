import JSON
import Yams

/// The `config` of every type of step but `script`.
struct ConfigReader {
    let findings: Findings

    static let agentKeys = ["agent", "prompt", "parameters", "env", "planner", "context", "resolved"]
    static let workerKeys = ["worker", "data", "resolved"]
    static let httpKeys = ["method", "url", "headers", "body", "expect"]
    static let workflowKeys = ["file", "name", "definition", "inputs"]
    static let approvalKeys = ["message"]
    static let waitKeys = ["duration", "until", "signal"]
    static let groupKeys = ["steps"]
    static let loopKeys = ["steps", "while", "limit"]
    static let dynamicKeys = ["steps"]
    static let valueKeys = ["value"]
    static let endKeys = ["state", "reason", "output"]

    /// The step's `config`; `nil` when it has none, or one that is no mapping.
    func section(of step: Section, keys: [String], required: Bool) -> Section? {
        guard let config = step["config"] else {
            if required { step.reportMissing("config", ", which says what to run") }
            return nil
        }
        return Section(
            config.value, title: "'config' of \(step.title)", keys: keys,
            misplaced: Dictionary(
                uniqueKeysWithValues: StepReader.keys.filter { !["name", "env"].contains($0) }.map {
                    ($0, "the step itself")
                }),
            findings: findings)
    }

    func agent(_ step: Section, environment: [String: Template]) -> StepAction? {
        guard let section = section(of: step, keys: Self.agentKeys, required: true) else { return nil }
        if section["agent"] == nil { section.reportMissing("agent") }
        guard let name = section.identifier("agent") else { return nil }
        var call = AgentCall(agent: name)
        call.prompt = section["prompt"]?.nonEmptyTemplate()
        call.parameters = section["parameters"]?.templates(of: "parameters and their values") ?? [:]
        let own = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        call.environment = environment.merging(own) { _, inner in inner }
        call.isPlanner = section.flag("planner") ?? false
        call.seesContext = section.flag("context")
        call.resolved = section["resolved"].flatMap { AgentTarget(reading: $0) }
        return .agent(call)
    }

    func worker(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.workerKeys, required: true) else { return nil }
        if section["worker"] == nil { section.reportMissing("worker", ", which names the type of the job") }
        guard let type = section["worker"]?.jobType() else { return nil }
        var call = WorkerStep(type: type)
        call.data = section["data"]?.jsonTemplate()
        call.resolved = section["resolved"].flatMap { WorkerCommand(reading: $0) }
        return .worker(call)
    }

    func http(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.httpKeys, required: true) else { return nil }
        if section["url"] == nil { section.reportMissing("url") }
        guard let url = section["url"]?.nonEmptyTemplate() else { return nil }
        if let text = url.plainText, !text.hasPrefix("http://"), !text.hasPrefix("https://"), let field = section["url"]
        {
            findings.error("\(field.title) is \(quoted(text)); it begins with http:// or https://", at: field.place)
        }
        var call = HTTPCall(url: url)
        if let field = section["method"], let method = field.nonEmptyText() {
            call.method = method.uppercased()
            if !method.utf8.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) {
                findings.error("\(field.title) is \(quoted(method)), which is no method of HTTP", at: field.place)
            }
        }
        for entry in section["headers"]?.entries(of: "headers and their values") ?? [] {
            let isName = !entry.key.isEmpty && !entry.key.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x3A }
            if !isName { findings.error("\(quoted(entry.key)) cannot be the name of a header", at: entry.keyPlace) }
            call.headers[entry.key] = entry.template()
        }
        call.body = section["body"]?.jsonTemplate()
        if let field = section["expect"] {
            let nodes = if case .scalar = field.value { [field.value] } else { field.list(of: "statuses") ?? [] }
            call.expectedStatuses = nodes.compactMap { node in
                Field(key: "expect", keyPlace: field.keyPlace, value: node, title: field.title, findings: findings)
                    .integer(in: 100...599)
            }
        }
        return .http(call)
    }

    func workflow(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.workflowKeys, required: true) else { return nil }
        let given = ["file", "name", "definition"].compactMap { section[$0] }
        guard given.count == 1, let field = given.first else {
            findings.error("\(section.title) has one of 'file', 'name' and 'definition'", at: section.place)
            return nil
        }
        var reference: WorkflowCall.Reference?
        if field.key == "definition" {
            if case .object(let members)? = field.json() {
                reference = .inline(JSONValue.object(members).text)
            } else if case .scalar(let scalar) = field.value, (try? JSONValue(parsing: scalar.string)) != nil {
                reference = .inline(scalar.string)
            } else {
                field.reject("a workflow")
            }
        } else {
            reference = field.nonEmptyTemplate().map { .file($0) }
        }
        guard let reference else { return nil }
        var call = WorkflowCall(reference)
        call.inputs = section["inputs"]?.templates(of: "inputs and their values") ?? [:]
        return .workflow(call)
    }

    func approval(_ step: Section) -> StepAction? {
        let section = section(of: step, keys: Self.approvalKeys, required: false)
        return .approval(Approval(message: section?["message"]?.nonEmptyTemplate()))
    }

    func wait(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.waitKeys, required: true) else { return nil }
        let given = Self.waitKeys.compactMap { section[$0] }
        guard given.count == 1, let field = given.first else {
            findings.error("\(section.title) has one of 'duration', 'until' and 'signal'", at: section.place)
            return nil
        }
        switch field.key {
        case "duration":
            if let template = field.nonEmptyTemplate() {
                if let text = template.plainText, DurationText.parseLong(text) == nil {
                    field.reject("seconds or a duration such as 500ms, 90s, 5m, 1h30m or '1 minute 30 seconds'")
                    return nil
                }
                return .wait(.duration(template))
            }
            return nil
        case "until": return field.nonEmptyTemplate().map { .wait(.until($0)) }
        default: return field.flag() == true ? .wait(.signal) : nil
        }
    }

    func group(_ step: Section, depth: Int) -> StepAction? {
        guard let section = section(of: step, keys: Self.groupKeys, required: true) else { return nil }
        return steps(section, depth: depth).map { .group($0) }
    }

    func loop(_ step: Section, depth: Int) -> StepAction? {
        guard let section = section(of: step, keys: Self.loopKeys, required: true) else { return nil }
        if section["while"] == nil { section.reportMissing("while") }
        guard let steps = steps(section, depth: depth), let condition = section["while"]?.expression() else {
            return nil
        }
        var loop = Loop(steps: steps, condition: condition)
        loop.limit = section.integer("limit", in: 1...100_000) ?? 1000
        return .loop(loop)
    }

    func dynamic(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.dynamicKeys, required: true) else { return nil }
        if section["steps"] == nil { section.reportMissing("steps") }
        return section["steps"]?.jsonTemplate().map { .dynamic($0) }
    }

    func set(_ step: Section) -> StepAction? {
        guard let config = step["config"] else {
            step.reportMissing("config", ", which names variables and their values")
            return nil
        }
        return .set(config.templates(of: "variables and their values"))
    }

    func value(_ step: Section) -> StepAction? {
        guard let section = section(of: step, keys: Self.valueKeys, required: true) else { return nil }
        if section["value"] == nil { section.reportMissing("value") }
        return section["value"]?.jsonTemplate().map { .value($0) }
    }

    func end(_ step: Section) -> StepAction? {
        let section = section(of: step, keys: Self.endKeys, required: false)
        var end = RunEnd(state: .succeeded)
        if let field = section?["state"], let text = field.nonEmptyText() {
            if let state = RunEnd.State(rawValue: text) {
                end.state = state
            } else {
                field.reject("succeeded, failed or cancelled")
            }
        }
        end.reason = section?["reason"]?.template()
        end.output = section?["output"]?.jsonTemplate()
        return .end(end)
    }

    private func steps(_ section: Section, depth: Int) -> [Step]? {
        guard let field = section["steps"] else {
            section.reportMissing("steps")
            return nil
        }
        guard depth < StepReader.maximumDepth else {
            findings.error("steps within steps are at most \(StepReader.maximumDepth) deep", at: field.place)
            return nil
        }
        guard let nodes = field.list(of: "steps") else { return nil }
        if nodes.isEmpty { findings.error("\(field.title) is empty", at: field.place) }
        let reader = StepReader(findings: findings, depth: depth + 1)
        return nodes.enumerated().compactMap { reader.read($1, number: $0 + 1) }
    }
}
