/// A formula over a run's data, as it stands between `${{` and `}}` or after `if:`.
package struct Expression: Sendable, Hashable {
    /// As written, without the braces.
    package let source: String
    /// Where it begins in the file; `nil`: it is not from a file.
    package let place: Place?
    let root: Node

    /// Bytes of one expression.
    package static let maximumLength = 65_536

    /// What it reads.
    package struct Reference: Sendable, Hashable {
        /// `steps`, `inputs`, `item`, …
        package let root: String
        /// The step's id, the input's name; `nil`: the root as a whole.
        package let name: String?
        /// In bytes of the source, from 0.
        package let offset: Int
        /// What of a step: `result`, `state`, …; `nil`: the step as a whole, or something that is computed.
        package var fact: String?
        /// Where that is, in bytes of the source.
        package var factOffset = 0
    }

    /// A part of an expression, with the byte at which it begins or, of an operator, stands.
    indirect enum Node: Sendable, Hashable {
        case literal(LiteralValue, Int)
        case root(String, Int)
        case member(Node, String, Int)
        case index(Node, Node, Int)
        case call(String, [Node], Int)
        case not(Node, Int)
        case negative(Node, Int)
        case binary(Operator, Node, Node, Int)
        case list([Node], Int)
    }

    enum Operator: String, Sendable, Hashable, CaseIterable {
        case coalesce = "??"
        case or = "||"
        case and = "&&"
        case equal = "=="
        case different = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case greater = ">"
        case contains
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divided = "/"
        case modulo = "%"

        /// The higher binds the tighter.
        var strength: Int {
            switch self {
            case .coalesce: 1
            case .or: 2
            case .and: 3
            case .equal, .different, .contains: 4
            case .atMost, .atLeast, .less, .greater: 5
            case .plus, .minus: 6
            case .times, .divided, .modulo: 7
            }
        }
    }

    /// Reads an expression.
    ///
    /// - Parameter place: where its first character is in the file.
    package static func parse(_ source: String, at place: Place? = nil) throws(ExpressionError) -> Expression {
        do throws(ExpressionError) {
            guard source.utf8.count <= maximumLength else {
                throw ExpressionError("an expression has at most \(maximumLength) bytes", offset: 0)
            }
            var parser = ExpressionParser(source)
            return Expression(source: source, place: place, root: try parser.whole())
        } catch {
            throw error.located(in: source, at: place)
        }
    }

    /// In the order of the source.
    package var references: [Reference] {
        var found: [Reference] = []
        root.collect(into: &found)
        return found
    }

    /// Where a byte of the source is in the file; of an expression over several lines, where that begins.
    func place(at offset: Int) -> Place? { place?.advanced(in: source, by: offset) }
}

extension Place {
    /// The place of a byte of a text that begins here; of a text over several lines, where the text begins: how its
    /// lines are indented in the file is not known.
    func advanced(in text: String, by offset: Int) -> Place {
        guard !text.utf8.contains(0x0A) else { return self }
        let before = text.utf8.prefix(offset)
        return Place(line: line, column: column + before.count { $0 & 0xC0 != 0x80 })
    }
}

extension ExpressionError {
    func located(in source: String, at place: Place?) -> ExpressionError {
        var error = self
        error.source = source
        error.place = place
        return error
    }
}

extension Expression.Node {
    fileprivate func collect(into found: inout [Expression.Reference]) {
        switch self {
        case .literal: break
        case .root(let name, let offset): found.append(Expression.Reference(root: name, name: nil, offset: offset))
        case .member, .index: collectPath(into: &found)
        case .call(let function, let arguments, let offset):
            if arguments.isEmpty {
                found.append(Expression.Reference(root: "\(function)()", name: nil, offset: offset))
            }
            for argument in arguments { argument.collect(into: &found) }
        case .not(let operand, _), .negative(let operand, _): operand.collect(into: &found)
        case .binary(_, let one, let other, _):
            one.collect(into: &found)
            other.collect(into: &found)
        case .list(let elements, _): for element in elements { element.collect(into: &found) }
        }
    }

    /// A path from a root is one reference; what its brackets read comes after it.
    private func collectPath(into found: inout [Expression.Reference]) {
        var keys: [(name: String?, offset: Int)] = []
        var indexes: [Self] = []
        var base = self
        path: while true {
            switch base {
            case .member(let inner, let name, let offset):
                keys.append((name, offset))
                base = inner
            case .index(let inner, let index, let offset):
                keys.append((index.constantKey, offset))
                if index.constantKey == nil { indexes.append(index) }
                base = inner
            default: break path
            }
        }
        if case .root(let root, let offset) = base, let first = keys.popLast() {
            var reference = Expression.Reference(
                root: root, name: first.name.map { Self.stepName(root, $0) }, offset: offset)
            if Self.areSteps(root), let fact = keys.popLast() {
                (reference.fact, reference.factOffset) = (fact.name, fact.offset)
            }
            found.append(reference)
        } else {
            base.collect(into: &found)
        }
        for index in indexes.reversed() { index.collect(into: &found) }
    }

    /// What brackets hold, when that is no computed value.
    private var constantKey: String? {
        switch self {
        case .literal(.string(let key), _): key
        case .literal(.integer(let number), _): "\(number)"
        default: nil
        }
    }

    /// Whether the root's members are steps.
    static func areSteps(_ root: String) -> Bool { root == "steps" || root == "tasks" }

    /// `tasks.4` is the step `task_4`.
    static func stepName(_ root: String, _ name: String) -> String {
        root == "tasks" && name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "task_\(name)" : name
    }
}
