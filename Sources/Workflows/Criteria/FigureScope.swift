import JSON

/// A run's figures before its data.
struct FigureScope<Base: ExpressionScope>: ExpressionScope {
    let figures: RunFigures
    let base: Base

    func value(of root: String) throws(ExpressionError) -> JSONValue? {
        if let value = figures.value(of: root) { return value }
        return try base.value(of: root)
    }

    func step(_ id: String) throws(ExpressionError) -> StepFacts? { try base.step(id) }
    func memory(_ name: String) throws(ExpressionError) -> JSONValue? { try base.memory(name) }
}
