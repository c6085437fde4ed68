import Engine
import JSON
import Jobs
import Workflows

/// Reaches a goal: a planner breaks it into steps, which are checked like any workflow and run in parallel wherever they do
/// not depend on one another.
///
/// ```swift
/// let agent = AutonomousAgent(orchestrator, planner: "planner")
/// let report = try await agent.execute("Build a web scraper that fetches from several sources at once")
/// ```
public struct AutonomousAgent: Sendable {
    /// Makes a plan.
    ///
    /// It is given the whole question, with the agents that there are, and answers with JSON: a list of tasks (`id`,
    /// `agent`, `task`, `deps`), or a workflow. An answer that cannot be used is followed by a question that says why.
    public typealias Planner = @Sendable (_ question: String) async throws -> String

    /// What a planner made of a goal.
    public struct Plan: Sendable {
        /// A step of it.
        public struct Step: Sendable, Hashable {
            /// Unique in the plan.
            public let id: String
            /// What is to be done.
            public let name: String
            /// Who does it; `nil`: no agent.
            public let agent: String?
            /// The ids of those that come before.
            public let deps: [String]
        }

        /// What is to be reached.
        public let goal: String
        /// In the order of the plan.
        public let steps: [Step]
        let workflow: Workflow
    }

    private let orchestrator: Orchestrator
    private let planner: Planner

    /// How often a planner may mend its answer.
    private static let repairs = 2

    /// - Parameters:
    ///   - orchestrator: runs the plans, and knows the agents.
    ///   - planner: makes them.
    public init(_ orchestrator: Orchestrator, planner: @escaping Planner) {
        self.orchestrator = orchestrator
        self.planner = planner
    }

    /// The same with an agent of the configuration as the planner. Its answers are runs of their own.
    public init(_ orchestrator: Orchestrator, planner name: String) {
        self.init(orchestrator) { question in
            let report = try await orchestrator.run(
                .tasks([AgentTask(id: "plan", task: question, agent: name)], name: "plan"))
            guard let step = report.steps.first, step.success, let answer = step.resultJSON else {
                throw WeirError(
                    .workflow, "'\(name)' made no plan: \(report.steps.first?.error ?? report.error ?? "no answer")")
            }
            return answer
        }
    }

    /// Has the planner break the goal into steps, and checks them.
    ///
    /// - Throws: what the planner throws; a ``WeirError`` with the faults of its last answer when none can be used.
    public func plan(_ goal: String) async throws -> Plan {
        let place = try WorkflowPlace(orchestrator.options)
        let configuration = try await orchestrator.queue.thread.perform {
            try place.configuration(database: $0.path)
        }
        let question = PlannerPrompt.text(goal: goal, agents: configuration.agents)
        var prompt = question
        var faults: [String] = []
        for _ in 0...Self.repairs {
            let answer = try await planner(prompt)
            do {
                let json = (try? JSONValue(parsing: answer)) == nil ? JSONValue.string(answer).text : answer
                let workflow = try PlannedWorkflow.read(json, goal: goal, configuration: configuration)
                return Plan(goal: goal, workflow)
            } catch {
                faults = error.lines
                prompt = PlannerPrompt.repair(question, answer: answer, faults: faults)
            }
        }
        throw WeirError(
            .workflow,
            "the planner gave no plan that can be used in \(Self.repairs + 1) answers:\n"
                + faults.joined(separator: "\n"))
    }

    /// Runs a plan.
    ///
    /// - Throws: as ``Orchestrator/run(_:inputs:)``.
    @discardableResult
    public func run(_ plan: Plan) async throws -> WorkflowReport {
        let place = try WorkflowPlace(orchestrator.options)
        return try await orchestrator.run { _ in
            place.prepare(plan.workflow, inputs: [:], text: plan.workflow.canonical.text, source: nil)
        }
    }

    /// Plans, and runs the plan when `approve` says so.
    ///
    /// - Parameters:
    ///   - goal: what is to be reached, in words.
    ///   - approve: is shown the plan; by default every plan is run.
    /// - Returns: how it went; `nil`: it was not approved, and nothing was run.
    /// - Throws: as ``plan(_:)`` and ``run(_:)``.
    @discardableResult
    public func execute(
        _ goal: String, approve: @Sendable (Plan) async throws -> Bool = { _ in true }
    ) async throws -> WorkflowReport? {
        let plan = try await plan(goal)
        guard try await approve(plan) else { return nil }
        return try await run(plan)
    }
}

extension AutonomousAgent.Plan {
    init(goal: String, _ workflow: Workflow) {
        self.goal = goal
        self.workflow = workflow
        steps = workflow.steps.map { step in
            var agent: String?
            if case .agent(let call) = step.action { agent = call.agent }
            return Step(id: step.id, name: step.name, agent: agent, deps: step.dependencies.map(\.step))
        }
    }
}
