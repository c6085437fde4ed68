import JSON
import Yams

/// HTTP tasks: the request stands in `http_request`, or among the parameters themselves.
extension ConductorTaskReader {
    func http(_ task: ConductorTask) -> StepAction? {
        guard let members = request(of: task) else { return nil }
        guard let field = members["uri"] ?? members["url"], let url = text.template(field) else {
            if members["uri"] == nil { task.error("is an HTTP task without 'uri'") }
            return nil
        }
        if let plain = url.plainText, !plain.hasPrefix("http://"), !plain.hasPrefix("https://") {
            findings.error("\(field.title) is \(quoted(plain)); it begins with http:// or https://", at: field.place)
        }
        var call = HTTPCall(url: url)
        if let field = members["method"], let method = field.nonEmptyText() {
            call.method = method.uppercased()
            if !method.utf8.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) {
                findings.error("\(field.title) is \(quoted(method)), which is no method of HTTP", at: field.place)
            }
        }
        call.headers["Accept"] = members["accept"].flatMap { header($0) }
        call.headers["Content-Type"] = members["contentType"].flatMap { header($0) }
        for entry in members["headers"]?.entries(of: "headers and their values") ?? [] {
            let isName = !entry.key.isEmpty && !entry.key.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x3A }
            if !isName { findings.error("\(quoted(entry.key)) cannot be the name of a header", at: entry.keyPlace) }
            for name in Array(call.headers.keys) where name.lowercased() == entry.key.lowercased() {
                call.headers[name] = nil
            }
            call.headers[entry.key] = header(entry)
        }
        call.body = members["body"].flatMap { text.value($0) }
        return .http(call)
    }

    /// Connecting and reading have limits of their own for Conductor; here the whole attempt has their sum.
    func requestTimeout(of task: ConductorTask) -> Duration? {
        guard let members = request(of: task), let reading = members["readTimeOut"] else { return nil }
        let limits = 0...86_400_000
        guard let milliseconds = reading.integer(in: limits), milliseconds > 0 else { return nil }
        return .milliseconds(milliseconds + (members["connectionTimeOut"]?.integer(in: limits) ?? 0))
    }

    private func request(of task: ConductorTask) -> [String: Field]? {
        let members: [String: Field]
        if let field = task.inputs["http_request"] {
            guard let entries = field.entries(of: "uri, method and the like") else { return nil }
            members = Dictionary(entries.map { ($0.key, $0) }) { first, _ in first }
        } else {
            members = task.inputs
        }
        return members.filter { _, field in
            if case .scalar(let scalar) = field.value { !scalar.isNull } else { true }
        }
    }

    /// A text, or a list of them.
    private func header(_ field: Field) -> Template? {
        guard case .sequence(let nodes) = field.value else { return text.template(field) }
        var parts: [Template.Part] = []
        for node in nodes {
            let entry = Field(
                key: field.key, keyPlace: field.keyPlace, value: node, title: field.title, findings: findings)
            guard let template = text.template(entry) else { return nil }
            if !parts.isEmpty { parts.append(.text(", ")) }
            parts += template.parts
        }
        return Template(parts: parts)
    }
}
