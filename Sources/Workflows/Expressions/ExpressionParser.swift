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

    let bytes: [UInt8]
    var offset = 0
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
}
