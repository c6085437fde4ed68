import JSON
import Jobs
import Workflows

/// A job whose type is the name of an agent: its data is the prompt.
enum TypedAgent {
    /// - Throws: a `StepFailure` for data that is no prompt.
    static func execution(
        _ claim: Claim, _ type: String, _ agent: AgentDefinition, in store: JobStore, services: RunnerServices
    ) throws -> Execution {
        let prompt = try prompt(claim)
        let context = AgentContext(store: store, job: claim.job, run: claim.run)
        let question = AgentQuestion(
            agent: type, target: agent.target,
            prompt: try context.following(
                prompt, results: true, memory: true, limit: AgentQuestion.room(for: agent.target, after: prompt)),
            environment: claim.environment, timeout: claim.timeout)
        return try question.execution(services: services)
    }

    /// A text, an object's `prompt`, else the data as it is.
    private static func prompt(_ claim: Claim) throws -> String {
        guard let data = claim.data else {
            throw StepFailure("the job has no data; an agent's job has its prompt there")
        }
        guard let value = try? JSONValue(parsing: data) else { return data }
        let prompt = value.string ?? value["prompt"]?.string ?? value.text
        guard prompt.contains(where: { !$0.isWhitespace }) else { throw StepFailure("the prompt is empty") }
        return prompt
    }
}
