import Executors
import JSON
import Jobs
import Workflows

extension StepDirector {
    /// A job for who serves its type, with its data filled in.
    func execute(_ call: WorkerStep) throws -> Decision {
        let data = try call.data?.evaluate(in: scope).text
        guard data?.utf8.count ?? 0 <= JobTransaction.templateLimit else {
            throw StepFailure(
                "the data have \(data?.utf8.count ?? 0) bytes; \(JobTransaction.templateLimit) is the most")
        }
        var execution = Execution(command: "worker \(call.type)")
        execution.worker = WorkerCall(
            type: call.type, data: data,
            definition: call.resolved.map { WorkerDefinition($0, in: scope.facts.directory) })
        return try finished(&execution)
    }
}
