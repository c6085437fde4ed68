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

    let tokens: [ScriptToken]
    var next = 0
    var depth = 0
    let resolve: Resolve
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

    // MARK: Words

    mutating func accept(_ text: String) -> Bool {
        guard next < tokens.count, tokens[next].text == text, !tokens[next].isString else { return false }
        next += 1
        return true
    }

    mutating func expect(_ text: String) throws(ConductorFault) {
        guard accept(text) else { throw fault("'\(text)' is missing; \(Self.advice)") }
    }

    mutating func descend() throws(ConductorFault) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("the script is too deep") }
    }

    /// Each piece is part of the whole that is written later, so their sum bounds the work as well.
    mutating func write(_ source: String) throws(ConductorFault) -> String {
        written += source.utf8.count
        guard source.utf8.count <= Expression.maximumLength, written <= 64 * Expression.maximumLength else {
            throw fault("the script takes over too much")
        }
        return source
    }

    /// At a word that the statement before it does not have.
    private func goesOn() -> ConductorFault { fault("'\(tokens[next].text)' cannot stand here; \(Self.advice)") }

    func fault(_ message: String, at offset: Int? = nil) -> ConductorFault {
        ConductorFault(
            message, at: offset ?? (next < tokens.count ? tokens[next].offset : tokens.last.map { $0.end } ?? 0))
    }
}
