import JSON
import Testing

@testable import Workflows

@Suite struct `A random expression` {
    @Test(arguments: 0..<20) func `is read as it was meant`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for _ in 0..<200 {
            let tree = Outline.random(depth: 5, &random)
            let source = tree.source
            let root = try Expression.parse(source).root
            #expect(Outline(root) == tree, "\(source)")
        }
    }

    @Test(arguments: 0..<20) func `has a value or an error within itself`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for _ in 0..<500 {
            let source = Outline.random(depth: 4, &random).source
            do throws(ExpressionError) {
                let value = try Expression.parse(source).evaluate(in: TestScope.usual)
                #expect((try? JSONValue(parsing: value.text))?.text == value.text)
            } catch {
                #expect((0...source.utf8.count).contains(error.offset))
                #expect(error.source == source)
            }
        }
    }

    @Test(arguments: 0..<20) func `in a text comes back from what is written of it`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let pieces = ["$", "${{", "}}", "{{", "a", "'", "\"", " ", "\n", "é", "${{ 1 }}", "${{ '}}' }}", "$${{ x }}"]
        for _ in 0..<500 {
            let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            guard let template = try? Template.parse(text) else { continue }
            let again = try Template.parse(template.source)
            #expect(again.source == template.source)
            let scope = TestScope(roots: ["a": .integer(1)])
            #expect((try? again.text(in: scope)) == (try? template.text(in: scope)))
        }
    }

    @Test func `of random bytes is read or refused at a place in it`() {
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let source = String(decoding: bytes, as: UTF8.self)
            do throws(ExpressionError) {
                _ = try Expression.parse(source)
            } catch {
                #expect((0...source.utf8.count).contains(error.offset))
                #expect(!error.picture.isEmpty)
            }
        }
    }
}

/// An expression's shape, without places.
private indirect enum Outline: Equatable {
    case literal(LiteralValue)
    case root(String)
    case member(Outline, String)
    case index(Outline, Outline)
    case call(String, [Outline])
    case not(Outline)
    case negative(Outline)
    case binary(Expression.Operator, Outline, Outline)
    case list([Outline])

    init(_ node: Expression.Node) {
        switch node {
        case .literal(let value, _): self = .literal(value)
        case .root(let name, _): self = .root(name)
        case .member(let base, let name, _): self = .member(Outline(base), name)
        case .index(let base, let index, _): self = .index(Outline(base), Outline(index))
        case .call(let name, let arguments, _): self = .call(name, arguments.map { Outline($0) })
        case .not(let operand, _): self = .not(Outline(operand))
        case .negative(let operand, _): self = .negative(Outline(operand))
        case .binary(let infix, let one, let other, _): self = .binary(infix, Outline(one), Outline(other))
        case .list(let elements, _): self = .list(elements.map { Outline($0) })
        }
    }

    /// With no more parentheses than it needs, so that the strengths of the operators count.
    var source: String {
        switch self {
        case .literal(.null): "null"
        case .literal(.bool(let flag)): "\(flag)"
        case .literal(.integer(let number)): "\(number)"
        case .literal(.decimal(let number)): "\(number)"
        case .literal(.string(let text)): "'\(text.replacing("'", with: "''"))'"
        case .root(let name): name
        case .member(let base, let name): "\(base.operand).\(name)"
        case .index(let base, let index): "\(base.operand)[\(index.source)]"
        case .call(let name, let arguments): "\(name)(\(arguments.map(\.source).joined(separator: ", ")))"
        case .not(let operand): "!\(operand.prefixed)"
        case .negative(let operand): "-\(operand.prefixed)"
        case .binary(let infix, let one, let other):
            "\(one.side(above: infix.strength - 1)) \(infix.rawValue) \(other.side(above: infix.strength))"
        case .list(let elements): "[\(elements.map(\.source).joined(separator: ", "))]"
        }
    }

    /// As the base of a path.
    private var operand: String {
        switch self {
        case .not, .negative, .binary, .literal: "(\(source))"
        default: source
        }
    }

    private var prefixed: String { if case .binary = self { "(\(source))" } else { source } }

    private func side(above strength: Int) -> String {
        if case .binary(let infix, _, _) = self, infix.strength <= strength { "(\(source))" } else { source }
    }

    static func random(depth: Int, _ random: inout SplitMix) -> Outline {
        func next(_ random: inout SplitMix) -> Outline { .random(depth: depth - 1, &random) }
        switch depth == 0 ? Int.random(in: 0...1, using: &random) : Int.random(in: 0...9, using: &random) {
        case 0:
            let literals: [LiteralValue] = [
                .null, .bool(true), .bool(false), .integer(0), .integer(7), .integer(.max), .decimal(2.5), .string(""),
                .string("it's"), .string("}} é\n"),
            ]
            return .literal(literals.randomElement(using: &random) ?? .null)
        case 1: return .root(["steps", "inputs", "item", "matrix"].randomElement(using: &random) ?? "env")
        case 2: return .member(next(&random), ["build", "a-b", "result", "4"].randomElement(using: &random) ?? "n")
        case 3: return .index(next(&random), next(&random))
        case 4:
            let calls = [
                ("length", 1), ("join", 2), ("max", 3), ("if", 3), ("range", 1), ("success", 0), ("toJSON", 1),
            ]
            let (name, count) = calls.randomElement(using: &random) ?? ("always", 0)
            return .call(name, (0..<count).map { _ in next(&random) })
        case 5: return .not(next(&random))
        case 6: return .negative(next(&random))
        case 7: return .list((0..<Int.random(in: 0...3, using: &random)).map { _ in next(&random) })
        default:
            return .binary(
                Expression.Operator.allCases.randomElement(using: &random) ?? .plus, next(&random), next(&random))
        }
    }
}
