import Jobs
import JSON
import Stores

/// `get_job`
enum GetJob {
    static let tool = Tool(
        name: "get_job", title: "A job",
        description: "All that is known of one job: what it executes, its state, attempts, dependencies and result.",
        access: .read,
        input: Schema([("job_id", .any("The job.", types: ["integer", "string"]))], required: ["job_id"]),
        output: .output(
            [
                ("job", .object("The job; 'result' is data that it left.")),
                ("attempts", .list("In their order.", of: .object("A row of attempt_history."))),
                ("depends_on", .list("Jobs that it waits for.", of: .object("One of them."))),
                ("dependents", .list("Jobs that wait for it.", of: .object("One of them."))),
            ], required: ["job", "attempts"])
    ) { call in
        let job = try JobChoice.job(call.arguments)
        return try await call.context.service.read { transaction in
            let detail = try transaction.detail(of: job).objects(documents: ["pools", "result", "data", "checkpoint"])
            return .object([
                "job": detail.first ?? .null,
                "attempts": .list(try transaction.attempts(of: job).objects()),
                "depends_on": .list(try transaction.dependencies(of: job).objects()),
                "dependents": .list(try transaction.dependents(of: job).objects()),
            ])
        }
    }
}

/// Jobs as clients name them.
enum JobChoice {
    /// - Throws: `ToolFailure`
    static func job(_ arguments: ToolArguments, _ name: String = "job_id") throws -> JobID {
        guard let job = try arguments.id(name) else { throw ToolFailure("the argument '\(name)' is missing") }
        return JobID(job)
    }
}
