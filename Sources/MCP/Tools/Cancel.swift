import Jobs
import JSON
import Stores

/// `cancel`
enum Cancel {
    static let tool = Tool(
        name: "cancel", title: "Cancel a job or a run",
        description: """
            Stops a job, or all that is left of a run, or one task of it. Work that runs is told to end and is killed \
            when it does not; results that are there stay.
            """,
        access: .change, isDestructive: true, isIdempotent: true,
        input: Schema([
            ("job_id", .any("The job.", types: ["integer", "string"])),
            ("workflow_execution_id", .any("The run.", types: ["string", "integer"])),
            ("task_id", .any("With workflow_execution_id: only this task.", types: ["integer", "string"])),
        ]),
        output: .output(
            [("outcome", .text("What was done.", choices: ["cancelled", "requested", "already_over"]))],
            required: ["outcome"])
    ) { call in
        let target = try Target(call.arguments)
        return try await call.context.service.write { transaction in
            switch try target.resolve(in: transaction) {
            case .run(let run, _):
                return try answer(try transaction.cancel(run) ? .requested : .alreadyFinal(.cancelled))
            case .job(let job): return try answer(try transaction.cancel(job))
            }
        }
    }

    private static func answer(_ cancellation: Cancellation) throws -> JSONValue {
        let word =
            switch cancellation {
            case .cancelled: "cancelled"
            case .requested: "requested"
            case .alreadyFinal: "already_over"
            }
        return .object(["outcome": .string(word)])
    }
}
