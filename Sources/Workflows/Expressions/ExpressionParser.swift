/// Text → tree, by precedence climbing. What is within one another is bounded while it is read, and the height of the
/// tree with it, so that no text overflows the stack: neither here nor where the tree is walked.
struct ExpressionParser {
    private static let maximumDepth = 64
    /// A chain of operators is as high a tree as it is long.
    private static let maximumHeight = 256

    /// A node with the number of nodes on the longest way down from it.
    private struct Tree {
        let node: Expression.Node
        let height: Int

        init(_ node: Expression.Node, above lower: Int = 0, at offset: Int) throws(ExpressionError) {
            guard lower < maximumHeight else {
                throw ExpressionError("more than \(maximumHeight) operations within one another", offset: offset)
            }
            self.node = node
            height = lower + 1
        }
    }

    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0

    init(_ source: String) { bytes = Array(source.utf8) }

    mutating func whole() throws(ExpressionError) -> Expression.Node {
        skipSpace()
        guard offset < bytes.count else { throw ExpressionError("the expression is empty", offset: 0) }
        let tree = try expression(above: 0)
        guard offset == bytes.count else {
            throw ExpressionError("unexpected \(quoted(word(at: offset)))", offset: offset)
        }
        return tree.node
    }

    // MARK: Grammar

    private mutating func expression(above strength: Int) throws(ExpressionError) -> Tree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError("more than \(Self.maximumDepth) levels", offset: offset)
        }
        var left = try operand()
        while let (infix, length) = infix(), infix.strength > strength {
            let place = offset
            offset += length
            skipSpace()
            let right = try expression(above: infix.strength)
            left = try Tree(
                .binary(infix, left.node, right.node, place), above: max(left.height, right.height), at: place)
        }
        return left
    }

    private mutating func operand() throws(ExpressionError) -> Tree {
        let start = offset
        guard let byte = next else { throw ExpressionError("a value is missing at the end", offset: offset) }
        switch byte {
        case UInt8(ascii: "!"):
            offset += 1
            skipSpace()
            let operand = try prefixed()
            return try Tree(.not(operand.node, start), above: operand.height, at: start)
        case UInt8(ascii: "-"):
            offset += 1
            skipSpace()
            let operand = try prefixed()
            return try Tree(.negative(operand.node, start), above: operand.height, at: start)
        default: return try path(from: try primary())
        }
    }

    private mutating func prefixed() throws(ExpressionError) -> Tree {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw ExpressionError("more than \(Self.maximumDepth) levels", offset: offset)
        }
        return try operand()
    }

    private mutating func primary() throws(ExpressionError) -> Tree {
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
            let elements = try elements(until: "]", at: start)
            return try Tree(.list(elements.map(\.node), start), above: (elements.map(\.height).max() ?? 0), at: start)
        case UInt8(ascii: "'")?, UInt8(ascii: "\"")?: return try Tree(.literal(.string(try string()), start), at: start)
        case let byte? where isDigit(byte): return try Tree(.literal(try number(), start), at: start)
        case let byte? where isNameStart(byte): return try named()
        default: throw ExpressionError("a value is missing before \(quoted(word(at: offset)))", offset: offset)
        }
    }

    private mutating func named() throws(ExpressionError) -> Tree {
        let start = offset
        let name = name()
        skipSpace()
        if next == UInt8(ascii: "(") {
            offset += 1
            skipSpace()
            let arguments = try elements(until: ")", at: start)
            try ExpressionFunctions.check(name, arguments: arguments.count, at: start)
            return try Tree(
                .call(name, arguments.map(\.node), start), above: (arguments.map(\.height).max() ?? 0), at: start)
        }
        switch name {
        case "true": return try Tree(.literal(.bool(true), start), at: start)
        case "false": return try Tree(.literal(.bool(false), start), at: start)
        case "null": return try Tree(.literal(.null, start), at: start)
        default: return try Tree(.root(name, start), at: start)
        }
    }

    private mutating func path(from base: Tree) throws(ExpressionError) -> Tree {
        var tree = base
        var length = 0
        while let byte = next, byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") {
            let start = offset
            length += 1
            guard length <= Self.maximumDepth else {
                throw ExpressionError("more than \(Self.maximumDepth) members in a path", offset: offset)
            }
            offset += 1
            skipSpace()
            if byte == UInt8(ascii: ".") {
                guard let first = next, isNameByte(first) else {
                    throw ExpressionError("a name is missing after '.'", offset: offset)
                }
                tree = try Tree(.member(tree.node, name(), start + 1), above: tree.height, at: start)
                skipSpace()
            } else {
                let index = try expression(above: 0)
                try expect("]", after: "[", at: start)
                tree = try Tree(
                    .index(tree.node, index.node, start), above: max(tree.height, index.height), at: start)
            }
        }
        return tree
    }

    private mutating func elements(until end: String, at start: Int) throws(ExpressionError) -> [Tree] {
        var elements: [Tree] = []
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
