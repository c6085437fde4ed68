import Engine
import Executors
import Jobs
import JSON
import Stores

/// `enqueue_job`
enum EnqueueJob {
    static let tool = Tool(
        name: "enqueue_job", title: "Enqueue a job",
        description: """
            Stores one job and answers with its id; a runner executes it. Give a command with arguments, which needs no \
            quoting, or a line for /bin/sh, or the type of a worker with data. The job survives the end of this server.
            """,
        access: .execute, isDestructive: true, isOpenWorld: true,
        input: Schema([
            ("command", .text("A program, without its arguments.")),
            ("arguments", .list("Its arguments, as they are.", of: .text("One of them."))),
            ("shell", .text("Instead: a line for /bin/sh.")),
            ("type", .text("Instead: the type of the workers that take it.")),
            ("data", .any("For a job with a type: any JSON.")),
            ("name", .text("For people.")),
            ("queue", .text("Made when it is new. Default: default.")),
            ("priority", .whole("Higher first. Default: 5.", from: 0, to: 99)),
            ("retries", .whole("Attempts after the first. Default: 3.", from: 0, to: 1_000_000)),
            ("timeout_seconds", .number("Of each attempt. Default: none.")),
            ("delay_seconds", .number("Not before so much time.")),
            ("directory", .text("Where it runs. Default: the server's working folder.")),
            ("environment", .object("Variables: names and texts.")),
            ("stdin", .text("What it reads.")),
            ("after", .list("Ids of jobs that must have succeeded before.", of: .whole("A job."))),
            ("pools", .object("Units of pools that it holds while it runs: names and whole numbers.")),
            ("key", .text("A second job with the key is not stored while the first is unfinished.")),
        ]),
        output: .output(
            [
                ("job_id", .whole("The job.")), ("state", .text("Its state.")),
                ("note", .text("Something that the user should know.")),
            ], required: ["job_id", "state"])
    ) { call in
        let order = try JobOrder(call.arguments, directory: call.context.directory)
        let found = try await call.context.service.perform { store in
            let spec = try order.spec(now: store.timekeeper.now())
            return try store.write { transaction in
                let job = try transaction.enqueue(spec)
                return (job, try transaction.state(of: job))
            }
        }
        var members: [String: JSONValue] = [
            "job_id": .integer(found.0.rawValue), "state": .string(found.1.rawValue),
        ]
        members["note"] = try await Workforce.ensure(for: call.context).map { .string($0) }
        return .object(members)
    }
}

/// What a client ordered, as a job to store.
private struct JobOrder {
    private var prototype: JobSpec
    private let delay: Double?

    private static let longest = 315_360_000.0  // ten years

    init(_ arguments: ToolArguments, directory: String) throws {
        var spec = try Self.work(arguments)
        spec.name = try arguments.text("name")
        spec.queue = try arguments.text("queue") ?? "default"
        guard !spec.queue.contains(",") else { throw ToolFailure("a queue's name has no comma") }
        spec.priority = try arguments.whole("priority", in: 0...99) ?? 5
        spec.retries = try arguments.whole("retries", in: 0...1_000_000) ?? 3
        spec.timeout = try arguments.number("timeout_seconds", in: 0.001...Self.longest).map { Int($0 * 1_000) }
        delay = try arguments.number("delay_seconds", in: 0...Self.longest)
        let folder = try arguments.text("directory") ?? directory
        spec.directory = folder.hasPrefix("/") ? folder : "\(directory)/\(folder)"
        spec.environment = try Self.texts(try arguments.object("environment"))
        spec.standardInput = try arguments.text("stdin").map { Array($0.utf8) }
        spec.dependencies = (try arguments.wholes("after") ?? []).map { JobSpec.Dependency(.stored(JobID($0))) }
        spec.pools = try Self.amounts(try arguments.object("pools"))
        spec.key = try arguments.text("key").map { UniqueKey($0) }
        try Self.check(spec)
        prototype = spec
    }

    func spec(now: Timestamp) throws -> JobSpec {
        var spec = prototype
        spec.runAt = delay.map { now.advanced(by: Int($0 * 1_000)) }
        return spec
    }

    private static func work(_ arguments: ToolArguments) throws -> JobSpec {
        let (command, shell) = (try arguments.text("command"), try arguments.text("shell"))
        let type = try arguments.text("type")
        let given = try arguments.texts("arguments") ?? []
        switch (command, shell, type) {
        case (let command?, nil, nil):
            var spec = JobSpec(command: command)
            spec.arguments = given
            return spec
        case (nil, let line?, nil):
            var spec = JobSpec(command: line)
            spec.shell = true
            spec.arguments = given
            return spec
        case (nil, nil, let type?):
            guard given.isEmpty else { throw ToolFailure("a job with a type has data, not arguments") }
            let data = arguments.values["data"]?.text
            guard (data?.utf8.count ?? 0) <= JobTransaction.templateLimit else {
                throw ToolFailure("the data have more than \(JobTransaction.templateLimit) bytes")
            }
            return JobSpec(type: type, data: data)
        default: throw ToolFailure("give one of command, shell and type")
        }
    }

    private static func texts(_ members: [String: JSONValue]?) throws -> [String: String] {
        try (members ?? [:]).mapValues { value in
            guard case .string(let text) = value else { throw ToolFailure("environment: the values must be texts") }
            return text
        }
    }

    private static func amounts(_ members: [String: JSONValue]?) throws -> [String: Int] {
        try (members ?? [:]).mapValues { value in
            guard let amount = value.integer, amount > 0 else {
                throw ToolFailure("pools: the values must be whole numbers of at least 1")
            }
            return amount
        }
    }

    /// What the system would refuse when the job starts is refused now.
    private static func check(_ spec: JobSpec) throws {
        let argv = spec.shell ? ["/bin/sh", "-c", spec.command, "sh"] : [spec.command]
        try ArgumentLimits.check(argv: argv + spec.arguments, environment: spec.environment)
    }
}
