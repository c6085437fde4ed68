import Executors
import HTTPTypes
import JSON
import Jobs

/// Jobs as JSON: the members have the names that `weir enqueue --from` takes, where they mean the same.
struct JobReader {
    let now: Timestamp
    /// Whether a key makes the whole request idempotent: then its jobs have none of their own.
    let isKeyed: Bool

    static let members: [String: Schema] = [
        "command": .string, "args": .list(.any), "shell": .string, "type": .string, "data": .any, "name": .string,
        "queue": .string, "priority": .integer, "pools": .map(.integer), "key": .string,
        "key_scope": .oneOf(UniqueKey.Scope.allCases.map(\.rawValue)),
        "on_conflict": .oneOf(UniqueKey.Conflict.allCases.map(\.rawValue)), "run_at": .any, "delay_ms": .integer,
        "retries": .integer, "timeout_ms": .integer, "memory_kb": .integer, "env": .map(.any), "cwd": .string,
        "stdin": .string, "after": .list(.any),
    ]

    /// Jobs of one request at the most.
    static let mostJobs = 100_000

    /// - Throws: `Problem` for the first fault, with its place; nothing is enqueued then.
    func specs(in body: JSONValue) throws -> [JobSpec] {
        guard case .object(let object) = body else { throw Problem(.badRequest, "the body must be an object") }
        guard let batch = object["jobs"] else { return [try spec(object, position: nil, names: [:])] }
        guard case .list(let entries) = batch, !entries.isEmpty, entries.count <= Self.mostJobs, object.count == 1
        else {
            throw Problem(
                .unprocessableContent,
                "'jobs' must be a list of 1 to \(Self.mostJobs) jobs, and nothing may be beside it")
        }
        var names: [String: [Int]] = [:]
        for (position, entry) in entries.enumerated() {
            if case .string(let name)? = entry["name"] { names[name, default: []].append(position) }
        }
        return try entries.enumerated().map { position, entry in
            guard case .object(let object) = entry else {
                throw Problem(.unprocessableContent, "jobs[\(position)] must be an object")
            }
            return try spec(object, position: position, names: names)
        }
    }

    private func spec(_ object: [String: JSONValue], position: Int?, names: [String: [Int]]) throws -> JobSpec {
        let reader = MemberReader(object, place: position.map { "jobs[\($0)]: " } ?? "")
        if let unknown = object.keys.sorted().first(where: { Self.members[$0] == nil }) {
            let known = Self.members.keys.sorted().joined(separator: ", ")
            throw reader.fault("there is no '\(unknown.prefix(100))' of a job; there are: \(known)")
        }
        var spec = try work(reader)
        spec.name = try reader.text("name")
        if let queue = try reader.text("queue") { spec.queue = queue }
        guard !spec.queue.isEmpty, !spec.queue.contains(",") else {
            throw reader.fault("'queue' must be a name without a comma")
        }
        spec.priority = try reader.integer("priority", in: 0...99) ?? spec.priority
        spec.retries = try reader.integer("retries", in: 0...1_000_000) ?? spec.retries
        spec.timeout = try reader.integer("timeout_ms", in: 1...315_360_000_000)
        spec.memoryLimit = try reader.integer("memory_kb", in: 1_024...1 << 40)
        spec.pools = try pools(reader)
        spec.runAt = try moment(reader)
        spec.key = try key(reader)
        spec.dependencies = try dependencies(reader, position, names)
        return spec
    }

