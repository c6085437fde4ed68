import AsyncHTTPClient
import JSON
import NIOHTTP1
import Workflows

/// A question as an endpoint takes it, with keys filled in.
struct ChatRequest {
    let address: Address
    let headers: [(name: String, value: String)]
    let body: JSONValue
    /// Values that may be shown nowhere.
    let secrets: [String]

    /// - Parameter environment: of the runner, where keys are.
    /// - Throws: a `RequestFault` that names a variable that is not set.
    init(_ question: ChatQuestion, environment: [String: String]) throws {
        let endpoint = question.endpoint
        guard let address = Self.address(endpoint.url) else {
            throw RequestFault("the endpoint of the agent '\(question.agent)' is no address", isFinal: true)
        }
        self.address = address
        var secrets: [String] = []
        func value(_ name: String) throws -> String {
            guard let value = environment[name], !value.isEmpty else {
                throw RequestFault(
                    "the variable \(name), which the agent '\(question.agent)' needs, is not set in the environment of "
                        + "the runner", isFinal: true)
            }
            guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw RequestFault("the value of the variable \(name) has a control character", isFinal: true)
            }
            if name == endpoint.keyVariable || Self.soundsSecret(name) { secrets.append(value) }
            return value
        }
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"),
            ("Accept", endpoint.streams ? "text/event-stream, application/json" : "application/json"),
            ("User-Agent", "weir"),
        ]
        if let name = endpoint.keyVariable { headers.append(("Authorization", "Bearer \(try value(name))")) }
        for (name, text) in endpoint.headers.sorted(by: { $0.key < $1.key }) {
            headers.removeAll { $0.name.lowercased() == name.lowercased() }
            headers.append((name, try Self.filled(text, value)))
        }
        self.headers = headers
        self.secrets = secrets
        body = Self.body(question)
    }

    var request: HTTPClientRequest {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        request.body = .bytes(Array(body.text.utf8))
        return request
    }

    /// The base's path goes on, and its query stays.
    static func address(_ base: String) -> Address? {
        let cut = base.firstIndex(of: "?") ?? base.endIndex
        var path = base[..<cut]
        while path.hasSuffix("/") { path.removeLast() }
        let isWhole = path.hasSuffix("/chat/completions")
        return Address("\(path)\(isWhole ? "" : "/chat/completions")\(base[cut...])")
    }

    /// Other variables may hold words that any answer has.
    private static func soundsSecret(_ variable: String) -> Bool {
        let name = variable.uppercased()
        return ["KEY", "TOKEN", "SECRET", "PASS", "AUTH", "CREDENTIAL"].contains { name.contains($0) }
    }

    /// With the values of the variables that `${NAME}` stands for.
    static func filled(_ text: String, _ value: (String) throws -> String) throws -> String {
        var filled = ""
        var rest = text[...]
        while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            filled += rest[..<start.lowerBound]
            filled += try value(String(rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    private static func body(_ question: ChatQuestion) -> JSONValue {
        let endpoint = question.endpoint
        func message(_ role: String, _ text: String) -> JSONValue {
            .object(["role": .string(role), "content": .string(text)])
        }
        var body: [String: JSONValue] = ["model": .string(endpoint.model)]
        body["messages"] = .list(
            (endpoint.system.map { [message("system", $0)] } ?? []) + [message("user", question.prompt)])
        body["temperature"] = endpoint.temperature.map { .decimal($0) }
        body["max_tokens"] = endpoint.maxTokens.map { .integer($0) }
        body["response_format"] = endpoint.schema.map { schema in
            var form: [String: JSONValue] = ["name": .string("answer"), "schema": schema]
            if AnswerForm(schema).isStrict { form["strict"] = .bool(true) }
            return .object(["type": .string("json_schema"), "json_schema": .object(form)])
        }
        if endpoint.streams {
            body["stream"] = .bool(true)
            body["stream_options"] = .object(["include_usage": .bool(true)])
        }
        for (name, value) in endpoint.extra { body[name] = value == .null ? nil : value }
        return .object(body)
    }
}

extension Substring {
    fileprivate func range(of text: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
