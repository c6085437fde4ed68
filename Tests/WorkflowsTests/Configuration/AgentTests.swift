import JSON
import Testing

@testable import Workflows

@Suite struct `An agent` {
    private static let flow = """
        tasks:
          - {task_id: 4, agent_type: TestingAgent}
          - {task_id: 5, agent_type: TestingAgnt, timeout_seconds: 5}
          - {task_id: 6, type: group, config: {steps: [{id: a, type: agent, config: {agent: Other}}]}}
        on: {failure: [{id: tell, type: agent, config: {agent: TestingAgent, prompt: p}}]}
        """

    private static func configuration() throws -> Configuration {
        try #require(
            ConfigurationParser.parse("agents: {TestingAgent: {command: [./a], timeout: 2m}}").configuration)
    }

    @Test func `that is configured goes with its steps`() throws {
        var flow = try workflow(Self.flow)
        let faults = try Self.configuration().resolve(&flow)
        #expect(faults.count == 2)
        for step in [flow.steps[0], flow.handlers.failure[0]] {
            guard case .agent(let call) = step.action else {
                Issue.record("\(step.id) is no agent's")
                continue
            }
            #expect(call.resolved?.command?.command == ["./a"])
            #expect(step.timeout == .seconds(120))
            #expect(try StepParser.parse(canonical: step.canonical.text).canonical == step.canonical)
        }
    }

    @Test func `that is not configured is named at its step`() throws {
        var flow = try workflow(Self.flow)
        let faults = try Self.configuration().resolve(&flow).map { $0.render(file: "f") }
        #expect(
            faults.joined(separator: "\n") == """
                f:3:15: error: the agent 'TestingAgnt' of step 'task_5' is not configured; weir.yaml names it under \
                'agents', as in 'agents: {TestingAgnt: {command: [...]}}'; did you mean 'TestingAgent'?
                f:4:53: error: the agent 'Other' of step 'a' is not configured; weir.yaml names it under 'agents', as \
                in 'agents: {Other: {command: [...]}}'
                """)
    }

    @Test func `is asked by name, description and parameters`() {
        #expect(
            AgentPrompt.text(
                name: "Security", description: "Scan", parameters: ["b": .integer(1), "a": .string("x")])
                == "Security\n\nScan\n\nParameters:\n- a: x\n- b: 1\n")
        #expect(AgentPrompt.text(name: "Security", description: nil, parameters: [:]) == "Security\n")
    }
}
