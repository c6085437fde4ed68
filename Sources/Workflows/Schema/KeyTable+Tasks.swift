import JSON

/// The dialects with `tasks`.
extension KeyTable {
    static let taskWorkflow = KeyTable(
        name: "taskWorkflow", about: "A workflow of tasks, each executed by a command or an agent.",
        keys: sharedHead.filter { $0.name != "report" } + [
            Key("tasks", .some(.table("task")), "What is to be done.", required: true),
            Key("execution", .table("execution"), "How many tasks run at once."),
            Key(
                "dependencies", .list(.table("taskLink")),
                "Tasks and those that they wait for, besides what tasks say themselves."),
            Key("polling", .table("polling"), "How a waiting command behaves; the run goes on whatever this says."),
            Key("error_handling", .table("errorHandling"), "What happens when tasks fail."),
            Key(
                "report", .either([.table("report"), .off]),
                "Files that are written when tasks and the run end; false: none. Default: .conductor/task-results and test-results/NAME-results.json."
            ),
        ])

    static let task = KeyTable(
        name: "task", about: "One task.",
        keys: sharedStepKeys + scriptKeys.filter { $0.name != "env" && $0.name != "command" } + [
            Key("task_id", .name, "Unique in the file; the number 4 is the step task_4.", required: true),
            Key(
                "command", .either([.text, .some(.text)]),
                "The program that executes the task, or a list with its arguments."),
            Key(
                "type", .choice(["system_task"] + StepReader.types),
                "Default: system_task, which has a command or an agent."),
            Key("agent_type", .name, "The agent that executes the task where it has no command."),
            Key("timeout_seconds", .duration, "Of each attempt."),
            Key(
                "depends_on", dependencies(table: "taskDependency"),
                "The tasks to wait for: ID, ID:CONDITION or {task_id, condition}."),
            Key("parameters", .map(.any), "Reach what executes the task as JSON in WEIR_PARAMETERS."),
            Key("prompt", .text, "What the agent is asked. Default: made of name, description and parameters."),
            Key("planner", .flag, "The agent's answer is a list of steps, which join the run. Default: false."),
            Key("retry_allowed", .flag, "true: 3 retries unless 'retries' says otherwise."),
        ],
        rules: configRules(untyped: nil) + [
            executorRule,
            notTogether(["matrix", "foreach"]), notTogether(["retries", "retry"]),
            notTogether(["timeout", "timeout_seconds"]),
            notTogether(["command", "shell"]),
        ])

    /// Something has to execute a task, unless its type does without.
    private static let executorRule: JSONValue = .object([
        "if": .object([
            "properties": .object([
                "type": .object(["enum": .list(["system_task", "script", "agent"].map { .string($0) })])
            ])
        ]),
        "then": .object([
            "anyOf": .list(
                ["command", "shell", "agent_type", "config"].map { .object(["required": .list([.string($0)])]) })
        ]),
    ])

    static let taskTables = [
        KeyTable(
            name: "taskDependency", about: "A task to wait for.",
            keys: [Key("task_id", .text, "Its id.", required: true), conditionKey]),
        KeyTable(
            name: "taskLink", about: "A task and those that it waits for.",
            keys: [
                Key("task_id", .name, "The task.", required: true),
                Key("depends_on", dependencies(table: "taskDependency"), "What it waits for.", required: true),
            ]),
        KeyTable(
            name: "execution", about: "How many tasks run at once.",
            keys: [
                Key(
                    "mode", .choice(["parallel", "sequential"]),
                    "sequential: one at a time, and a failure stops the rest."),
                Key("parallel_allowed", .flag, "false contradicts 'mode: parallel'."),
                Key("parallelization_factor", .integer(Limits.amounts), "Tasks at once."),
                Key("wait_for_all", .flag, "false: a waiting command returns at the first end. Default: true."),
                Key("timeout_seconds", .duration, "Of the run: what is left then is cancelled."),
            ]),
        KeyTable(
            name: "polling", about: "How a waiting command behaves.",
            keys: [
                Key("strategy", .text, "active or passive; runners wake one another, so it has no effect."),
                Key("interval_seconds", .duration, "Between two looks."),
                Key(
                    "max_attempts", .integer(Limits.amounts),
                    "Looks after which the command gives up, with exit code 124."),
                Key("timeout_seconds", .duration, "Time after which the command gives up, with exit code 124."),
            ]),
        KeyTable(
            name: "errorHandling", about: "What happens when tasks fail.",
            keys: [
                Key("one_task_failure", .table("errorCase"), "When a task has failed."),
                Key("all_tasks_failed", .table("errorCase"), "When every task has failed."),
            ]),
        KeyTable(
            name: "errorCase", about: "What happens then.",
            keys: [
                Key(
                    "action", .choice(["continue", "stop", "fail"]),
                    "continue: the others go on; stop: what runs is finished; fail: what runs is cancelled."),
                Key("message", .text, "What is printed."),
                Key("retry_allowed", .flag, "true: tasks are tried 3 times more."),
            ]),
        KeyTable(
            name: "orchestratorTask", about: "A task for an agent.",
            keys: [
                Key("id", .name, "Unique in the file.", required: true),
                Key("task", .text, "What the agent is asked.", required: true),
                Key("agent", .name, "The agent that weir.yaml names.", required: true),
                Key("deps", dependencies(table: "taskDependency"), "The tasks to wait for."),
                Key("priority", .integer(Limits.priorities), "0 to 99, higher first. Default: 5."),
            ]),
        KeyTable(
            name: "orchestratorWorkflow", about: "Tasks for agents.",
            keys: [
                Key("name", .text, "What runs are listed under. Default: the file's name."),
                Key("version", .text, "Any text. Default: 1.0.0."),
                Key("description", .text, "For people."),
                Key("tasks", .some(.table("orchestratorTask")), "What is to be done.", required: true),
            ]),
    ]
}
