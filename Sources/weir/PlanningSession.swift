import Engine
import JSON
import Jobs
import Logging
import Workflows

/// Asks a planner for steps until they can be used.
struct PlanningSession {
    let goal: String
    let planner: String
    let configuration: Configuration
    let store: JobStore
    let format: OutputFormat
    let log: LogOptions

    /// How often a planner may mend its answer.
    private static let repairs = 2

    /// - Returns: the workflow, and where it comes from, for people.
    /// - Throws: a `Failure` that tells what is wrong with the last answer.
    func plan() throws -> (workflow: Workflow, source: String) {
        var others = configuration.agents
        if others.count > 1 { others[planner] = nil }
        let question = PlannerPrompt.text(goal: goal, agents: others)
        var prompt = question
        for round in 0...Self.repairs {
            let (run, answer) = try ask(prompt)
            do throws(PlannedWorkflow.Faults) {
                let workflow = try PlannedWorkflow.read(answer, goal: goal, configuration: configuration)
                return (workflow, "planned by \(planner) in run \(run)")
            } catch {
                StandardError.print("weir: the plan of run \(run) cannot be used:")
                for line in error.lines.prefix(20) { StandardError.print("  \(line)") }
                guard round < Self.repairs else { break }
                StandardError.print("weir: '\(planner)' is told so, and asked again")
                prompt = PlannerPrompt.repair(question, answer: Self.shown(answer), faults: error.lines)
            }
        }
        throw Failure(
            "'\(planner)' gave no plan that can be used in \(Self.repairs + 1) answers; nothing was run",
            code: Failure.data)
    }

    private static func shown(_ answer: String?) -> String {
        guard let answer else { return "" }
        return (try? JSONValue(parsing: answer))?.string ?? answer
    }

    /// One question, as a run of one step.
    private func ask(_ prompt: String) throws -> (run: RunID, answer: String?) {
        var call = AgentCall(agent: planner)
        call.prompt = Template(plain: prompt)
        call.seesContext = false
        var step = Step(id: "plan", name: "Plan: \(goal)", action: .agent(call), place: Place(line: 1, column: 1))
        if step.name.count > 80 { step.name = "\(step.name.prefix(79))…" }
        var workflow = Workflow(name: "plan", steps: [step])
        workflow.description = goal
        if let fault = configuration.resolve(&workflow).first { throw Failure(fault.message, code: Failure.data) }
        let spec = RunSpec(
            workflow, options: PlanOptions(), inputs: [:], directory: try Directory.absolute(nil),
            searchPath: DatabaseLocation.environment("PATH"), text: workflow.canonical.text, source: "weir do")
        let started = try store.write { try $0.start(spec) }
        var session = RunSession(
            run: started.run, store: store, slots: 1, lease: TimeLength(milliseconds: 15_000),
            grace: TimeLength(milliseconds: 10_000), format: format, steps: 1)
        session.log = log.logger(.runner, level: .warning)
        let report = try session.follow()
        let facts = try store.look { try $0.facts(of: "plan", in: started.run) }
        guard report.state == .succeeded else {
            throw Failure(
                "'\(planner)' made no plan: \(facts?.error ?? report.error ?? "run \(started.run) failed")", code: 1)
        }
        return (started.run, facts?.result)
    }
}
