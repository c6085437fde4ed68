import JSON

extension KeyTable {
    static let step = KeyTable(
        name: "step", about: "One entry of a workflow.",
        keys: [
            Key("id", .name, "Unique in the file: 1 to 128 of A-Z a-z 0-9 . _ -", required: true),
            Key(
                "dependsOn", dependencies(table: "dependency"),
                "The steps to wait for: ID, ID:CONDITION or {step, condition}; conditions are succeeded, finished, failed and passed."
            ),
            Key("type", .choice(StepReader.types), "What kind of step it is. Default: script."),
        ] + sharedStepKeys,
        rules: configRules(untyped: "scriptConfig") + [
            notTogether(["matrix", "foreach"]), notTogether(["retries", "retry"]),
        ])

    static func dependencies(table: String) -> Shape {
        .either([.text, .table(table), .list(.either([.text, .table(table)]))])
    }

    /// Keys of a step in every dialect.
    static let sharedStepKeys = [
        Key("name", .text, "For people. Default: the id."),
        Key("description", .text, "For people; an agent without a prompt is told it too."),
        Key("config", .any, "What to do, by the step's type."),
        Key("env", environment, "Variables; they come before the workflow's."),
        Key("if", .text, "An expression; when it is false the step is skipped, and not through an error."),
        Key(
            "matrix", .table("matrix"),
            "One job for every combination of the axes' values; expressions read matrix.AXIS."),
        Key(
            "foreach", .either([.list(.any), .map(.any), .expression]),
            "One job for each element of a list, also of one that an expression gives; expressions read item and index."
        ),
        Key("parallel", .table("stepParallelism"), "How the step shares its run with others."),
        Key("continueOnError", .flag, "true: the run goes on although this step failed. Default: false."),
        Key("timeout", .duration, "Of each attempt. Seconds, or 500ms, 5m, 1h30m, 2d. Default: none."),
        Key(
            "memory", .either([.text, .integer(1_048_576...(1 << 60))]),
            "What all processes of an attempt may have resident together, as 512M or 2G. Default: no limit."),
        Key("retries", .integer(Limits.retries), "Attempts after the first."),
        Key("retry", .integer(Limits.retries), "The same as retries."),
        Key("priority", .integer(Limits.priorities), "0 to 99, higher first. Default: 5."),
        Key("queue", .name, "The queue of the step's job. Default: default."),
        Key(
            "cache", .either([.text, .table("cache")]),
            "A step whose key is known is not executed; its result is taken over."),
        Key(
            "quality_gates", .either([.map(gate), .list(.map(gate))]),
            "What metrics in the result must be: '>= 95%', '>= 90/100', '== 0', '80..90', required, true."),
        Key(
            "gates", .choice(["enforce", "report"]),
            "enforce: a gate that fails makes the attempt fail. Default: report."),
    ]

    private static let gate = Shape.text

    static let stepTables = [
        KeyTable(
            name: "dependency", about: "A step to wait for.",
            keys: [Key("step", .text, "Its id.", required: true), conditionKey]),
        KeyTable(
            name: "stepParallelism", about: "How a step shares its run with others.",
            keys: [
                Key("enabled", .flag, "false: the step runs alone in its run. Default: true."),
                Key(
                    "maxConcurrency", .integer(Limits.amounts),
                    "This step at once, over all runs of the workflow. Default: no limit."),
                Key(
                    "resource", .either([.name, .map(.integer(Limits.amounts))]),
                    "A pool, of which it takes 1, or amounts by pool, held while the step runs."),
                Key(
                    "isolateErrors", .flag,
                    "true: its failure leaves others alone; false: it cancels those of its group that run."),
                Key("continueOnError", .flag, "The same as the step's own key."),
            ]),
        KeyTable(
            name: "cache", about: "When an earlier result stands for the execution.",
            keys: [
                Key("key", .text, "Equal text means equal work."),
                Key("paths", .list(.text), "Files and folders whose contents are part of the key."),
            ],
            rules: [
                .object([
                    "anyOf": .list([
                        .object(["required": .list([.string("key")])]),
                        .object(["required": .list([.string("paths")])]),
                    ])
                ])
            ]),
    ]

    static let conditionKey = Key(
        "condition", .choice(Dependency.Condition.allCases.map(\.rawValue)),
        "How it must have ended. Default: succeeded.")

    /// Axes have names of the author's choice, so that this is no table.
    static let matrixSchema: JSONValue = .object([
        "type": .string("object"), "minProperties": .integer(1),
        "properties": .object([
            "include": .object(Shape.list(.map(.any)).schema), "exclude": .object(Shape.list(.map(.any)).schema),
        ]),
        "additionalProperties": .object(Shape.either([.some(.any), .expression]).schema),
    ])

    /// By the step's type, which table its `config` has.
    static func configRules(untyped: String?) -> [JSONValue] {
        let required = ["agent", "worker", "http", "workflow", "wait", "group", "loop", "dynamic", "set", "value"]
        var rules = StepReader.types.filter { $0 != "script" }.map { type in
            rule(
                if: .object([
                    "properties": .object(["type": .object(["const": .string(type)])]),
                    "required": .list([.string("type")]),
                ]),
                config: type == "set" ? .object(Shape.map(.any).schema) : reference("\(type)Config"),
                isRequired: required.contains(type))
        }
        if let untyped {
            rules.append(
                rule(
                    if: .object(["properties": .object(["type": .object(["const": .string("script")])])]),
                    config: reference(untyped), isRequired: true))
        }
        return rules
    }

    static func rule(if condition: JSONValue, config: JSONValue, isRequired: Bool) -> JSONValue {
        var then: [String: JSONValue] = ["properties": .object(["config": config])]
        if isRequired { then["required"] = .list([.string("config")]) }
        return .object(["if": condition, "then": .object(then)])
    }
}
