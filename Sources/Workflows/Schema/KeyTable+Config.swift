import JSON

/// The `config` of each type of step.
extension KeyTable {
    static let configTables = [
        KeyTable(
            name: "scriptConfig", about: "A process: a program with its arguments, or text for a shell.",
            keys: scriptKeys, rules: [exactlyOne(of: ["command", "shell"])]),
        KeyTable(
            name: "agentConfig", about: "A question to an agent that weir.yaml names.",
            keys: [
                Key("agent", .name, "The agent's name.", required: true),
                Key("prompt", .text, "What it is asked. Default: made of name, description and parameters."),
                Key("parameters", .map(.any), "Reach it as JSON in WEIR_PARAMETERS."),
                Key("env", environment, "Variables."),
                Key("planner", .flag, "Its answer is a list of steps, which join the run. Default: false."),
                Key(
                    "context", .flag,
                    "Whether results of the steps it depends on, and the run's memory, follow the prompt. Default: those that the prompt does not refer to."
                ),
                Key(
                    "resolved", .either([.table("resolvedAgent"), .table("resolvedChat")]),
                    "What weir.yaml said when the run was started; not for files."),
            ]),
        KeyTable(
            name: "resolvedAgent", about: "The program of an agent.",
            keys: [
                Key(
                    "command", .either([.text, .some(.text)]),
                    "The program and its arguments, or a line for the shell.", required: true),
                Key("prompt", .choice(["stdin", "argv"]), "Where the prompt goes."),
                Key("env", environment, "Variables."),
                Key("cwd", .text, "Where the program starts."),
                Key(
                    "key_env", .either([.text, .list(.text)]), "Variables of the runner's environment that it is given."
                ),
            ]),
        KeyTable(
            name: "workerConfig", about: "A job for who serves its type: a worker, a handler or an agent.",
            keys: [
                Key("worker", .type, "The type of the job.", required: true),
                Key("data", .any, "What it is given; its texts may hold expressions. Default: null."),
                Key("resolved", .table("worker"), "What was declared when the run was started; not for files."),
            ]),
        KeyTable(
            name: "worker", about: "How the worker processes of a type are started.",
            keys: [
                Key(
                    "command", .either([.text, .some(.text)]),
                    "The program and its arguments, or a line for the shell.", required: true),
                Key("env", environment, "Variables."),
                Key("cwd", .text, "Where it starts. Default: the run's directory, or that of weir.yaml."),
                Key("max_jobs", .integer(Limits.amounts), "Jobs after which another process takes its place."),
                Key("memory", .integer(Limits.amounts), "MiB: a process that has more after a job is replaced."),
                Key("start_timeout", .duration, "From its start until it has said something. Default: 10s."),
                Key("idle_timeout", .duration, "It is ended after so long without a job. Default: 5m."),
                Key("count", .integer(Limits.amounts), "Processes at most. Default: as many as there are slots."),
            ]),
        KeyTable(
            name: "resolvedChat", about: "The model behind an agent.",
            keys: [
                Key("endpoint", .text, "The base of its address.", required: true),
                Key("model", .text, "Who answers.", required: true),
                Key("system", .text, "What it is told before the question."),
                Key("temperature", .any, "0 to 2."),
                Key("max_tokens", .integer(1...10_000_000), "Tokens of an answer."),
                Key("schema", .map(.any), "A JSON Schema of the answer."),
                Key("key_env", .text, "The variable that holds the key."),
                Key("headers", .map(.text), "Headers and their values."),
                Key("stream", .flag, "Whether the answer comes piece by piece. Default: true."),
                Key("extra", .map(.any), "More members of the request; null leaves one out."),
            ]),
        KeyTable(
            name: "httpConfig", about: "One request.",
            keys: [
                Key("method", .text, "Default: GET."),
                Key("url", .text, "Begins with http:// or https://.", required: true),
                Key("headers", .map(.text), "Headers and their values."),
                Key("body", .any, "A text is sent as it is, anything else as JSON."),
                Key(
                    "expect", .either([.integer(100...599), .list(.integer(100...599))]),
                    "Accepted statuses. Default: 200 to 299."),
            ]),
        KeyTable(
            name: "workflowConfig", about: "Another workflow, in a run of its own.",
            keys: [
                Key("file", .text, "A path, or a name under .conductor/workflows/."),
                Key("name", .text, "The same as file."),
                Key("definition", .either([.map(.any), .text]), "The workflow itself."),
                Key("inputs", .map(.any), "Its inputs."),
            ],
            rules: [exactlyOne(of: ["file", "name", "definition"])]),
        KeyTable(
            name: "approvalConfig", about: "Somebody's decision (weir approve).",
            keys: [Key("message", .text, "What there is to decide.")]),
        KeyTable(
            name: "waitConfig", about: "Waiting.",
            keys: [
                Key("duration", .text, "Seconds, or 90s, 5m, '1 minute 30 seconds'."),
                Key("until", .text, "A date and time."),
                Key("signal", .flag, "true: until somebody's signal."),
            ],
            rules: [exactlyOne(of: ["duration", "until", "signal"])]),
        KeyTable(
            name: "groupConfig", about: "Steps of its own, which see one another.",
            keys: [Key("steps", .some(.table("step")), "The steps.", required: true)]),
        KeyTable(
            name: "loopConfig", about: "Steps again and again.",
            keys: [
                Key("steps", .some(.table("step")), "The steps of a round.", required: true),
                Key("while", .text, "An expression that is asked after each round.", required: true),
                Key("limit", .integer(1...100_000), "Rounds after which the loop fails. Default: 1000."),
            ]),
        KeyTable(
            name: "dynamicConfig", about: "Steps that are known only when this one is reached.",
            keys: [Key("steps", .any, "An expression that gives a list of steps.", required: true)]),
        KeyTable(
            name: "valueConfig", about: "A value; nothing is executed.",
            keys: [Key("value", .any, "Becomes the result; its texts may hold expressions.", required: true)]),
        KeyTable(
            name: "endConfig", about: "The end of the run.",
            keys: [
                Key("state", .choice(["succeeded", "failed", "cancelled"]), "Default: succeeded."),
                Key("reason", .text, "Why."),
                Key("output", .any, "The run's result."),
            ]),
    ]

    static let scriptKeys = [
        Key("command", .text, "A program; a relative path starts from the directory in which the run was started."),
        Key("args", .list(.text), "Its arguments, each as it is written."),
        Key("shell", .text, "In place of command: text for /bin/sh; it holds no expressions."),
        Key("env", environment, "Variables; they come before the step's."),
        Key("cwd", .text, "Where the program starts. Default: the directory in which the run was started."),
        Key("stdin", .text, "What it reads. Default: nothing."),
    ]
}