    private func work(_ reader: MemberReader) throws -> JobSpec {
        let given = ["command", "shell", "type"].filter(reader.has)
        guard given.count == 1 else { throw reader.fault("give either 'command', 'shell' or 'type'") }
        if let type = try reader.text("type") {
            if let other = ["args", "env", "cwd", "stdin"].first(where: reader.has) {
                throw reader.fault("a job with 'type' has 'data', not '\(other)'")
            }
            guard (1...128).contains(type.utf8.count), type.utf8.allSatisfy(Self.isNameByte) else {
                throw reader.fault("'type' must be a name of at most 128 letters, digits and . _ - : /")
            }
            return JobSpec(type: type, data: reader.value("data")?.text)
        }
        guard !reader.has("data") else { throw reader.fault("'data' is for a job with a 'type'") }
        let shell = try reader.text("shell")
        let command = try reader.text("command") ?? shell ?? ""
        guard !command.isEmpty else { throw reader.fault("the command is empty") }
        var spec = JobSpec(command: command)
        spec.shell = shell != nil
        spec.arguments = try reader.texts("args")
        spec.environment = try reader.textsByName("env") ?? [:]
        guard spec.environment.keys.allSatisfy({ !$0.isEmpty && !$0.contains("=") }) else {
            throw reader.fault("'env': a name is not empty and has no '='")
        }
        spec.directory = try reader.text("cwd")
        guard spec.directory?.hasPrefix("/") ?? true else { throw reader.fault("'cwd' must be an absolute path") }
        spec.standardInput = try reader.text("stdin").map { Array($0.utf8) }
        do {
            // What the system would refuse when the job starts is refused now.
            let argv = spec.shell ? ["/bin/sh", "-c", command, "sh"] : [command]
            try ArgumentLimits.check(argv: argv + spec.arguments, environment: spec.environment)
        } catch {
            throw reader.fault("\(error)")
        }
        return spec
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: ".-_:/".utf8.contains(byte)
        }
    }

    private func pools(_ reader: MemberReader) throws -> [String: Int] {
        guard let value = reader.value("pools") else { return [:] }
        guard case .object(let object) = value else {
            throw reader.fault("'pools' must be an object of names and amounts")
        }
        return try object.mapValues { amount in
            guard case .integer(let amount) = amount, (1...1_000_000).contains(amount) else {
                throw reader.fault("'pools': an amount is a whole number from 1 to 1000000")
            }
            return amount
        }
    }

    private func moment(_ reader: MemberReader) throws -> Timestamp? {
        let delay = try reader.integer("delay_ms", in: 0...315_360_000_000)
        guard let value = reader.value("run_at") else { return delay.map { now.advanced(by: $0) } }
        guard delay == nil else { throw reader.fault("give either 'run_at' or 'delay_ms'") }
        switch value {
        case .integer(let milliseconds) where milliseconds >= 0: return Timestamp(milliseconds)
        case .string(let text):
            if let moment = MomentText.parse(text) { return moment }
            fallthrough
        default:
            throw reader.fault("'run_at' must be milliseconds of Unix time or a text such as \"2030-01-31T08:00:00Z\"")
        }
    }

    private func key(_ reader: MemberReader) throws -> UniqueKey? {
        guard let text = try reader.text("key") else { return nil }
        guard !isKeyed else { throw reader.fault("give either an Idempotency-Key to the request or 'key' to its jobs") }
        return UniqueKey(
            text, scope: try reader.choice("key_scope") ?? .unfinished,
            conflict: try reader.choice("on_conflict") ?? .keep)
    }

    /// An id, or a text `ID:condition`, `name` or `name:condition`, where the name is that of a job of the batch.
    private func dependencies(
        _ reader: MemberReader, _ position: Int?, _ names: [String: [Int]]
    ) throws -> [JobSpec.Dependency] {
        try reader.texts("after").map { entry in
            var text = entry
            var condition = Condition.succeeded
            if names[text] == nil, let colon = text.lastIndex(of: ":") {
                guard let found = Condition(rawValue: String(text[text.index(after: colon)...])) else {
                    throw reader.fault(
                        "after '\(entry.prefix(100))': the conditions are succeeded, finished and failed")
                }
                condition = found
                text = String(text[..<colon])
            }
            if let positions = names[text] {
                guard positions.count == 1, positions[0] != position else {
                    throw reader.fault(
                        "after '\(text.prefix(100))': no other job, or several, of the batch have this name")
                }
                return JobSpec.Dependency(.batch(positions[0]), condition)
            }
            guard let id = Int(text), id > 0 else {
                throw reader.fault("after '\(text.prefix(100))': no job of the batch has this name, and it is no id")
            }
            return JobSpec.Dependency(.stored(JobID(id)), condition)
        }
    }
}
