import JSON
import Yams

/// `quality_gates`: a list of metrics with their requirements, or a mapping of them.
struct GateReader {
    let findings: Findings

    /// Gates of one step.
    private static let limit = 1000

    func read(_ field: Field) -> [Gate] {
        var gates: [Gate] = []
        switch field.value {
        case .mapping: gates = entries(of: field.value, in: field)
        case .sequence(let sequence): gates = sequence.flatMap { entries(of: $0, in: field) }
        case .scalar(let scalar) where scalar.isNull: break
        default: field.reject("a list of metrics and what they must be")
        }
        if gates.count > Self.limit {
            findings.error("\(field.title) has \(gates.count) gates; a step has at most \(Self.limit)", at: field.place)
        }
        reportRepeated(gates, of: field)
        return gates
    }

    /// `gates`: whether a gate that fails makes the attempt fail.
    func readEnforcement(_ field: Field) -> Bool {
        guard let text = field.nonEmptyText() else { return false }
        if text != "enforce", text != "report" {
            let hint = findings.hint(for: text, among: ["enforce", "report"])
            findings.error("\(field.title) is 'enforce' or 'report', not \(quoted(text))\(hint)", at: field.place)
        }
        return text == "enforce"
    }

    private func entries(of node: Node, in field: Field) -> [Gate] {
        if case .scalar(let scalar) = node {
            let advice =
                "is a metric with what it must be, as in 'test_coverage: \">= 95%\"' or 'documentation: required'"
            let shown = scalar.isNull ? "empty" : quoted(scalar.string)
            findings.error("an entry of \(field.title) \(advice), not \(shown)", at: findings.place(scalar.mark))
            return []
        }
        let list = Field(
            key: field.key, keyPlace: field.keyPlace, value: node, title: field.title, findings: findings)
        return (list.entries(of: "metrics and what they must be") ?? []).compactMap(gate)
    }

    private func gate(_ entry: Field) -> Gate? {
        guard (1...200).contains(entry.key.utf8.count) else {
            findings.error("the name of a metric has 1 to 200 bytes", at: entry.keyPlace)
            return nil
        }
        guard case .scalar(let scalar) = entry.value, !scalar.isNull else {
            entry.reject(GateText.forms)
            return nil
        }
        guard let requirement = GateText.parse(scalar.string) else {
            findings.error(
                "the gate \(quoted(entry.key)) is \(quoted(scalar.string)), which cannot be read; it can be \(GateText.forms)",
                at: entry.place)
            return nil
        }
        return Gate(
            metric: entry.key, threshold: scalar.json, requirement: requirement,
            place: entry.keyPlace)
    }

    /// Two gates on one metric are rows of one name in every table; a range says the same in one.
    private func reportRepeated(_ gates: [Gate], of field: Field) {
        var known: Set<String> = []
        for gate in gates where !known.insert(gate.metric).inserted {
            let advice = "one gate can say both, as in '80..90'"
            findings.error("\(field.title) has the metric \(quoted(gate.metric)) twice; \(advice)", at: gate.place)
        }
    }
}
