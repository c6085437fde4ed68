import Yams

/// One entry of `steps`.
struct StepReader {
    let findings: Findings
    /// How many steps the entry is within.
    var depth = 0
    /// What holds where a step does not say.
    var defaults = StepDefaults()

    static let maximumDepth = 16

    static let keys = [
        "id", "name", "description", "type", "config", "env", "dependsOn", "if", "matrix", "foreach", "parallel",
        "continueOnError", "timeout", "memory", "retries", "retry", "priority", "queue", "cache", "quality_gates",
        "gates",
    ]
    static let cacheKeys = ["key", "paths"]
    /// Those that nothing but a step has.
    static let ownKeys = keys.filter { !["name", "description", "env", "parallel", "timeout"].contains($0) }
    private static let misplaced = Dictionary(
        uniqueKeysWithValues: ScriptReader.ownKeys.map { ($0, "'config' of the step") }
            + StepParallelismReader.ownKeys.map { ($0, "'parallel' of the step") }
            + ["agent", "prompt", "worker", "data", "url", "message", "duration", "until"].map {
                ($0, "'config' of the step")
            })

    static let types = [
        "script", "agent", "worker", "http", "workflow", "approval", "wait", "group", "loop", "dynamic", "set", "value",
        "end",
    ]
    /// The types that later versions run.
    private static let futureTypes = ["external", "handler"]

    /// - Parameter number: counted from 1; the step's name in messages when it has no id.
    /// - Returns: `nil` when the entry is no step; its faults were reported.
    func read(_ node: Node, number: Int) -> Step? {
        let given = node.mapping?.first { $0.key.scalar?.string == "id" }?.value.scalar?.string
        let title = given.map { "step \(quoted($0))" } ?? "step \(number)"
        guard
            let section = Section(
                node, title: title, keys: Self.keys, misplaced: Self.misplaced, findings: findings)
        else { return nil }
        if section["id"] == nil { section.reportMissing("id") }
        let id = section.identifier("id")
        var step = Step(
            id: id ?? "", name: section.nonEmptyText("name") ?? id ?? "",
            action: readAction(section) ?? .script(Script(command: .shell(""))),
            place: section["id"]?.place ?? section.place)
        step.dependencies = section["dependsOn"].map { DependencyReader(findings: findings).read($0, of: title) } ?? []
        readRest(section, into: &step)
        return id == nil ? nil : step
    }

    /// What steps of every dialect have.
    func readRest(_ section: Section, into step: inout Step) {
        let parallel = section["parallel"].flatMap {
            StepParallelismReader(findings: findings).read($0, section.title)
        }
        step.description = section.text("description")
        step.condition = section["if"]?.expression()
        step.fanOut = FanOutReader(findings: findings).read(section)
        step.parallel = parallel?.settings ?? StepParallelism()
        step.continueOnError = readContinueOnError(section, inParallel: parallel?.continueOnError)
        step.timeout = section.duration("timeout") ?? defaults.timeout
        step.memoryLimit = section["memory"].flatMap { $0.memory() } ?? defaults.memoryLimit
        step.retries = readRetries(section) ?? defaults.retries
        step.priority = section.integer("priority", in: Limits.priorities) ?? defaults.priority
        step.queue = section.identifier("queue") ?? defaults.queue
        step.cache = section["cache"].flatMap { readCache($0) }
        step.gates = section["quality_gates"].map { GateReader(findings: findings).read($0) } ?? []
        step.enforcesGates = section["gates"].map { GateReader(findings: findings).readEnforcement($0) } ?? false
        if case .script(var script) = step.action {
            script.directory = script.directory ?? defaults.directory
            step.action = .script(script)
        }
    }

    func readAction(_ section: Section) -> StepAction? {
        let type = section["type"].map { $0.text() ?? "" } ?? "script"
        let environment = section["env"].map { EnvironmentReader().read($0) } ?? [:]
        let config = ConfigReader(findings: findings)
        switch type {
        case "": return nil
        case "script":
            return ScriptReader(findings: findings).read(section, environment: environment).map(StepAction.script)
        case "agent": return config.agent(section, environment: environment)
        case "worker": return config.worker(section)
        case "http": return config.http(section)
        case "workflow": return config.workflow(section)
        case "approval": return config.approval(section)
        case "wait": return config.wait(section)
        case "group": return config.group(section, depth: depth)
        case "loop": return config.loop(section, depth: depth)
        case "dynamic": return config.dynamic(section)
        case "set": return config.set(section)
        case "value": return config.value(section)
        case "end": return config.end(section)
        default:
            guard let field = section["type"] else { return nil }
            if Self.futureTypes.contains(type) {
                findings.error("type \(type) is not supported yet", at: field.place)
            } else {
                let hint = findings.hint(for: type, among: Self.types + Self.futureTypes)
                findings.error("\(field.title) is \(quoted(type)), which is no type of step\(hint)", at: field.place)
            }
            return nil
        }
    }

    /// The key is the step's; the reference also has it within `parallel`.
    private func readContinueOnError(_ section: Section, inParallel inner: Field?) -> Bool {
        let own = section.flag("continueOnError")
        guard let inner, let value = inner.flag() else { return own ?? false }
        if let own, own != value {
            findings.error(
                "'continueOnError' of \(section.title) is given twice, with different values", at: inner.place)
        }
        return value
    }

    private func readRetries(_ section: Section) -> Int? {
        if section["retries"] != nil, let other = section["retry"] {
            findings.error("\(section.title) has both 'retries' and 'retry', which are the same", at: other.keyPlace)
        }
        return section.integer("retries", in: Limits.retries) ?? section.integer("retry", in: Limits.retries)
    }

    /// A text is the key.
    private func readCache(_ field: Field) -> CacheSettings? {
        if case .scalar = field.value { return field.nonEmptyTemplate().map { CacheSettings(key: $0) } }
        guard let section = Section(field.value, title: field.title, keys: Self.cacheKeys, findings: findings) else {
            return nil
        }
        let paths: [Template] = (section["paths"]?.list(of: "paths") ?? []).compactMap { node in
            Field(
                key: "paths", keyPlace: section.place, value: node, title: "a path in \(field.title)",
                findings: findings
            )
            .nonEmptyTemplate()
        }
        if section["key"] == nil, paths.isEmpty { section.reportMissing("key", " and no 'paths'") }
        return CacheSettings(key: section["key"]?.template() ?? Template(plain: ""), paths: paths)
    }
}

/// What `defaults` of a workflow say for each step that does not say it.
struct StepDefaults {
    var timeout: Duration?
    /// In KiB.
    var memoryLimit: Int?
    var retries: Int?
    var priority: Int?
    var queue: String?
    var directory: Template?
    var environment: [String: Template] = [:]

    static let keys = ["timeout", "memory", "retries", "priority", "queue", "cwd", "env"]

    init() {}

    init(reading field: Field) {
        guard let section = Section(field.value, title: field.title, keys: Self.keys, findings: field.findings) else {
            return
        }
        timeout = section.duration("timeout")
        memoryLimit = section["memory"].flatMap { $0.memory() }
        retries = section.integer("retries", in: Limits.retries)
        priority = section.integer("priority", in: Limits.priorities)
        queue = section.identifier("queue")
        directory = section["cwd"]?.nonEmptyTemplate()
        environment = section["env"].map { EnvironmentReader().read($0) } ?? [:]
    }
}
