import JSON
package import Workflows

/// A planner's answer as a workflow, checked as any other.
package enum PlannedWorkflow {
    /// What is wrong with an answer, a line for each fault.
    package struct Faults: Error, Sendable {
        package let lines: [String]
    }

    /// - Parameters:
    ///   - answer: the planner's result, as JSON.
    ///   - goal: becomes the description.
    /// - Throws: `Faults`.
    package static func read(
        _ answer: String?, goal: String, configuration: Configuration
    ) throws(Faults) -> Workflow {
        guard let answer, let value = try? JSONValue(parsing: answer) else {
            throw Faults(lines: ["there is no answer"])
        }
        guard let plan = value.string.map({ AnswerText.jsonWithin($0) }) ?? value,
            plan.list != nil || plan.object != nil
        else { throw Faults(lines: ["the answer is no JSON list of steps"]) }
        let parsed = WorkflowParser.parse(plan.text, defaultName: "do")
        guard var workflow = parsed.workflow else {
            // The answer is on one line, so that places within it tell nobody anything.
            throw Faults(lines: parsed.diagnostics.filter { $0.severity == .error }.map(\.message))
        }
        workflow.description = workflow.description ?? goal
        let missing = configuration.resolve(&workflow).filter { $0.severity == .error }.map(\.message)
        guard missing.isEmpty else { throw Faults(lines: missing) }
        return workflow
    }
}
