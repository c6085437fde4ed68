import JSON

/// The expressions of a script.
extension ConductorScript {
    private static let strengths: [String: (Int, String)] = [
        "??": (1, "??"), "||": (2, "||"), "&&": (3, "&&"), "==": (4, "=="), "===": (4, "=="), "!=": (4, "!="),
        "!==": (4, "!="), "<": (5, "<"), "<=": (5, "<="), ">": (5, ">"), ">=": (5, ">="), "+": (6, "+"), "-": (6, "-"),
        "*": (7, "*"), "/": (7, "/"), "%": (7, "%"),
    ]

    /// The operators have the same order of strength in both languages, so that none needs parentheses of ours.
    mutating func expression(_ strength: Int) throws(ConductorFault) -> String {
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
}
