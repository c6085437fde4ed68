import JSON

/// The few forms of JavaScript that need no script engine: paths (`$.name`), literals, comparisons, `&&`, `||`, `!`,
/// arithmetic, `c ? a : b`, and `if`, `else` and `return` around them, also within a function that is called at once.
struct ConductorScript {
    /// The value of a path of `$` as an expression.
    typealias Resolve = (_ path: ArraySlice<ConductorPath.Segment>, _ offset: Int) throws(ConductorFault) -> String

    static let advice =
        "Weir has no script engine; a script can have paths such as $.name, comparisons, '&&', '||', arithmetic, "
        + "'c ? a : b', 'if' with 'else', and 'return'; let a SIMPLE task do the rest"

    private static let maximumDepth = 48
    private static let maximumLength = 16_384

    private let tokens: [ScriptToken]
    private var next = 0
    private var depth = 0
    private let resolve: Resolve
    /// Bytes of expressions written so far.
    private var written = 0

    /// - Returns: the script as an expression of the dialect with `steps`.
    static func translate(_ text: String, resolve: @escaping Resolve) throws(ConductorFault) -> String {
        guard text.utf8.count <= maximumLength else {
            throw ConductorFault("the script has more than \(maximumLength) bytes")
        }
        var script = ConductorScript(tokens: try ScriptToken.read(text), resolve: resolve)
        return try script.program()
    }

    private init(tokens: [ScriptToken], resolve: @escaping Resolve) {
        self.tokens = tokens
        self.resolve = resolve
    }

    // MARK: Statements

    private mutating func program() throws(ConductorFault) -> String {
        let value: String
        if let end = function() {
            value = try block(until: end).value ?? "null"
            try closeFunction()
        } else {
            guard let only = try block(until: tokens.count).value else { throw fault("the script has no value") }
            value = only
        }
        while accept(";") {}
        guard next == tokens.count else { throw goesOn() }
        return value
    }

    /// What stands before the body of a function that is called at once.
    private var opening: [String] = []

    /// - Returns: where its body ends; `nil`: the script is no such function.
    private mutating func function() -> Int? {
        for candidate in [["(", "function", "(", ")", "{"], ["(", "(", ")", "=>", "{"]]
        where tokens.starts(with: candidate, by: { $0.text == $1 && !$0.isString }) {
            return enter(candidate)
        }
        guard tokens.count > 5, tokens[0].text == "function", tokens[1].isName,
            tokens[2...].starts(with: ["(", ")", "{"], by: { $0.text == $1 })
        else { return nil }
        return enter(["function", tokens[1].text, "(", ")", "{"])
    }

    private mutating func enter(_ words: [String]) -> Int? {
        opening = words
        next = words.count
        var level = 1
        for position in next..<tokens.count where !tokens[position].isString {
            if tokens[position].text == "{" { level += 1 }
            if tokens[position].text == "}" {
                level -= 1
                if level == 0 { return position }
            }
        }
        next = 0
        return nil
    }

    private mutating func closeFunction() throws(ConductorFault) {
        try expect("}")
        if opening[0] == "(" {
            // `(function () { … })()` or `(function () { … }())`
            if accept("(") {
                try expect(")")
                try expect(")")
            } else {
                try expect(")")
                try expect("(")
                try expect(")")
            }
        } else {
            while accept(";") {}
            guard accept(opening[1]) else { throw fault("the function '\(opening[1])' is not called") }
            try expect("(")
            try expect(")")
        }
    }

    private struct Block {
        /// `nil`: it has none.
        var value: String?
        /// Nothing after it is reached.
        var returns = false
    }

    private mutating func block(until end: Int) throws(ConductorFault) -> Block {
        try descend()
        defer { depth -= 1 }
        while next < end, accept(";") {}
        guard next < end else { return Block() }
        if tokens[next].text == "if", tokens[next].isName { return try condition(until: end) }
        let returns = tokens[next].isName && accept("return")
        let value = returns && (next == end || tokens[next].text == ";") ? "null" : try expression(0)
        while next < end, accept(";") {}
        guard next == end else { throw goesOn() }
        return Block(value: value, returns: returns)
    }

