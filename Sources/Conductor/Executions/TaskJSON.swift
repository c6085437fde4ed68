import JSON
import Jobs

/// Tasks as clients get them.
struct TaskJSON {
    private let execution: Execution
    private let definition: WorkflowDefinition?

    init(_ execution: Execution) {
        self.init(execution, try? WorkflowDefinition(.stored(execution.definition)))
    }

    init(_ execution: Execution, _ definition: WorkflowDefinition?) {
        self.execution = execution
        self.definition = definition
    }

    func json(_ task: ExecutionTask) -> JSONValue {
        var members: [String: JSONValue] = [
            "taskId": .string(task.id), "taskType": .string(task.type), "taskDefName": .string(task.name),
            "referenceTaskName": .string(task.reference), "workflowInstanceId": .string(execution.id),
            "workflowType": .string(execution.workflow), "status": .string(task.status.rawValue),
            "inputData": .stored(task.input), "outputData": .stored(task.output),
            "retryCount": .integer(task.retryCount), "seq": .integer(task.position),
            "pollCount": .integer(task.pollCount), "scheduledTime": .integer(task.scheduledAt.rawValue),
            "startTime": .integer(task.startedAt?.rawValue ?? 0), "endTime": .integer(task.endedAt?.rawValue ?? 0),
            "updateTime": .integer(task.updatedAt.rawValue),
            "firstStartTime": .integer(task.startedAt?.rawValue ?? 0),
            "startDelayInSeconds": .integer(task.startDelay),
            "callbackAfterSeconds": .integer(task.callbackAfter), "callbackFromWorker": .bool(true),
            "responseTimeoutSeconds": .integer(task.responseTimeout), "retried": .bool(task.isRetried),
            "executed": .bool(task.status.isEnded), "iteration": .integer(task.iteration),
            "loopOverTask": .bool(task.iteration > 0 && task.type != "DO_WHILE"),
            "workflowPriority": .integer(execution.priority),
            "queueWaitTime": .integer(task.startedAt.map { max(0, $0.rawValue - task.scheduledAt.rawValue) } ?? 0),
            "rateLimitPerFrequency": .integer(0), "rateLimitFrequencyInSeconds": .integer(1),
            "workflowTask": workflowTask(of: task),
        ]
        members.set("retriedTaskId", task.retriedTask)
        members.set("workerId", task.worker)
        members.set("domain", task.domain)
        members.set("reasonForIncompletion", task.reason)
        members.set("correlationId", execution.correlationID)
        members.set("subWorkflowId", task.child)
        return .object(members)
    }

    /// What the workflow says of the task's name.
    func inlineDefinition(of task: ExecutionTask) -> TaskDefinition? {
        TaskDefinition(inlineOf: workflowTask(of: task), name: task.name)
    }

    private func workflowTask(of task: ExecutionTask) -> JSONValue {
        if let text = task.definition { return .stored(text) }
        let known = definition?.byReference[task.reference] ?? definition?.byReference[Decider.plain(task.reference)]
        return known?.json ?? .object([:])
    }
}
