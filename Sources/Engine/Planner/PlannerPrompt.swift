package import Workflows

/// What a planner is asked, so that it answers with steps.
package enum PlannerPrompt {
    /// - Parameters:
    ///   - goal: what somebody wants done.
    ///   - agents: whom it may give work to.
    package static func text(goal: String, agents: [String: AgentDefinition]) -> String {
        let names = agents.keys.sorted().map { name in
            "- \(name)" + (agents[name]?.description.map { ": \($0)" } ?? "")
        }
        let example = agents.keys.sorted().first ?? "AGENT"
        return """
            Plan how to reach the goal below: break it into steps. Steps that do not depend on one another run at the \
            same time, so make independent work independent.

            Goal:
            \(goal)

            Agents that can do a step:
            \(names.isEmpty ? "(none)" : names.joined(separator: "\n"))

            Answer with JSON alone, without any words around it: a list of steps. A step is an object with these members:
            - "id": its name, unique, of letters, digits, "_" and "-"
            - "agent": who does it; one of the agents above
            - "task": what the agent is to do, in whole sentences; it is told this, and the results of the steps in "deps"
            - "deps": the ids of the steps that must have succeeded before it begins; leave it out if there are none

            Example:
            [{"id": "a", "agent": "\(example)", "task": "..."}, {"id": "b", "agent": "\(example)", "task": "..."},
             {"id": "c", "agent": "\(example)", "task": "...", "deps": ["a", "b"]}]

            Only where a step must run a program, use this form for all steps instead:
            {"steps": [{"id": "a", "config": {"command": "PROGRAM", "args": ["..."]}},
                       {"id": "b", "type": "agent", "dependsOn": ["a"], "config": {"agent": "\(example)", "prompt": "..."}}]}

            """
    }

    /// What it is asked when its answer cannot be used.
    package static func repair(_ prompt: String, answer: String, faults: [String]) -> String {
        """
        \(prompt)
        Your last answer cannot be used. It was:

        \(answer.prefix(20_000))

        What is wrong with it:
        \(faults.prefix(20).map { "- \($0)" }.joined(separator: "\n"))

        Answer again with the whole list, corrected.

        """
    }
}
