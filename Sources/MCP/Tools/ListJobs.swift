import Jobs
import JSON
import Stores

/// `list_jobs`
enum ListJobs {
    private static let most = 200

    static let tool = Tool(
        name: "list_jobs", title: "List jobs",
        description: "Jobs, newest first, by state, queue or run. For anything else use query_history.",
        access: .read,
        input: Schema([
            (
                "state",
                .any(
                    "One state or a list of them: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).",
                    types: ["string", "array"])
            ),
            ("queue", .text("Only of this queue.")),
            ("workflow", .text("Only of runs of this workflow.")),
            ("workflow_execution_id", .any("Only of this run.", types: ["string", "integer"])),
            ("before", .whole("Only ids below this one: the last id of the page before.", from: 1)),
            ("limit", .whole("Jobs at most. Default: 50.", from: 1, to: most)),
        ]),
        output: .output(
            [
                ("jobs", .list("The jobs, newest first.", of: .object("A row of job_history."))),
                ("next_before", .whole("'before' for the next page; missing on the last.")),
            ], required: ["jobs"])
    ) { call in
        var filter = try filter(call.arguments)
        let limit = try call.arguments.whole("limit", in: 1...most) ?? 50
        filter.limit = limit + 1
        let table = try await call.context.service.read { [filter] in try $0.jobs(matching: filter) }
        let jobs = table.objects(documents: ["data"])
        var members: [String: JSONValue] = ["jobs": .list(Array(jobs.prefix(limit)))]
        if jobs.count > limit { members["next_before"] = jobs[limit - 1]["id"] }
        return .object(members)
    }

    private static func filter(_ arguments: ToolArguments) throws -> JobFilter {
        var filter = JobFilter()
        filter.states = try states(arguments)
        filter.queue = try arguments.text("queue")
        filter.workflow = try arguments.text("workflow")
        filter.run = try arguments.id("workflow_execution_id").map { RunID($0) }
        filter.before = try arguments.whole("before", in: 1...Int.max)
        return filter
    }

    private static func states(_ arguments: ToolArguments) throws -> [JobState] {
        let names: [String]
        if case .string(let name)? = arguments.values["state"] {
            names = [name]
        } else {
            names = try arguments.texts("state") ?? []
        }
        return try names.map { name in
            guard let state = JobState(rawValue: name.lowercased()) else {
                let known = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw ToolFailure("there is no state '\(name)'; there are \(known)")
            }
            return state
        }
    }
}
