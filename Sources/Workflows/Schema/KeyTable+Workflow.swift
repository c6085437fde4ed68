/// The head of a workflow; the dialects share most of it.
extension KeyTable {
    static let workflow = KeyTable(
        name: "workflow", about: "A workflow: steps that run as soon as those they depend on have ended.",
        keys: sharedHead + [
            Key(
                "steps", .some(.table("step")),
                "What is to be done; each step becomes one job, or several by matrix and foreach.",
                required: true)
        ])

    /// Keys of a workflow in every dialect.
    static let sharedHead = [
        Key("name", .text, "What runs are listed under, and pools belong to. Default: the file's name."),
        Key("version", .text, "Any text. Default: 1.0.0."),
        Key("description", .text, "For people."),
        Key("metadata", .map(.any), "Anything that the file says about itself; it is kept and shown."),
        Key("parallel", .table("parallelSettings"), "How many steps run at once, and the pools that they share."),
        Key("env", environment, "Variables for every step; a step's own come before these."),
        Key("defaults", .table("defaults"), "What holds for each step that does not say it."),
        Key(
            "inputs", .map(.anyButTable("input", keys: WorkflowHeadReader.inputKeys)),
            "Values that whoever starts the run may give (--input name=value); a plain value is the default."),
        Key(
            "workers", .map(.either([.text, .some(.text), .table("worker")])),
            "Long-lived processes by the type of the jobs that they take; a command alone, or with its limits."),
        Key("on", .table("handlers"), "Steps that run once all others have ended."),
        Key("output", .any, "The run's result; its texts may hold expressions."),
        Key(
            "success_criteria", .list(.text),
            "What must hold for the run to succeed: all_tasks_completed, no_task_blocked_by_another, or an expression such as 'total_time < 1200'."
        ),
        Key("timeout", .duration, "Of the run: what is left then is cancelled. Seconds, or 500ms, 5m, 1h30m, 2d."),
        Key(
            "schedule", .either([.text, .table("schedule"), .list(.either([.text, .table("schedule")]))]),
            "When the run is to start by itself, as a cron expression."),
        Key("report", .table("report"), "Files that are written when tasks and the run end."),
    ]

    static let environment = Shape.map(.text)

    static let headTables = [
        KeyTable(
            name: "parallelSettings", about: "How many steps run at once.",
            keys: [
                Key("enabled", .flag, "false: one step at a time. Default: true."),
                Key("defaultMaxConcurrency", .integer(Limits.amounts), "Steps of one run at once. Default: no limit."),
                Key(
                    "resources", .map(.either([.integer(Limits.amounts), .table("pool")])),
                    "Pools and their capacities, over all runs of this workflow."),
            ]),
        KeyTable(
            name: "pool", about: "A pool of the workflow.",
            keys: [
                Key("capacity", .integer(Limits.amounts), "Units that may be held at once.", required: true),
                Key(
                    "indexed", .flag,
                    "true: each unit has a number from 0, and a job is told its own. Default: true of the pool gpu."),
            ]),
        KeyTable(
            name: "defaults", about: "What holds for each step that does not say it.",
            keys: [
                Key("timeout", .duration, "Of each attempt."),
                Key("memory", .either([.text, .integer(1_048_576...(1 << 60))]), "Of all processes of an attempt."),
                Key("retries", .integer(Limits.retries), "Attempts after the first."),
                Key("priority", .integer(Limits.priorities), "0 to 99, higher first."),
                Key("queue", .name, "The queue of the steps' jobs."),
                Key("cwd", .text, "Where programs start."),
                Key("env", environment, "Variables."),
            ]),
        KeyTable(
            name: "input", about: "A value that whoever starts the run may give.",
            keys: [
                Key("type", .choice(Input.Kind.allCases.map(\.rawValue)), "Default: any."),
                Key("default", .any, "The value when none is given."),
                Key("required", .flag, "Without it the run is not started. Default: false."),
                Key("choices", .list(.any), "The values that it can have."),
                Key("description", .text, "For people."),
            ]),
        KeyTable(
            name: "handlers", about: "Steps that run once all others have ended.",
            keys: [
                Key("success", .list(.table("step")), "When the run has succeeded."),
                Key("failure", .list(.table("step")), "When it has failed."),
                Key("always", .list(.table("step")), "In every case."),
            ]),
        KeyTable(
            name: "schedule", about: "When the run is to start by itself.",
            keys: [
                Key(
                    "cron", .text, "Five fields: minute, hour, day, month, weekday; or @daily and the like.",
                    required: true),
                Key("zone", .text, "An IANA zone such as Europe/Berlin. Default: UTC."),
                Key("catchUp", .duration, "How long after its time a missed start is still made up for."),
                Key(
                    "overlap", .choice(ScheduleEntry.Overlap.allCases.map(\.rawValue)),
                    "What happens while an earlier run is unfinished. Default: skip."),
            ]),
        KeyTable(
            name: "report", about: "Files that are written when tasks and the run end; from the run's directory.",
            keys: [
                Key("results", .text, "A folder for a file of each step."),
                Key("file", .text, "The run's report; NAME stands for the workflow's name."),
            ]),
    ]
}
