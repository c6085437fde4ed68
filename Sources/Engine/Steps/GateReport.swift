import JSON
import Jobs
import Workflows

/// Gates as the store keeps them.
enum GateReport {
    /// - Parameter result: JSON; `nil`: none.
    static func results(_ gates: [Gate], result: String?) -> [GateResult] {
        guard !gates.isEmpty else { return [] }
        let value = result.flatMap { try? JSONValue(parsing: $0) }
        return gates.map { gate in
            let outcome = gate.evaluate(value)
            return GateResult(
                metric: outcome.metric, label: outcome.label, threshold: outcome.threshold, actual: outcome.actual,
                status: GateResult.Status(rawValue: outcome.status.rawValue) ?? .failed)
        }
    }

    /// Why an attempt whose gates are enforced fails; `nil`: all passed.
    static func fault(_ gates: [Gate], result: String?) -> String? {
        let value = result.flatMap { try? JSONValue(parsing: $0) }
        return gates.map { $0.evaluate(value) }.fault
    }
}
