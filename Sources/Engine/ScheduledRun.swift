import JSON
import Jobs
import Workflows

/// The run that a schedule's workflow becomes: the document as it is now, as `weir run` would start it.
struct ScheduledRun {
    /// Beside which the configuration may be.
    let database: String

    /// - Throws: `JobStoreError.invalid` with what is wrong and where.
    func prepare(_ scheduled: Schedule.ScheduledWorkflow) throws -> RunSpec {
        do {
            let inputs = try scheduled.inputs.map { try JSONValue(parsing: $0) }?.object ?? [:]
            return try WorkflowDocument.read(scheduled.file, in: scheduled.directory).runSpec(
                inputs: inputs, options: PlanOptions(), directory: scheduled.directory,
                searchPath: scheduled.searchPath, database: database)
        } catch let failure as StepFailure {
            throw JobStoreError.invalid(failure.message)
        }
    }
}
