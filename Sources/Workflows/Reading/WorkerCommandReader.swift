import JSON
import Yams

extension WorkerCommand {
    static let keys = ["command", "env", "cwd", "max_jobs", "memory", "start_timeout", "idle_timeout", "count"]

    /// A mapping, or the command alone.
    init?(reading field: Field) {
        guard case .mapping = field.value else {
            self.init(readingWords: field)
            return
        }
        guard let section = Section(field.value, title: field.title, keys: Self.keys, findings: field.findings) else {
            return nil
        }
        guard let command = section["command"] else {
            section.reportMissing("command", ", which says what to start")
            return nil
        }
        self.init(readingWords: command)
        environment = section["env"].map { EnvironmentReader().read($0).mapValues { $0.plainText ?? $0.source } } ?? [:]
        directory = section.nonEmptyText("cwd")
        maxJobs = section.integer("max_jobs", in: Limits.amounts)
        memory = section.integer("memory", in: Limits.amounts)
        startTimeout = section.duration("start_timeout")
        idleTimeout = section.duration("idle_timeout")
        count = section.integer("count", in: Limits.amounts)
    }

    /// A list of the program and its arguments, or a line for the shell.
    private init?(readingWords field: Field) {
        switch field.value {
        case .sequence(let nodes):
            let words = nodes.enumerated().compactMap { index, node in
                Field(
                    key: "", keyPlace: field.keyPlace, value: node, title: "word \(index + 1) of \(field.title)",
                    findings: field.findings
                ).text()
            }
            guard words.count == nodes.count else { return nil }
            guard let program = words.first, program.contains(where: { !$0.isWhitespace }) else {
                field.findings.error("\(field.title) names no program", at: field.place)
                return nil
            }
            self.init(command: words)
        case .scalar(let scalar) where !scalar.isNull:
            guard let line = field.nonEmptyText() else { return nil }
            self.init(command: [line])
            shell = true
        default:
            field.reject("a list of a program and its arguments, or a line for the shell")
            return nil
        }
    }

    /// As `init(reading:)` takes it.
    var canonical: JSONValue {
        var members: [String: JSONValue] = [
            "command": shell ? .string(command[0]) : .list(command.map { .string($0) })
        ]
        if !environment.isEmpty { members["env"] = .object(environment.mapValues { .string($0) }) }
        members["cwd"] = directory.map { .string($0) }
        members["max_jobs"] = maxJobs.map { .integer($0) }
        members["memory"] = memory.map { .integer($0) }
        members["start_timeout"] = startTimeout.map { .string("\($0.wholeMilliseconds)ms") }
        members["idle_timeout"] = idleTimeout.map { .string("\($0.wholeMilliseconds)ms") }
        members["count"] = count.map { .integer($0) }
        return .object(members)
    }
}

/// The section `workers` of a workflow and of `weir.yaml`.
struct WorkersReader {
    let findings: Findings

    func read(_ field: Field) -> [String: WorkerCommand] {
        if case .scalar(let scalar) = field.value, scalar.isNull { return [:] }
        var workers: [String: WorkerCommand] = [:]
        for entry in field.entries(of: "workers by the type of their jobs") ?? [] {
            guard isIdentifier(entry.key.replacing(":", with: "-").replacing("/", with: "-")) else {
                findings.error("\(quoted(entry.key)) cannot be the type of a worker", at: entry.keyPlace)
                continue
            }
            let titled = Field(
                key: entry.key, keyPlace: entry.keyPlace, value: entry.value, title: "worker \(quoted(entry.key))",
                findings: findings)
            workers[entry.key] = WorkerCommand(reading: titled)
        }
        return workers
    }
}
