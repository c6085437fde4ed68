import JSON

/// Whether a loop goes on: comparisons of `$.task.member` and constants with `&&`, `||` and `!`, and the form
/// `if (…) { true; } else { false; }` that Conductor's builders write.
struct LoopCondition {
    private indirect enum Term {
        case constant(JSONValue)
        case path([Term])
        case not(Term)
        case binary(String, Term, Term)
        case choice(Term, Term, Term)
    }

    private let term: Term

    init(_ text: String) throws(ConductorFault) {
        var reader = Reader(words: try ScriptWord.words(of: text))
        guard !reader.words.isEmpty else { throw ConductorFault(400, "a DO_WHILE has a loopCondition") }
        term = try reader.script()
        guard reader.isAtEnd else { throw ConductorFault(400, "the condition goes on where its end was expected") }
    }

    /// - Parameter root: what `$` is: the outputs of the loop's tasks by their reference names, and its inputs.
    func isTrue(_ root: JSONValue) -> Bool { Self.isTrue(Self.value(of: term, root)) }

    // MARK: Reading

    private struct Reader {
        let words: [ScriptWord]
        var position = 0
        var isAtEnd: Bool { position == words.count }
        /// Brackets within one another.
        private var depth = 0

        init(words: [ScriptWord]) { self.words = words }

        private var next: ScriptWord? { position < words.count ? words[position] : nil }

        private mutating func take(_ word: ScriptWord) -> Bool {
            guard next == word else { return false }
            position += 1
            return true
        }

        private mutating func require(_ mark: String) throws(ConductorFault) {
            guard take(.mark(mark)) else { throw ConductorFault(400, "the condition lacks a '\(mark)'") }
        }

        mutating func script() throws(ConductorFault) -> Term {
            depth += 1
            defer { depth -= 1 }
            guard depth < 50 else { throw ConductorFault(400, "the condition has too many parts within one another") }
            guard take(.name("if")) else {
                _ = take(.name("return"))
                let term = try alternative(0)
                _ = take(.mark(";"))
                return term
            }
            try require("(")
            let condition = try alternative(0)
            try require(")")
            let yes = try block()
            guard take(.name("else")) else { return .choice(condition, yes, .constant(.bool(false))) }
            return .choice(condition, yes, next == .name("if") ? try script() : try block())
        }

        private mutating func block() throws(ConductorFault) -> Term {
            guard take(.mark("{")) else { return try script() }
            let term = try script()
            try require("}")
            return term
        }

        private static let levels: [Set<String>] = [
            ["||"], ["&&"], ["==", "!=", "===", "!=="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"],
        ]

        private mutating func alternative(_ level: Int) throws(ConductorFault) -> Term {
            guard level < Self.levels.count else { return try unary() }
            var term = try alternative(level + 1)
            while case .mark(let mark)? = next, Self.levels[level].contains(mark) {
                position += 1
                term = .binary(mark, term, try alternative(level + 1))
            }
            return term
        }

        private mutating func unary() throws(ConductorFault) -> Term {
            depth += 1
            defer { depth -= 1 }
            guard depth < 50 else { throw ConductorFault(400, "the condition has too many parts within one another") }
            if take(.mark("!")) { return .not(try unary()) }
            if take(.mark("-")) { return .binary("-", .constant(.integer(0)), try unary()) }
            if take(.mark("(")) {
                let term = try alternative(0)
                try require(")")
                return term
            }
            guard let word = next else { throw ConductorFault(400, "the condition ends where a value was expected") }
            position += 1
            switch word {
            case .number(let number): return .constant(.decimal(number))
            case .string(let text): return .constant(.string(text))
            case .name("true"): return .constant(.bool(true))
            case .name("false"): return .constant(.bool(false))
            case .name("null"), .name("undefined"): return .constant(.null)
            case .name("$"): return .path(try steps())
            case .name(let name): throw ConductorFault(400, "'\(name)' is not supported in a loop's condition")
            case .mark(let mark): throw ConductorFault(400, "'\(mark)' stands where a value was expected")
            }
        }

        private mutating func steps() throws(ConductorFault) -> [Term] {
            var steps: [Term] = []
            while true {
                if take(.mark(".")) {
                    guard case .name(let name)? = next else { throw ConductorFault(400, "a name is missing after '.'") }
                    position += 1
                    steps.append(.constant(.string(name)))
                } else if take(.mark("[")) {
                    steps.append(try alternative(0))
                    try require("]")
                } else {
                    return steps
                }
            }
        }
    }

    // MARK: Values

    private static func value(of term: Term, _ root: JSONValue) -> JSONValue {
        switch term {
        case .constant(let value): value
        case .not(let inner): .bool(!isTrue(value(of: inner, root)))
        case .choice(let condition, let yes, let no):
            value(of: isTrue(value(of: condition, root)) ? yes : no, root)
        case .path(let steps): steps.reduce(root) { member(value(of: $1, root), of: $0) }
        case .binary("&&", let left, let right):
            .bool(isTrue(value(of: left, root)) && isTrue(value(of: right, root)))
        case .binary("||", let left, let right):
            .bool(isTrue(value(of: left, root)) || isTrue(value(of: right, root)))
        case .binary(let mark, let left, let right): result(mark, value(of: left, root), value(of: right, root))
        }
    }

    private static func member(_ key: JSONValue, of value: JSONValue) -> JSONValue {
        if let name = key.string { return value[name] ?? .null }
        guard let number = key.number, let index = Int(exactly: number), let list = value.list,
            list.indices.contains(index)
        else { return .null }
        return list[index]
    }

    private static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let flag): flag
        case .integer(let number): number != 0
        case .decimal(let number): number != 0
        case .string(let text): !text.isEmpty
        case .list, .object: true
        }
    }

    private static func result(_ mark: String, _ left: JSONValue, _ right: JSONValue) -> JSONValue {
        switch mark {
        case "==", "===": return .bool(isSame(left, right))
        case "!=", "!==": return .bool(!isSame(left, right))
        case "+" where left.string != nil || right.string != nil:
            return joined(left, right).map { .string($0) } ?? .null
        default: break
        }
        if let left = left.string, let right = right.string, ["<", "<=", ">", ">="].contains(mark) {
            return .bool(
                mark == "<" ? left < right : mark == "<=" ? left <= right : mark == ">" ? left > right : left >= right)
        }
        guard let left = number(left), let right = number(right) else {
            return ["<", "<=", ">", ">="].contains(mark) ? .bool(false) : .null
        }
        return switch mark {
        case "<": .bool(left < right)
        case "<=": .bool(left <= right)
        case ">": .bool(left > right)
        case ">=": .bool(left >= right)
        case "+": .decimal(left + right)
        case "-": .decimal(left - right)
        case "*": .decimal(left * right)
        case "/": .decimal(left / right)
        default: .decimal(left.truncatingRemainder(dividingBy: right))
        }
    }

    /// `nil`: too long to be meant.
    private static func joined(_ left: JSONValue, _ right: JSONValue) -> String? {
        guard let left = left.splicedText(atMost: Substitution.mostBytes),
            let right = right.splicedText(atMost: Substitution.mostBytes - left.utf8.count)
        else { return nil }
        return left + right
    }

    private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let left = left.number, let right = right.number { return left == right }
        return left == right
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .string(let text): Double(text)
        case .bool(let flag): flag ? 1 : 0
        default: value.number
        }
    }
}
