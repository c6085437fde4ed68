import JSON
import Yams

extension ChatEndpoint {
    static let keys = [
        "endpoint", "model", "system", "temperature", "max_tokens", "schema", "key_env", "headers", "stream", "extra",
    ]

    /// - Parameter section: has `keys`, whatever else it has.
    init?(reading section: Section) {
        let url = section["endpoint"].flatMap(Self.url)
        let model = section.nonEmptyText("model")
        if section["endpoint"] == nil { section.reportMissing("endpoint") }
        if section["model"] == nil { section.reportMissing("model", ", which says who answers") }
        let headers = section["headers"].map(Self.headers) ?? [:]
        let variable = section["key_env"].flatMap { KeyVariable.name($0) }
        let schema = section["schema"].flatMap(Self.schema)
        let temperature = section["temperature"].flatMap(Self.temperature)
        let (system, limit) = (section.text("system"), section.integer("max_tokens", in: 1...10_000_000))
        let streams = section.flag("stream") ?? true
        let extra = section["extra"].flatMap(Self.extra)
        guard let url, let model else { return nil }
        self.init(url: url, model: model)
        self.system = system
        self.temperature = temperature
        maxTokens = limit
        self.schema = schema
        keyVariable = variable
        self.headers = headers
        self.streams = streams
        self.extra = extra ?? [:]
    }

    private static func url(_ field: Field) -> String? {
        guard let text = field.nonEmptyText() else { return nil }
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
            field.findings.error(
                "\(field.title) is \(quoted(text)); it begins with http:// or https://", at: field.place)
            return nil
        }
        let host = text.drop { $0 != ":" }.dropFirst("://".count).prefix { !"/?#".contains($0) }
        guard !host.isEmpty, !text.contains(where: { $0.isWhitespace || $0 == "#" }) else {
            field.findings.error("\(field.title) is no address of an endpoint", at: field.place)
            return nil
        }
        guard !host.contains("@") else {
            field.findings.error(
                "\(field.title) has a user or a password, which would be stored; name a variable by 'key_env'",
                at: field.place)
            return nil
        }
        return text
    }

    /// Members that make the conversation are no extra.
    private static func extra(_ field: Field) -> [String: JSONValue]? {
        guard case .mapping = field.value, let members = field.json()?.object else {
            field.reject("a mapping of more members of the request")
            return nil
        }
        for name in ["model", "messages", "stream", "response_format"] where members[name] != nil {
            field.findings.error("\(field.title) cannot have '\(name)', which Weir writes itself", at: field.place)
        }
        return members
    }

    private static func schema(_ field: Field) -> JSONValue? {
        guard case .mapping = field.value else {
            field.reject("a JSON Schema, which is a mapping")
            return nil
        }
        return field.json()
    }

    private static func temperature(_ field: Field) -> Double? {
        let number: Double? =
            switch field.json() {
            case .integer(let number)?: Double(number)
            case .decimal(let number)?: number
            default: nil
            }
        guard let number, (0...2).contains(number) else {
            field.reject("a number from 0 to 2")
            return nil
        }
        return number
    }

    // MARK: Keys

    private static func headers(_ field: Field) -> [String: String] {
        var headers: [String: String] = [:]
        for entry in field.entries(of: "headers and their values") ?? [] {
            guard !entry.key.isEmpty, !entry.key.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x3A })
            else {
                entry.findings.error("\(quoted(entry.key)) cannot be the name of a header", at: entry.keyPlace)
                continue
            }
            guard let value = entry.text() else { continue }
            if value.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
                entry.findings.error("\(entry.title) has a control character", at: entry.place)
            } else if isSecret(entry.key), !value.contains("${") {
                entry.findings.error(
                    "\(entry.title) would store a secret; write ${NAME} for a variable of the runner's environment, or "
                        + "give 'key_env'", at: entry.place)
            } else {
                headers[entry.key] = value
            }
        }
        return headers
    }

    private static func isSecret(_ header: String) -> Bool {
        let name = header.lowercased()
        return ["authorization", "cookie", "key", "token", "secret", "password"].contains { name.contains($0) }
    }

    /// As `init(reading:)` takes it.
    var canonical: JSONValue {
        var members: [String: JSONValue] = ["endpoint": .string(url), "model": .string(model)]
        members["system"] = system.map { .string($0) }
        members["temperature"] = temperature.map { .decimal($0) }
        members["max_tokens"] = maxTokens.map { .integer($0) }
        members["schema"] = schema
        members["key_env"] = keyVariable.map { .string($0) }
        if !headers.isEmpty { members["headers"] = .object(headers.mapValues { .string($0) }) }
        if !streams { members["stream"] = .bool(false) }
        if !extra.isEmpty { members["extra"] = .object(extra) }
        return .object(members)
    }
}

extension AgentTarget {
    /// What `canonical` wrote.
    init?(reading field: Field) {
        let isChat = field.value.mapping?.contains { $0.key.scalar?.string == "endpoint" } ?? false
        guard isChat else {
            guard let command = AgentCommand(reading: field) else { return nil }
            self = .command(command)
            return
        }
        guard
            let section = Section(
                field.value, title: field.title, keys: ChatEndpoint.keys, findings: field.findings),
            let chat = ChatEndpoint(reading: section)
        else { return nil }
        self = .chat(chat)
    }

    var canonical: JSONValue {
        switch self {
        case .command(let command): command.canonical
        case .chat(let chat): chat.canonical
        }
    }
}
