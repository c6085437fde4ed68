import JSON
import Jobs
import Workflows

/// One HTTP request as a run of curl(1). Everything is given in its configuration on standard input, so that no header
/// and no body can be seen in the list of processes.
struct CurlRequest {
    private let call: HTTPCall
    private let timeout: Int?

    /// Answers are cut at this size, in bytes.
    static let limit = 1 << 20

    init(_ call: HTTPCall, timeout: Int?) {
        self.call = call
        self.timeout = timeout
    }

    func execution() throws -> Execution {
        var lines = ["url = \(try quoted(call.url.plainText ?? ""))", "request = \(try quoted(call.method))"]
        var hasType = false
        for (name, value) in call.headers.sorted(by: { $0.key < $1.key }) {
            lines.append("header = \(try quoted("\(name): \(value.plainText ?? "")"))")
            if name.lowercased() == "content-type" { hasType = true }
        }
        if let body = call.body?.plainValue {
            if let text = body.string {
                lines.append("data-raw = \(try quoted(text))")
            } else {
                if !hasType { lines.append("header = \"Content-Type: application/json\"") }
                lines.append("data-raw = \(try quoted(body.text))")
            }
        }
        if call.method == "HEAD" { lines.append("head") }
        var execution = Execution(command: "curl")
        execution.arguments = [
            "--silent", "--show-error", "--include", "--proto", "=http,https", "--max-filesize", "\(Self.limit)",
            "--connect-timeout", "30", "--max-time", "\(max(1, (timeout ?? 300_000) / 1000))", "--config", "-",
        ]
        execution.input = Array((lines.joined(separator: "\n") + "\n").utf8)
        return execution
    }

    /// A value of curl's configuration.
    private func quoted(_ text: String) throws -> String {
        guard !text.utf8.contains(0) else { throw StepFailure("the request has a NUL character") }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What curl printed: status line, headers, body.
struct HTTPAnswer {
    let status: Int
    let value: JSONValue

    /// `nil`: this is no answer of HTTP.
    init?(_ output: [UInt8]) {
        var rest = output[...]
        var status = 0
        var reason = ""
        var headers: [String: JSONValue] = [:]
        // Interim answers (100 Continue) come before the one that counts.
        repeat {
            guard rest.starts(with: "HTTP/".utf8), let end = Self.headEnd(rest) else { return nil }
            let lines = String(decoding: rest[..<end.head], as: UTF8.self).split(whereSeparator: \.isNewline)
            let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
            guard words.count >= 2, let code = Int(words[1]) else { return nil }
            status = code
            reason = words.count > 2 ? String(words[2]) : ""
            headers = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let name = parts[0].lowercased()
                let value = JSONValue.string(String(parts[1].drop { $0 == " " }))
                headers[name] = .list((headers[name]?.list ?? []) + [value])
            }
            rest = rest[end.body...]
        } while (100..<200).contains(status) && rest.starts(with: "HTTP/".utf8)
        let body =
            (try? JSONValue(parsing: Array(rest)))
            ?? (rest.isEmpty ? .null : .string(String(decoding: rest, as: UTF8.self)))
        self.status = status
        value = .object([
            "statusCode": .integer(status), "reasonPhrase": .string(reason), "headers": .object(headers), "body": body,
        ])
    }

    private static func headEnd(_ bytes: ArraySlice<UInt8>) -> (head: Int, body: Int)? {
        var index = bytes.startIndex
        while let feed = bytes[index...].firstIndex(of: 0x0A) {
            let next = bytes.index(after: feed)
            if next < bytes.endIndex, bytes[next] == 0x0A { return (feed, next + 1) }
            if next + 1 < bytes.endIndex, bytes[next] == 0x0D, bytes[next + 1] == 0x0A { return (feed, next + 2) }
            index = next
        }
        return nil
    }
}
