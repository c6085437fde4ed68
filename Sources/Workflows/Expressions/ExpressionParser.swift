/// Text → tree, by precedence climbing. Depth is bounded, so that no text overflows the stack: that of the parser by
/// what stands within one another, that of the tree by all that makes it deeper, as each `+` of a long sum does.
struct ExpressionParser {
    private static let maximumDepth = 64
    private static let maximumOperations = 500

    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0
    private var operations = 0

    init(_ source: String) { bytes = Array(source.utf8) }

    mutating func whole() throws(ExpressionError) -> Expression.Node {
        skipSpace()
        guard offset < bytes.count else { throw ExpressionError("the expression is empty", offset: 0) }
        let node = try expression(above: 0)
        guard offset == bytes.count else {
            throw ExpressionError("unexpected \(quoted(word(at: offset)))", offset: offset)
        }
        return node
    }

    // MARK: Grammar

    private mutating func expression(above strength: Int) throws(ExpressionError) -> Expression.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError("more than \(Self.maximumDepth) levels", offset: offset)
        }
        var left = try operand()
        while let (infix, length) = infix(), infix.strength > strength {
            let place = offset
            try countOperation()
            offset += length
            skipSpace()
            left = .binary(infix, left, try expression(above: infix.strength), place)
        }
        return left
    }

    private mutating func operand() throws(ExpressionError) -> Expression.Node {
        let start = offset
        guard let byte = next else { throw ExpressionError("a value is missing at the end", offset: offset) }
        switch byte {
        case UInt8(ascii: "!"):
            offset += 1
            skipSpace()
            return .not(try prefixed(), start)
        case UInt8(ascii: "-"):
            offset += 1
            skipSpace()
            return .negative(try prefixed(), start)
        default: return try path(from: try primary())
        }
    }

    private mutating func prefixed() throws(ExpressionError) -> Expression.Node {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError("more than \(Self.maximumDepth) levels", offset: offset)
        }
        return try operand()
    }

    private mutating func countOperation() throws(ExpressionError) {
        operations += 1
        guard operations <= Self.maximumOperations else {
            throw ExpressionError("more than \(Self.maximumOperations) operators and members", offset: offset)
        }
    }

    private mutating func primary() throws(ExpressionError) -> Expression.Node {
        let start = offset
        switch next {
        case UInt8(ascii: "(")?:
            offset += 1
            skipSpace()
            let inner = try expression(above: 0)
            try expect(")", after: "(", at: start)
            return inner
        case UInt8(ascii: "[")?:
            offset += 1
            skipSpace()
            return .list(try elements(until: "]", at: start), start)
        case UInt8(ascii: "'")?, UInt8(ascii: "\"")?: return .literal(.string(try string()), start)
        case let byte? where isDigit(byte): return .literal(try number(), start)
        case let byte? where isNameStart(byte): return try named()
        default: throw ExpressionError("a value is missing before \(quoted(word(at: offset)))", offset: offset)
        }
    }

    private mutating func named() throws(ExpressionError) -> Expression.Node {
        let start = offset
        let name = name()
        skipSpace()
        if next == UInt8(ascii: "(") {
            offset += 1
            skipSpace()
            let arguments = try elements(until: ")", at: start)
            try ExpressionFunctions.check(name, arguments: arguments.count, at: start)
            return .call(name, arguments, start)
        }
        switch name {
        case "true": return .literal(.bool(true), start)
        case "false": return .literal(.bool(false), start)
        case "null": return .literal(.null, start)
        default: return .root(name, start)
        }
    }

    private mutating func path(from base: Expression.Node) throws(ExpressionError) -> Expression.Node {
        var node = base
        var length = 0
        while let byte = next, byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") {
            let start = offset
            length += 1
            guard length <= Self.maximumDepth else {
                throw ExpressionError("more than \(Self.maximumDepth) members in a path", offset: offset)
            }
            try countOperation()
            offset += 1
            skipSpace()
            if byte == UInt8(ascii: ".") {
                guard let first = next, isNameByte(first) else {
                    throw ExpressionError("a name is missing after '.'", offset: offset)
                }
                node = .member(node, name(), start + 1)
                skipSpace()
            } else {
                let index = try expression(above: 0)
                try expect("]", after: "[", at: start)
                node = .index(node, index, start)
            }
        }
        return node
    }

    private mutating func elements(until end: String, at start: Int) throws(ExpressionError) -> [Expression.Node] {
        var elements: [Expression.Node] = []
        if next == end.utf8.first {
            offset += 1
            skipSpace()
            return elements
        }
        while true {
            elements.append(try expression(above: 0))
            guard next == UInt8(ascii: ",") else { break }
            offset += 1
            skipSpace()
        }
        try expect(end, after: "what begins here", at: start)
        return elements
    }

    // MARK: Words

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func expect(_ mark: String, after opening: String, at start: Int) throws(ExpressionError) {
        guard next == mark.utf8.first else {
            let end =
                opening.count == 1 ? "\(quoted(mark)) is missing for \(quoted(opening))" : "\(quoted(mark)) is missing"
            throw ExpressionError(end, offset: offset < bytes.count ? offset : start)
        }
        offset += 1
        skipSpace()
    }

    private func infix() -> (Expression.Operator, Int)? {
        for candidate in Expression.Operator.allCases where bytes[offset...].starts(with: candidate.rawValue.utf8) {
            let length = candidate.rawValue.utf8.count
            guard candidate == .contains else { return (candidate, length) }
            let after = offset + length
            if after < bytes.count, !isNameByte(bytes[after]) { return (candidate, length) }
        }
        return nil
    }

    /// Hyphens belong to names; a minus stands between spaces.
    private mutating func name() -> String {
        let start = offset
        while let byte = next, isNameByte(byte) || (byte == UInt8(ascii: "-") && continuesName()) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private func continuesName() -> Bool {
        offset + 1 < bytes.count && (isNameByte(bytes[offset + 1]) || bytes[offset + 1] == UInt8(ascii: "-"))
    }

    private mutating func number() throws(ExpressionError) -> LiteralValue {
        let start = offset
        while let byte = next, isDigit(byte) { offset += 1 }
        var isWhole = true
        if next == UInt8(ascii: "."), offset + 1 < bytes.count, isDigit(bytes[offset + 1]) {
            isWhole = false
            offset += 1
            while let byte = next, isDigit(byte) { offset += 1 }
        }
        if let byte = next, isNameByte(byte) {
            throw ExpressionError("\(quoted(word(at: start))) is neither a number nor a name", offset: start)
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        skipSpace()
        if isWhole, let number = Int(text) { return .integer(number) }
        guard !isWhole, let number = Double(text) else {
            throw ExpressionError("the number \(text) is too large", offset: start)
        }
        return .decimal(number)
    }

    /// `'it''s'`, or `"…"` with `\"`, `\\`, `\n` and `\t`.
    private mutating func string() throws(ExpressionError) -> String {
        let start = offset
        let quote = bytes[offset]
        offset += 1
        var content: [UInt8] = []
        while let byte = next {
            offset += 1
            if byte == quote {
                if quote == UInt8(ascii: "'"), next == quote {
                    content.append(quote)
                    offset += 1
                    continue
                }
                skipSpace()
                return String(decoding: content, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                guard let escaped = next else { break }
                offset += 1
                switch escaped {
                case UInt8(ascii: "n"): content.append(0x0A)
                case UInt8(ascii: "t"): content.append(0x09)
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): content.append(escaped)
                default: throw ExpressionError("there is no such escape", offset: offset - 2)
                }
                continue
            }
            content.append(byte)
        }
        throw ExpressionError("the text that begins here has no end", offset: start)
    }

    private func word(at start: Int) -> String {
        let rest = bytes[min(start, bytes.count)...]
        let word = rest.prefix { isNameByte($0) }
        if !word.isEmpty { return String(decoding: word.prefix(40), as: UTF8.self) }
        return String(decoding: rest, as: UTF8.self).unicodeScalars.first.map { String($0) } ?? "the end"
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private func isNameStart(_ byte: UInt8) -> Bool { isNameByte(byte) && !isDigit(byte) }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
