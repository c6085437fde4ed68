package import JSON
import Yams

/// Steps in the canonical form, which need no file.
package enum StepParser {
    /// Reads one step that `Step.canonical` wrote.
    ///
    /// - Throws: the first fault: of a step that was stored by another version, or by hand.
    package static func parse(canonical text: String) throws(StepParserError) -> Step {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: text)
        } catch {
            throw StepParserError(message: "\(error)")
        }
        guard let step = try parse([value]).first else { throw StepParserError(message: "no step") }
        return step
    }

    /// Reads steps that come as data: those of a planner's answer or of `weir add`. Tasks of Conductor may be among
    /// them. All faults are in the error.
    package static func parse(_ values: [JSONValue]) throws(StepParserError) -> [Step] {
        let findings = Findings(source: SourceText(""))
        let reader = StepReader(findings: findings)
        let steps = values.enumerated().flatMap { number, value in
            ConductorTasks.contains(value)
                ? ConductorTasks.read(value, findings)
                : [reader.read(Node(value), number: number + 1)].compactMap { $0 }
        }
        guard !findings.hasErrors else {
            let faults = findings.sorted().filter { $0.severity == .error }.map(\.message)
            throw StepParserError(message: faults.prefix(5).joined(separator: "; "))
        }
        return steps
    }

    /// Reads steps that are to join a run: a list of them, or what has one as `steps`. They may depend on steps that are
    /// not among them.
    package static func parse(document text: String) -> (steps: [Step]?, diagnostics: [Diagnostic]) {
        if let (message, place) = TextCheck.fault(in: text) {
            return (
                nil, [Diagnostic(severity: .error, line: place.line, column: place.column, message: message)]
            )
        }
        let findings = Findings(source: SourceText(text))
        guard let root = DocumentReader(findings: findings).root() else { return (nil, findings.sorted()) }
        var nodes: [Node] = []
        switch root {
        case .sequence(let sequence): nodes = Array(sequence)
        case .mapping(let mapping):
            if case .sequence(let sequence)? = mapping.first(where: { $0.key.scalar?.string == "steps" })?.value {
                nodes = Array(sequence)
            }
        default: break
        }
        if nodes.isEmpty {
            findings.error("a list of steps is needed, or a mapping with one as 'steps'", at: findings.place(root.mark))
        }
        let reader = StepReader(findings: findings)
        let steps = nodes.enumerated().compactMap { reader.read($1, number: $0 + 1) }
        return (findings.hasErrors ? nil : steps, findings.sorted())
    }

    /// Checks steps that join a run as one scope: ids, dependencies among them, cycles.
    ///
    /// - Parameter known: steps that are there already, on which they may depend.
    package static func check(_ steps: [Step], known: Set<String> = []) throws(StepParserError) {
        let findings = Findings(source: SourceText(""))
        WorkflowCheck(workflow: Workflow(name: "", steps: steps), findings: findings).reportSteps(known: known)
        let faults = findings.sorted().filter { $0.severity == .error }.map(\.message)
        guard faults.isEmpty else { throw StepParserError(message: faults.prefix(5).joined(separator: "; ")) }
    }
}

package struct StepParserError: Error, Sendable, CustomStringConvertible {
    package let message: String
    package var description: String { message }
}
