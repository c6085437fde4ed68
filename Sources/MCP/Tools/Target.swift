import JSON
import Jobs

/// A job, a run, or a task of a run: what a call is about.
enum Target: Sendable {
    case job(JobID)
    case run(RunChoice)
    case task(String, of: RunChoice)

    /// - Throws: `ToolFailure`
    init(_ arguments: ToolArguments) throws {
        let job = try arguments.id("job_id")
        let run = arguments.has("workflow_execution_id") ? try RunChoice(arguments) : nil
        switch (job, run) {
        case (let job?, nil):
            guard !arguments.has("task_id") else { throw ToolFailure("task_id goes with workflow_execution_id") }
            self = .job(JobID(job))
        case (nil, let run?):
            guard let task = arguments.values["task_id"] else {
                self = .run(run)
                return
            }
            let name = task.integer.map(TaskNumber.step) ?? task.string ?? ""
            self = .task(Int(name).map(TaskNumber.step) ?? name, of: run)
        default: throw ToolFailure("give either job_id or workflow_execution_id")
        }
    }

    enum Found {
        case job(JobID)
        case run(RunID, RunChoice)
    }

    func resolve(in transaction: JobTransaction) throws -> Found {
        switch self {
        case .job(let job): return .job(job)
        case .run(let choice): return .run(try choice.run(in: transaction), choice)
        case .task(let key, let choice):
            let run = try choice.run(in: transaction)
            _ = try transaction.state(of: run)
            guard let facts = try transaction.facts(of: key, in: run) else {
                throw ToolFailure("run \(run) has no task '\(key)'; get_conductor_workflow_status lists those it has")
            }
            return .job(facts.job)
        }
    }
}
