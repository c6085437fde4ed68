import JSON

extension [Criterion] {
    /// What keeps a run from having succeeded: `criteria: parallel_efficiency 2.1 < 2.5`, several apart by `; `.
    ///
    /// - Parameter scope: the run's data, for what the figures do not have.
    /// - Returns: `nil`: all hold.
    package func fault(figures: RunFigures, scope: some ExpressionScope) -> String? {
        let faults = compactMap { $0.fault(figures: figures, scope: scope) }
        return faults.isEmpty ? nil : "criteria: " + faults.joined(separator: "; ")
    }
}

extension Criterion {
    /// What contradicts the criterion, as a comparison where it is one; `nil`: it holds.
    package func fault(figures: RunFigures, scope: some ExpressionScope) -> String? {
        switch self {
        case .allTasksCompleted:
            Self.fault(source, of: figures.tasks.filter { !$0.isCompleted }.map { "\($0.id) \($0.state)" })
        case .noTaskBlockedByAnother:
            Self.fault(source, of: figures.blockings.map { "\($0.task) waited for \($0.cause)" })
        case .expression(let expression):
            Self.fault(expression, in: FigureScope(figures: figures, base: scope))
        }
    }

    /// `all_tasks_completed: task_5 failed, task_6 skipped`; of many, the first ones.
    private static func fault(_ name: String, of causes: [String]) -> String? {
        guard !causes.isEmpty else { return nil }
        let more = causes.count > 5 ? " and \(causes.count - 5) more" : ""
        return "\(name): \(causes.prefix(5).joined(separator: ", "))\(more)"
    }

    private static func fault(_ expression: Expression, in scope: some ExpressionScope) -> String? {
        do throws(ExpressionError) {
            guard try !expression.isTrue(in: scope) else { return nil }
            let contradiction = try Contradiction(scope: scope).text(of: expression.root)
            return contradiction ?? "\(expression.source) does not hold"
        } catch {
            return "\(error)"
        }
    }
}
