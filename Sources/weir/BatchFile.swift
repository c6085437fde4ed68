import Executors
import FoundationEssentials
import JSON
import Jobs

/// Jobs as NDJSON: one object a line, each with the options of `weir enqueue`; `after` may name jobs of the batch.
struct BatchFile {
    /// What the options of the command line say, for lines that do not.
    let defaults: JobSpec
    let now: Timestamp
    private var file = ""
    private var lineNumbers: [Int] = []

    init(defaults: JobSpec, now: Timestamp) {
        self.defaults = defaults
        self.now = now
    }

    private static let keys = [
        "command", "args", "shell", "type", "data", "name", "queue", "priority", "pool", "key", "key_scope",
        "on_conflict", "at", "in", "retries", "timeout", "memory", "env", "cwd", "stdin", "after",
    ]

    /// - Throws: for the first fault, with its line; nothing is enqueued then.
    mutating func read(_ path: String) throws -> [JobSpec] {
        let bytes = try InputFile.bytes(path)
        file = path == "-" ? "<stdin>" : path
        var specs: [JobSpec] = []
        var waits: [(job: Int, entry: String)] = []
        var names: [String: [Int]] = [:]
        let decoder = JSONDecoder()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            if let fault = JSONCheck.fault(in: Array(line)) {
                throw Failure("\(file):\(index + 1):\(fault.column): this is not JSON: \(fault.problem)")
            }
            do {
                let entry = try decoder.decode([String: JSONEntry].self, from: Data(line))
                // Read anew, since numbers must stay what they were.
                let data = entry["data"] == nil ? nil : try? JSONValue(parsing: Array(line))["data"]?.text
                let (spec, after) = try spec(of: entry, data: data)
                if let name = spec.name { names[name, default: []].append(specs.count) }
                waits += after.map { (specs.count, $0) }
                specs.append(spec)
                lineNumbers.append(index + 1)
            } catch let failure as Failure {
                throw Failure("\(file):\(index + 1): \(failure.message)", code: Failure.data)
            } catch {
                throw Failure("\(file):\(index + 1): this is JSON, but no object: expected { … }")
            }
        }
        guard !specs.isEmpty else {
            throw Failure("\(file): no jobs; write one JSON object a line", code: Failure.data)
        }
        for wait in waits {
            do {
                specs[wait.job].dependencies.append(try dependency(wait.entry, names: names, of: wait.job))
            } catch let failure as Failure {
                throw Failure("\(file):\(lineNumbers[wait.job]): \(failure.message)", code: Failure.data)
            }
        }
        try refuseCycle(in: specs, lines: lineNumbers, file: file)
        return specs
    }

    /// Where the job was read, as the beginning of a message.
    func place(of position: Int) -> String { "\(file):\(lineNumbers[position]): " }

    private func refuseCycle(in specs: [JobSpec], lines: [Int], file: String) throws {
        guard let cycle = JobSpec.cycle(in: specs) else { return }
        let chain = cycle.map { specs[$0].name.map { "'\($0)'" } ?? "line \(lines[$0])" }
        throw Failure(
            "\(file):\(lines[cycle.first ?? 0]): jobs wait for one another: \(chain.joined(separator: " → "))",
            code: Failure.data)
    }

    // MARK: One line

    private func spec(of entry: [String: JSONEntry], data: String?) throws -> (JobSpec, after: [String]) {
        for key in entry.keys where !Self.keys.contains(key) {
            let near = NearMiss.find(key, among: Self.keys).map { "did you mean '\($0)'?" }
            throw Failure("unknown key '\(key)'; \(near ?? "known are: \(Self.keys.joined(separator: ", "))")")
        }
        var spec = defaults
        let reader = EntryReader(entry: entry)
        try readCommand(reader, data, into: &spec)
        if let name = try reader.text("name") { spec.name = name }
        if let queue = try reader.text("queue") { spec.queue = queue }
        if let priority = try reader.integer("priority", in: 0...99) { spec.priority = priority }
        if let retries = try reader.integer("retries", in: 0...1_000_000) { spec.retries = retries }
        if let pools = try reader.amounts("pool") { spec.pools = pools }
        if let timeout = try reader.length("timeout") { spec.timeout = max(1, timeout) }
        if let memory = try reader.memory("memory") { spec.memoryLimit = memory }
        if let environment = try reader.texts(byName: "env") { spec.environment.merge(environment) { $1 } }
        if let directory = try reader.text("cwd") { spec.directory = try Directory.absolute(directory) }
        if let input = try reader.text("stdin") { spec.standardInput = Array(input.utf8) }
        if let moment = try reader.moment("at") { spec.runAt = moment }
        if let delay = try reader.length("in") { spec.runAt = now.advanced(by: delay) }
        if let key = try reader.text("key") {
            spec.key = UniqueKey(
                key, scope: try reader.choice("key_scope") ?? .unfinished,
                conflict: try reader.choice("on_conflict") ?? .keep)
        }
        return (spec, try reader.list("after"))
    }

    private func readCommand(_ reader: EntryReader, _ data: String?, into spec: inout JobSpec) throws {
        let shell = try reader.text("shell")
        let command = try reader.text("command")
        if let type = try reader.text("type") {
            let others = ["shell", "command", "args", "env", "cwd", "stdin"]
            if let other = others.first(where: { reader.entry[$0] != nil }) {
                throw Failure("a job with 'type' has 'data', not '\(other)'")
            }
            spec.become(type: type, data: data)
            return
        }
        guard reader.entry["data"] == nil else { throw Failure("'data' is for a job with a type; name it as 'type'") }
        guard (shell == nil) != (command == nil) else { throw Failure("give either 'command', 'shell' or 'type'") }
        spec.command = shell ?? command ?? ""
        spec.shell = shell != nil
        spec.arguments = try reader.list("args")
        guard !spec.command.isEmpty else { throw Failure("the command is empty") }
    }

    /// `NAME`, `NAME:CONDITION`, `ID` or `ID:CONDITION`; a name of the batch goes before an id.
    private func dependency(_ entry: String, names: [String: [Int]], of job: Int) throws -> JobSpec.Dependency {
        var text = entry
        var condition = Condition.succeeded
        if names[text] == nil, let colon = text.lastIndex(of: ":") {
            guard let found = Condition(rawValue: String(text[text.index(after: colon)...])) else {
                throw Failure("after '\(entry)': the conditions are succeeded, finished and failed")
            }
            condition = found
            text = String(text[..<colon])
        }
        if let positions = names[text] {
            guard positions.count == 1, let position = positions.first else {
                throw Failure("after '\(text)': \(positions.count) jobs of the batch have this name")
            }
            guard position != job else { throw Failure("job '\(text)' depends on itself") }
            return JobSpec.Dependency(.batch(position), condition)
        }
        guard let id = Int(text), id > 0 else {
            let near = NearMiss.find(text, among: Array(names.keys)).map { "; did you mean '\($0)'?" } ?? ""
            throw Failure("after '\(text)': no job of the batch has this name, and it is no id\(near)")
        }
        return JobSpec.Dependency(.stored(JobID(id)), condition)
    }
}

extension JobSpec {
    /// Makes it a job with a type, and keeps what the options say besides.
    fileprivate mutating func become(type: String, data: String?) {
        let typed = JobSpec(type: type, data: data)
        (command, kind) = (typed.command, typed.kind)
        (self.type, self.data) = (typed.type, typed.data)
    }
}
