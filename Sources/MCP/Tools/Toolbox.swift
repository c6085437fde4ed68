import JSON

/// All tools, in the order in which they are listed.
enum Toolbox {
    static let all: [Tool] = [
        ExecuteWorkflow.tool, WorkflowStatus.tool, ListWorkflows.tool, ValidateWorkflow.tool, EnqueueJob.tool,
        ListJobs.tool, GetJob.tool, GetLogs.tool, Cancel.tool, Retry.tool, QueryHistory.tool,
    ]

    static func tool(named name: String) -> Tool? { all.first { $0.name == name } }
}