    private mutating func condition(until end: Int) throws(ConductorFault) -> Block {
        next += 1
        try expect("(")
        let test = try expression(0)
        try expect(")")
        let one = try branch(until: end)
        while next < end, tokens[next].text == ";" { next += 1 }
        var other = Block()
        if next < end, tokens[next].text == "else", tokens[next].isName {
            next += 1
            other = try branch(until: end)
            while next < end, accept(";") {}
            guard next == end else { throw goesOn() }
        } else if next < end {
            // What follows is reached only where the branch does not return.
            guard one.returns else { throw goesOn() }
            other = try block(until: end)
        }
        let value = try write("if(\(test), \(one.value ?? "null"), \(other.value ?? "null"))")
        return Block(value: value, returns: one.returns && other.returns)
    }

    /// What an `if` or an `else` has behind it.
    private mutating func branch(until end: Int) throws(ConductorFault) -> Block {
        guard next < end else { throw fault("a statement is missing") }
        if tokens[next].text == "{", !tokens[next].isString {
            next += 1
            var level = 1
            var close = next
            while close < end {
                if !tokens[close].isString, tokens[close].text == "{" { level += 1 }
                if !tokens[close].isString, tokens[close].text == "}" { level -= 1 }
                if level == 0 { break }
                close += 1
            }
            let inner = try block(until: close)
            try expect("}")
            return inner
        }
        if tokens[next].text == "if", tokens[next].isName {
            try descend()
            defer { depth -= 1 }
            return try condition(until: end)
        }
        let returns = accept("return")
        let value = try expression(0)
        return Block(value: value, returns: returns)
    }

    // MARK: Expressions

    private static let strengths: [String: (Int, String)] = [
        "??": (1, "??"), "||": (2, "||"), "&&": (3, "&&"), "==": (4, "=="), "===": (4, "=="), "!=": (4, "!="),
        "!==": (4, "!="), "<": (5, "<"), "<=": (5, "<="), ">": (5, ">"), ">=": (5, ">="), "+": (6, "+"), "-": (6, "-"),
        "*": (7, "*"), "/": (7, "/"), "%": (7, "%"),
    ]

    /// The operators have the same order of strength in both languages, so that none needs parentheses of ours.
    private mutating func expression(_ strength: Int) throws(ConductorFault) -> String {
        try descend()
        defer { depth -= 1 }
        var left = try operand()
        while next < tokens.count, !tokens[next].isString, let (own, word) = Self.strengths[tokens[next].text],
            own > strength
        {
            next += 1
            left = try write("\(left) \(word) \(try expression(own))")
        }
        guard strength == 0, next < tokens.count, tokens[next].text == "?", !tokens[next].isString else { return left }
        next += 1
        let one = try expression(0)
        try expect(":")
        return try write("if(\(left), \(one), \(try expression(0)))")
    }

