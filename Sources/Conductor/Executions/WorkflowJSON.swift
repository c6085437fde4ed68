import JSON
import Jobs

/// Executions as clients get them.
struct WorkflowJSON {
    let execution: Execution
    /// Of whose task it is a part.
    var parent: String?

    /// Conductor's Workflow.
    func json(tasks: [ExecutionTask]?) -> JSONValue {
        let definition = try? WorkflowDefinition(.stored(execution.definition))
        var members: [String: JSONValue] = [
            "workflowId": .string(execution.id), "workflowName": .string(execution.workflow),
            "workflowVersion": .integer(execution.version), "status": .string(execution.status.rawValue),
            "input": .stored(execution.input), "output": .stored(execution.output),
            "variables": .stored(execution.variables), "createTime": .integer(execution.createdAt.rawValue),
            "startTime": .integer(execution.createdAt.rawValue), "updateTime": .integer(execution.updatedAt.rawValue),
            "endTime": .integer(execution.endedAt?.rawValue ?? 0), "priority": .integer(execution.priority),
            "workflowDefinition": .stored(execution.definition), "taskToDomain": .stored(execution.taskToDomain),
            "failedReferenceTaskNames": failed, "lastRetriedTime": .integer(execution.retriedAt?.rawValue ?? 0),
            "history": .list([]), "tasks": .list([]), "failedTaskNames": failedNames(definition),
        ]
        if let tasks {
            let mapping = TaskJSON(execution, definition)
            members["tasks"] = .list(tasks.map(mapping.json))
        }
        members.set("correlationId", execution.correlationID)
        members.set("reasonForIncompletion", execution.reason)
        members.set("parentWorkflowId", parent)
        members.set("parentWorkflowTaskId", execution.parentTask)
        members.set("reRunFromWorkflowId", execution.rerunFrom)
        members.set("idempotencyKey", execution.idempotencyKey)
        return .object(members)
    }

    private var failed: JSONValue { (try? JSONValue(parsing: execution.failedTasks)) ?? .list([]) }

    private func failedNames(_ definition: WorkflowDefinition?) -> JSONValue {
        .list(
            (failed.list ?? []).compactMap(\.string).map { reference in
                .string(definition?.byReference[Decider.plain(reference)]?.name ?? reference)
            })
    }

    /// Conductor's WorkflowSummary, whose input and output are texts.
    var summary: JSONValue {
        let definition = try? WorkflowDefinition(.stored(execution.definition))
        let references = (failed.list ?? []).compactMap(\.string)
        var members: [String: JSONValue] = [
            "workflowType": .string(execution.workflow), "version": .integer(execution.version),
            "workflowId": .string(execution.id), "startTime": .string(ISOTime.text(execution.createdAt.rawValue)),
            "updateTime": .string(ISOTime.text(execution.updatedAt.rawValue)),
            "status": .string(execution.status.rawValue), "input": .string(execution.input),
            "output": .string(execution.output), "priority": .integer(execution.priority),
            "executionTime": .integer(
                (execution.endedAt ?? execution.updatedAt).rawValue - execution.createdAt.rawValue),
            "failedReferenceTaskNames": .string(references.joined(separator: ",")),
            "failedTaskNames": failedNames(definition),
        ]
        if let ended = execution.endedAt { members["endTime"] = .string(ISOTime.text(ended.rawValue)) }
        members.set("correlationId", execution.correlationID)
        members.set("reasonForIncompletion", execution.reason)
        return .object(members)
    }

    /// What an answer to execute says (Conductor's WorkflowRun).
    func run(tasks: [ExecutionTask], request: String) -> JSONValue {
        guard case .object(var members) = json(tasks: tasks) else { return .null }
        for key in ["workflowDefinition", "history", "taskToDomain"] { members[key] = nil }
        members["requestId"] = .string(request)
        members["responseType"] = .string("TARGET_WORKFLOW")
        members["targetWorkflowId"] = .string(execution.id)
        members["targetWorkflowStatus"] = .string(execution.status.rawValue)
        return .object(members)
    }
}

/// `2026-01-31T12:00:00.000Z`
enum ISOTime {
    static func text(_ milliseconds: Int) -> String {
        let seconds = Int((Double(milliseconds) / 1_000).rounded(.down))
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let rest = seconds - days * 86_400
        let (year, month, day) = date(days)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = "\(number)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(rest / 3_600, 2)):"
            + "\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2)).\(padded(milliseconds - seconds * 1_000, 3))Z"
    }

    /// Of days since 1970.
    private static func date(_ days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let calendarMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (calendarMonth <= 2 ? 1 : 0), calendarMonth, day)
    }
}
