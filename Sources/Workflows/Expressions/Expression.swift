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

    /// The same with another beginning, for a text that is part of a longer one.
    func located(at place: Place?) -> Expression { Expression(source: source, place: place, root: root) }
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
        case .member(.root(let root, let offset), let name, _):
            found.append(Expression.Reference(root: root, name: Self.stepName(root, name), offset: offset))
        case .index(.root(let root, let offset), .literal(.string(let name), _), _):
            found.append(Expression.Reference(root: root, name: Self.stepName(root, name), offset: offset))
        case .member(let base, _, _): base.collect(into: &found)
        case .index(let base, let index, _):
            base.collect(into: &found)
            index.collect(into: &found)
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

    /// `tasks.4` is the step `task_4`.
    static func stepName(_ root: String, _ name: String) -> String {
        root == "tasks" && name.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "task_\(name)" : name
    }
}
