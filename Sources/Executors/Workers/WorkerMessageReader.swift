import JSON

/// Reads one line of a worker's. Values are taken as they stand in the line: a number keeps all its digits.
struct WorkerMessageReader {
    typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0

    private var task: Bytes?
    private var result: Bytes?
    private var error: Bytes?
    private var progress: Bytes?
    private var checkpoint: Bytes?
    private var log: Bytes?
    private var message: Bytes?
    private var final: Bytes?
    private var ready: Bytes?
    private var stop: Bytes?
    private var memory: Bytes?
    var op: Bytes?
    var name: Bytes?
    var newValue: Bytes?
    var ifVersion: Bytes?
    var ifAbsent: Bytes?
    var scope: Bytes?

    private init(line: UnsafeBufferPointer<UInt8>) { self.line = line }

    /// - Throws: `.notJSON` or `.notMessage`.
    static func read(_ line: UnsafeBufferPointer<UInt8>) throws(WorkerFault) -> WorkerMessage {
        do throws(JSONFault) { try JSONCheck.check(line) } catch {
            throw .notJSON(error, line: excerpt(line))
        }
        var reader = WorkerMessageReader(line: line)
        guard reader.findMembers() else { throw reader.fault("it is no object") }
        return try reader.content()
    }

    // MARK: Members of the object; all of it is known to be JSON

    private mutating func findMembers() -> Bool {
        skipSpace()
        guard line[position] == UInt8(ascii: "{") else { return false }
        position += 1
        while true {
            skipSpace()
            switch line[position] {
            case UInt8(ascii: "}"): return true
            case UInt8(ascii: ","): position += 1
            default: member()
            }
        }
    }

    private mutating func member() {
        let name = value()
        skipSpace()
        position += 1  // the colon
        skipSpace()
        let value = value()
        switch String(decoding: name, as: UTF8.self) {
        case #""taskId""#: task = value
        case #""result""#: result = value
        case #""error""#: error = value
        case #""progress""#: progress = value
        case #""checkpoint""#: checkpoint = value
        case #""log""#: log = value
        case #""message""#: message = value
        case #""final""#: final = value
        case #""ready""#: ready = value
        case #""stop""#: stop = value
        case #""memory""#: memory = value
        case #""op""#: op = value
        case #""name""#: self.name = value
        case #""value""#: newValue = value
        case #""ifVersion""#: ifVersion = value
        case #""ifAbsent""#: ifAbsent = value
        case #""scope""#: scope = value
        default: break
        }
    }

    private mutating func skipSpace() {
        while line[position] == 0x20 || line[position] == 0x09 || line[position] == 0x0D { position += 1 }
    }

    /// Passes one value.
    private mutating func value() -> Bytes {
        let start = position
        var depth = 0
        repeat {
            switch line[position] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            default: position += 1
            }
        } while depth > 0 || (line[start] != UInt8(ascii: "\"") && isWithinScalar(start))
        return line[start..<position]
    }

    /// Whether a number or a word that began at `start` goes on.
    private func isWithinScalar(_ start: Int) -> Bool {
        guard line[start] != UInt8(ascii: "{"), line[start] != UInt8(ascii: "[") else { return false }
        return position < line.count && !" \t\r,}]".utf8.contains(line[position])
    }

    private mutating func skipString() {
        position += 1
        while line[position] != UInt8(ascii: "\"") { position += line[position] == UInt8(ascii: "\\") ? 2 : 1 }
        position += 1
    }

    // MARK: The message

    private func content() throws(WorkerFault) -> WorkerMessage {
        guard let task else {
            guard let ready, text(ready) == "true" else { throw fault("'taskId' is missing") }
            return .ready(takesStops: stop.map(text) == "true")
        }
        guard let name = string(task) else { throw fault("'taskId' is no text") }
        let news = try news()
        return .job(task: name, news)
    }

    private func news() throws(WorkerFault) -> WorkerMessage.News {
        if let error, text(error) != "null" {
            guard result == nil || result.map(text) == "null" else { throw fault("it has both 'result' and 'error'") }
            return .failure(errorText(error), isFinal: final.map(text) == "true")
        }
        if let result { return .result(text(result)) }
        if let progress {
            guard let percent = Double(text(progress)), percent.isFinite, (0...100).contains(percent) else {
                throw fault("'progress' is no number from 0 to 100")
            }
            return .progress(percent, message.flatMap(string))
        }
        if let checkpoint { return .checkpoint(text(checkpoint)) }
        if let memory { return .memory(try memoryRequest(memory)) }
        if let log { return .log(string(log) ?? text(log)) }
        throw fault("none of 'result', 'error', 'progress', 'checkpoint', 'memory' and 'log' is there")
    }

    private func memoryRequest(_ bytes: Bytes) throws(WorkerFault) -> MemoryRequest {
        var inner = WorkerMessageReader(line: UnsafeBufferPointer(rebasing: bytes))
        guard inner.findMembers(), let request = inner.request() else {
            throw fault("'memory' needs 'op' (get, set, delete or list), and all but list a 'name', set a 'value'")
        }
        return request
    }

    /// A text as it is; of an object its `message`; anything else as JSON.
    private func errorText(_ bytes: Bytes) -> String {
        let value = try? JSONValue(parsing: Array(bytes))
        return value?.string ?? value?["message"]?.string ?? text(bytes)
    }

    func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

    /// What a JSON text says; `nil` for anything else.
    func string(_ bytes: Bytes) -> String? {
        guard bytes.first == UInt8(ascii: "\"") else { return nil }
        if !bytes.contains(UInt8(ascii: "\\")) { return text(bytes[(bytes.startIndex + 1)..<(bytes.endIndex - 1)]) }
        return try? JSONValue(parsing: Array(bytes)).string
    }

    private func fault(_ problem: String) -> WorkerFault { .notMessage(problem, line: Self.excerpt(line)) }

    /// The beginning of a line, for messages.
    private static func excerpt(_ line: UnsafeBufferPointer<UInt8>) -> String {
        let text = String(decoding: line.prefix(200), as: UTF8.self)
        let shown = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : String($0) }.joined()
        return line.count > 200 ? shown + "…" : shown
    }
}
