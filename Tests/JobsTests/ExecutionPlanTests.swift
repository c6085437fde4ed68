import SQLite
import TestSupport
import Testing

@testable import Jobs

@Suite struct `Statements about executions` {
    @Test(arguments: executionPlans)
    func `search by their indexes`(name: String, sql: SQL, expected: [String]) throws {
        try withJobStore { store, _ in
            let count = Set(sql.text.matches(of: /:[a-z_]+/).map { String($0.output) }).count
            let table = try store.read { connection in
                try connection.dynamic("EXPLAIN QUERY PLAN \(sql.text)", Array(repeating: .null, count: count))
            }
            let steps = table.rows.map { $0[3].plainText }
            #expect(steps == expected, "\(name): \(steps)")
        }
    }
}

private typealias Store = JobTransaction

private let executionPlans: [(String, SQL, [String])] = [
    ("taskDefinition", Store.taskDefinitionSQL, ["SEARCH task_definitions USING PRIMARY KEY (name=?)"]),
    (
        "workflowDefinition", Store.workflowDefinitionSQL,
        ["SEARCH workflow_definitions USING PRIMARY KEY (name=? AND version=?)"]
    ),
    (
        "latestWorkflowDefinition", Store.latestWorkflowDefinitionSQL,
        ["SEARCH workflow_definitions USING PRIMARY KEY (name=?)"]
    ),
    ("execution", Store.executionSQL, ["SEARCH executions USING INDEX sqlite_autoindex_executions_1 (id=?)"]),
    ("executionOfNumber", Store.executionOfNumberSQL, ["SEARCH executions USING INTEGER PRIMARY KEY (rowid=?)"]),
    (
        "idempotent", Store.idempotentSQL,
        ["SEARCH executions USING INDEX executions_idempotent (workflow=? AND idempotency_key=?)"]
    ),
    ("correlated", Store.correlatedSQL, ["SEARCH executions USING INDEX executions_correlated (correlation_id=?)"]),
    ("dueExecutions", Store.dueExecutionsSQL, ["SEARCH executions USING INDEX executions_due (number>?)"]),
    ("lastDueExecution", Store.lastDueExecutionSQL, ["SEARCH executions USING INDEX executions_due"]),
    (
        "expiredExecutions", Store.expiredExecutionsSQL,
        ["SEARCH executions USING INDEX executions_deadline (deadline>? AND deadline<?)"]
    ),
    (
        "wakingTasks", Store.wakingTasksSQL,
        [
            "SEARCH execution_tasks USING INDEX execution_tasks_waking (wake_at>? AND wake_at<?)",
            "USE TEMP B-TREE FOR DISTINCT",
        ]
    ),
    ("nextWake", Store.nextWakeSQL, ["SEARCH execution_tasks USING INDEX execution_tasks_waking (wake_at>?)"]),
    (
        "nextExecutionDeadline", Store.nextExecutionDeadlineSQL,
        ["SEARCH executions USING INDEX executions_deadline (deadline>?)"]
    ),
    (
        "tasksOfExecution", Store.tasksOfExecutionSQL,
        ["SEARCH execution_tasks USING INDEX execution_tasks_of_execution (execution=?)"]
    ),
    ("task", Store.taskSQL, ["SEARCH execution_tasks USING INDEX sqlite_autoindex_execution_tasks_1 (id=?)"]),
    (
        "openTaskOfJob", Store.openTaskOfJobSQL,
        ["SEARCH execution_tasks USING INDEX execution_tasks_open_job (job_id=?)"]
    ),
    ("logs", Store.logsSQL, ["SEARCH task_logs USING PRIMARY KEY (task=?)"]),
    (
        "lapsed", Store.lapsedSQL,
        ["SEARCH execution_tasks USING INDEX execution_tasks_leased (lease_until>? AND lease_until<?)"]
    ),
    (
        "nextLapse", Store.nextLapseSQL,
        ["SEARCH execution_tasks USING COVERING INDEX execution_tasks_leased (lease_until>?)"]
    ),
    ("polls", Store.pollsSQL, ["SEARCH polls USING PRIMARY KEY (type=?)"]),
    ("handouts", Store.handoutsSQL, ["SEARCH handouts USING PRIMARY KEY (name=? AND at>? AND at<?)"]),
    ("dueTime", Store.dueTimeSQL, ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]),
]
