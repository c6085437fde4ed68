import Engine
import Jobs
import Workflows

/// A planner's plan, for whoever decides whether it runs: nothing of what it would do is left out.
struct PlanView {
    private let plan: Plan

    init(_ plan: Plan) { self.plan = plan }

    func print() {
        StandardError.print("")
        for step in plan.steps {
            var line = "  \(step.group). \(step.id)"
            if step.name != step.id { line += ": \(step.name)" }
            StandardError.print(Terminal.visible(line))
            for detail in details(of: step) { StandardError.print(Terminal.visible("       \(detail)")) }
        }
        StandardError.print("")
    }

    private func details(of step: PlannedStep) -> [String] {
        var details: [String] = []
        let action = step.template.flatMap { try? StepParser.parse(canonical: $0) }?.action
        switch action {
        case .agent(let call)?:
            details.append("agent \(call.agent)")
            if let prompt = call.prompt?.source, prompt != step.name {
                details += prompt.split(separator: "\n", omittingEmptySubsequences: false).map { "| \($0)" }
            }
        case .script(let script)?: details.append(Self.text(of: script))
        case let action?:
            details.append(action.typeName)
            // What is within it is shown as it stands.
            if let template = step.template { details.append(template) }
        case nil:
            details.append(
                (["runs", step.shell ? "/bin/sh -c" : "", step.command] + step.args)
                    .filter { !$0.isEmpty }.joined(separator: " "))
        }
        if !step.dependencies.isEmpty {
            details.append("after \(step.dependencies.map(\.step).joined(separator: ", "))")
        }
        return details
    }

    private static func text(of script: Script) -> String {
        let arguments = script.arguments.map(\.source)
        switch script.command {
        case .program(let program): return (["runs", program.source] + arguments).joined(separator: " ")
        case .shell(let text): return (["runs /bin/sh -c", text] + arguments).joined(separator: " ")
        }
    }
}
