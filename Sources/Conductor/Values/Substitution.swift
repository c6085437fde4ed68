import JSON

/// Puts values in the place of `${…}`, at any depth.
struct Substitution {
    /// The values by their roots: `workflow`, and every task's reference name.
    let root: (String) -> JSONValue?

    /// Bytes of what expressions give, altogether; what is beyond has no value.
    static let mostBytes = 1 << 20
    private let room = Room()

    /// Of what was resolved, something was left out.
    var isTooLarge: Bool { room.left < 0 }

    private final class Room { var left = mostBytes }

    init(root: @escaping (String) -> JSONValue?) { self.root = root }

    /// Expressions within one another; what is deeper has no value.
    private static let mostLevels = 16
    /// Openings without an end that are looked for in one text; what comes after so many is plain text.
    private static let mostOpen = 100

    func resolve(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): resolve(text)
        case .list(let elements): .list(elements.map(resolve))
        case .object(let members): .object(members.mapValues(resolve))
        default: value
        }
    }

    func resolve(_ members: [String: JSONValue]) -> [String: JSONValue] { members.mapValues(resolve) }

    /// A text that is one expression takes the value with its type; in a longer one the value is spliced in.
    func resolve(_ text: String) -> JSONValue { resolve(text, level: 0) }

    private func resolve(_ text: String, level: Int) -> JSONValue {
        guard text.contains("${") else { return .string(text) }
        let parts = Self.parts(of: text)
        if parts.count == 1, case .expression(let path) = parts[0] { return value(path, level: level) }
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .expression(let path): result += value(path, level: level).splicedText
            }
        }
        return .string(result)
    }

    private func value(_ expression: String, level: Int) -> JSONValue {
        guard level < Self.mostLevels else { return .null }
        // Expressions within one another resolve from the inside.
        let path = expression.contains("${") ? resolve(expression, level: level + 1).splicedText : expression
        if path.isEmpty { return .string("") }
        guard !isTooLarge, let value = (try? ValuePath(path)).flatMap({ $0.value(from: root) }) else { return .null }
        guard let text = value.text(atMost: room.left) else {
            room.left = -1
            return .null
        }
        room.left -= text.utf8.count
        return value
    }

    private enum Part { case text(String), expression(String) }

    private static func parts(of text: String) -> [Part] {
        var parts: [Part] = []
        var plain = ""
        var rest = Substring(text)
        var open = 0
        while open < Self.mostOpen, let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                plain += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${"), let end = end(of: rest.dropFirst(2)) {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.expression(String(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])))
                rest = rest[rest.index(after: end)...]
            } else {
                if rest.hasPrefix("${") { open += 1 }
                plain.append("$")
                rest = rest.dropFirst()
            }
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        return parts
    }

    /// The brace that closes the expression.
    private static func end(of text: Substring) -> String.Index? {
        var depth = 0
        var before: Character?
        for index in text.indices {
            let character = text[index]
            if character == "{", before == "$" { depth += 1 }
            if character == "}" {
                if depth == 0 { return index }
                depth -= 1
            }
            before = character
        }
        return nil
    }
}

/// `task.output.list[0]['a key'].x`
struct ValuePath {
    enum Step { case member(String), element(Int) }

    let root: String
    let steps: [Step]

    struct Malformed: Error {}

    init(_ text: String) throws(Malformed) {
        var rest = Substring(text)
        func name() -> String {
            let end = rest.firstIndex { $0 == "." || $0 == "[" } ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }
        root = name()
        var steps: [Step] = []
        while let next = rest.first {
            rest = rest.dropFirst()
            if next == "." {
                // A dot before a bracket says nothing.
                if rest.first == "[" { continue }
                steps.append(.member(name()))
                continue
            }
            guard next == "[", let end = rest.firstIndex(of: "]") else { throw Malformed() }
            let inner = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if let quote = inner.first, quote == "'" || quote == "\"", inner.count >= 2, inner.last == quote {
                steps.append(.member(String(inner.dropFirst().dropLast())))
            } else if let index = Int(inner) {
                steps.append(.element(index))
            } else {
                throw Malformed()
            }
        }
        self.steps = steps
    }

    func value(from root: (String) -> JSONValue?) -> JSONValue? {
        var value = root(self.root)
        for step in steps {
            switch step {
            case .member(let name): value = value?[name]
            case .element(let index):
                guard let elements = value?.list else { return nil }
                let place = index < 0 ? elements.count + index : index
                guard elements.indices.contains(place) else { return nil }
                value = elements[place]
            }
        }
        return value
    }
}