    private mutating func operand() throws(ConductorFault) -> String {
        guard next < tokens.count else { throw fault("a value is missing at the end") }
        try descend()
        defer { depth -= 1 }
        let token = tokens[next]
        next += 1
        if token.isString { return try trailing(ConductorText.literal(.string(token.text))) }
        switch token.text {
        case "!": return "!\(try operand())"
        case "-": return "-\(try operand())"
        case "+": return "number(\(try operand()))"
        case "(":
            let inner = try expression(0)
            try expect(")")
            return try trailing("(\(inner))")
        case "[": return try trailing("[\(try arguments(until: "]").joined(separator: ", "))]")
        case "{": return try object()
        case "true", "false", "null": return token.text
        case "undefined": return "null"
        case "$": return try path(at: token.offset)
        case "String", "Number", "parseInt", "parseFloat":
            try expect("(")
            let values = try arguments(until: ")")
            guard let first = values.first else { throw fault("a value is missing", at: token.offset) }
            return try trailing("\(token.text == "String" ? "string" : "number")(\(first))")
        default:
            if token.isNumber { return token.text }
            throw fault("'\(token.text)' is not supported; \(Self.advice)", at: token.offset)
        }
    }

    /// `{name: value, …}`
    private mutating func object() throws(ConductorFault) -> String {
        var sources: [String] = []
        while !accept("}") {
            guard next < tokens.count, tokens[next].isString || tokens[next].isName else {
                throw fault("a name is missing in { }")
            }
            sources.append(ConductorText.literal(.string(tokens[next].text)))
            next += 1
            try expect(":")
            sources.append(try expression(0))
            if !accept(",") {
                try expect("}")
                break
            }
        }
        return try write("object(\(sources.joined(separator: ", ")))")
    }

    private mutating func arguments(until end: String) throws(ConductorFault) -> [String] {
        var values: [String] = []
        while !accept(end) {
            values.append(try expression(0))
            if !accept(",") {
                try expect(end)
                break
            }
        }
        return values
    }

    /// After `$`.
    private mutating func path(at offset: Int) throws(ConductorFault) -> String {
        var segments: [ConductorPath.Segment] = []
        while next < tokens.count {
            if let segment = try self.segment() {
                segments.append(segment)
            } else {
                break
            }
        }
        guard !segments.isEmpty else { throw fault("a name is missing after '$'", at: offset) }
        let source = try write(try resolve(segments[...], offset))
        return try trailing(source.contains(" ") ? "(\(source))" : source)
    }

    /// `.name`, `['name']` or `[0]`; `nil`: something else, or a method, follows.
    private mutating func segment() throws(ConductorFault) -> ConductorPath.Segment? {
        guard next + 1 < tokens.count, !tokens[next].isString else { return nil }
        let after = tokens[next + 1]
        if tokens[next].text == "." {
            let isCall = next + 2 < tokens.count && tokens[next + 2].text == "(" && !tokens[next + 2].isString
            guard after.isName, !isCall, after.text != "length" else { return nil }
            next += 2
            return .name(after.text)
        }
        guard tokens[next].text == "[", next + 2 < tokens.count, tokens[next + 2].text == "]" else { return nil }
        if after.isString {
            next += 3
            return .name(after.text)
        }
        guard let index = Int(after.text) else { return nil }
        next += 3
        return .index(index)
    }

    private static let methods: [String: (function: String, arguments: Int)] = [
        "includes": ("contains", 1), "startsWith": ("startsWith", 1), "endsWith": ("endsWith", 1),
        "toLowerCase": ("lower", 0), "toUpperCase": ("upper", 0), "trim": ("trim", 0), "toString": ("string", 0),
    ]

    /// Members and methods of a value.
    private mutating func trailing(_ source: String) throws(ConductorFault) -> String {
        var source = source
        while next < tokens.count, !tokens[next].isString, tokens[next].text == "." || tokens[next].text == "[" {
            if let segment = try self.segment() {
                switch segment {
                case .name(let name): source = try write("(\(source)\(ConductorText.member(name)) ?? null)")
                case .index(let index): source = try write("(\(source)[\(index)] ?? null)")
                case .nested: break
                }
                continue
            }
            guard tokens[next].text == ".", next + 1 < tokens.count else {
                throw fault("only names and numbers can stand in [ ]; \(Self.advice)")
            }
            let name = tokens[next + 1]
            next += 2
            if name.text == "length" {
                source = try write("length(\(source))")
                continue
            }
            guard let method = Self.methods[name.text] else {
                throw fault("'\(name.text)()' is not supported; \(Self.advice)", at: name.offset)
            }
            try expect("(")
            let values = try arguments(until: ")")
            guard values.count == method.arguments else {
                throw fault("'\(name.text)()' takes \(method.arguments) arguments", at: name.offset)
            }
            source = try write("\(method.function)(\(([source] + values).joined(separator: ", ")))")
        }
        return source
    }

    // MARK: Words

    private mutating func accept(_ text: String) -> Bool {
        guard next < tokens.count, tokens[next].text == text, !tokens[next].isString else { return false }
        next += 1
        return true
    }

    private mutating func expect(_ text: String) throws(ConductorFault) {
        guard accept(text) else { throw fault("'\(text)' is missing; \(Self.advice)") }
    }

    private mutating func descend() throws(ConductorFault) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("the script is too deep") }
    }

    /// Each piece is part of the whole that is written later, so their sum bounds the work as well.
    private mutating func write(_ source: String) throws(ConductorFault) -> String {
        written += source.utf8.count
        guard source.utf8.count <= Expression.maximumLength, written <= 64 * Expression.maximumLength else {
            throw fault("the script takes over too much")
        }
        return source
    }

    /// At a word that the statement before it does not have.
    private func goesOn() -> ConductorFault { fault("'\(tokens[next].text)' cannot stand here; \(Self.advice)") }

    private func fault(_ message: String, at offset: Int? = nil) -> ConductorFault {
        ConductorFault(
            message, at: offset ?? (next < tokens.count ? tokens[next].offset : tokens.last.map { $0.end } ?? 0))
    }
}
