import JSON

/// Says why a comparison is false in the words of the comparison: `parallel_efficiency 2.1 < 2.5`.
struct Contradiction<Scope: ExpressionScope> {
    let scope: Scope

    /// Of `a && b`, what contradicts the first that is false; `nil`: it is no comparison of a name with a number.
    func text(of node: Expression.Node) throws(ExpressionError) -> String? {
        guard case .binary(let infix, let one, let other, _) = node else { return nil }
        if infix == .and {
            let isFirst = try !ExpressionEvaluator(scope: scope).value(one).isTrue
            return try text(of: isFirst ? one : other)
        }
        guard let opposite = Self.opposites[infix] else { return nil }
        if case .root(let name, _) = one { return try text(name, one, opposite, other) }
        if case .root(let name, _) = other, let mirrored = Self.mirrored[opposite] {
            return try text(name, other, mirrored, one)
        }
        return nil
    }

    private func text(
        _ name: String, _ node: Expression.Node, _ opposite: Expression.Operator, _ bound: Expression.Node
    ) throws(ExpressionError) -> String? {
        let evaluator = ExpressionEvaluator(scope: scope)
        guard let actual = try evaluator.value(node).number, let limit = try evaluator.value(bound).number
        else { return nil }
        return "\(name) \(Self.short(actual, beside: limit)) \(opposite.rawValue) \(Self.plain(limit))"
    }

    /// With as few decimals as are within a hundredth of it and tell it from the other: 2.4996 beside 2.5 is not 2.5.
    private static func short(_ value: Double, beside other: Double) -> String {
        guard abs(value) < 1e9 else { return "\(value)" }
        for decimals in 1...9 {
            var scale = 1.0
            for _ in 0..<decimals { scale *= 10 }
            let rounded = (value * scale).rounded() / scale
            guard rounded != other || value == other, abs(rounded - value) < 0.01 * abs(value) || rounded == value
            else { continue }
            return plain(rounded)
        }
        return "\(value)"
    }

    /// Without `.0`.
    private static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }

    private static var opposites: [Expression.Operator: Expression.Operator] {
        [
            .atLeast: .less, .greater: .atMost, .atMost: .greater, .less: .atLeast, .equal: .different,
            .different: .equal,
        ]
    }

    private static var mirrored: [Expression.Operator: Expression.Operator] {
        [
            .atLeast: .atMost, .greater: .less, .atMost: .atLeast, .less: .greater, .equal: .equal,
            .different: .different,
        ]
    }
}
