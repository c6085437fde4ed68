import Jobs
import JSON
import Stores

/// `retry`
enum Retry {
    static let tool = Tool(
        name: "retry", title: "Retry a job or a run",
        description: """
            Makes a job that failed, was skipped or cancelled ready again with fresh attempts: by job_id, or by \
            workflow_execution_id and task_id. With workflow_execution_id alone, all that failed in the run and what \
            their failure kept from running. Results of what succeeded stay.
            """,
        access: .change,
        input: Schema([
            ("job_id", .any("The job.", types: ["integer", "string"])),
            ("workflow_execution_id", .any("The run.", types: ["string", "integer"])),
            ("task_id", .any("With workflow_execution_id: only this task.", types: ["integer", "string"])),
        ]),
        output: .output(
            [
                ("reopened", .list("Jobs that are to run again.", of: .whole("A job's id."))),
                ("note", .text("Something that the user should know.")),
            ], required: ["reopened"])
    ) { call in
        let target = try Target(call.arguments)
        let definitions = call.context.definitions
        let jobs = try await call.context.service.write { transaction -> [JobID] in
            switch try target.resolve(in: transaction) {
            case .run(_, .execution(let id)):
                guard let definitions else { throw ToolFailure("this server does not retry registered definitions") }
                try definitions.retry(id, in: transaction)
                return []
            case .run(let run, _): return try transaction.rerun(run, .failed)
            case .job(let job): return try transaction.retry(job)
            }
        }
        var members: [String: JSONValue] = ["reopened": .list(jobs.map { .integer($0.rawValue) })]
        members["note"] = try await Workforce.ensure(for: call.context).map { .string($0) }
        return .object(members)
    }
}
