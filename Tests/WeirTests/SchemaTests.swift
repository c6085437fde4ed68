import Glibc
import TestSupport
import Testing

/// The schema before an independent judge: Python's jsonschema.
@Suite struct `The JSON Schema` {
    private static let root = String(#filePath.dropLast("Tests/WeirTests/SchemaTests.swift".count))

    /// Reads YAML as YAML 1.2 does, leading tabs as two spaces, and prints a line for each file.
    private static let judge = """
        import json, re, sys, yaml, jsonschema
        class Loader(yaml.SafeLoader): pass
        Loader.yaml_implicit_resolvers = {}
        for tag, form, first in [
            ('bool', '(true|True|TRUE|false|False|FALSE)', 'tTfF'),
            ('int', '[-+]?[0-9]+', '-+0123456789'),
            ('float', '[-+]?([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?', '-+.0123456789'),
            ('null', '(~|null|Null|NULL|)', ['~', 'n', 'N', ''])]:
            Loader.add_implicit_resolver('tag:yaml.org,2002:' + tag, re.compile('^' + form + '$'), list(first))
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for path in sys.argv[2:]:
            text = re.sub('(?m)^\\t+', lambda tabs: '  ' * len(tabs.group()), open(path).read())
            errors = [error.message for error in validator.iter_errors(yaml.load(text, Loader))]
            print(path.split('/')[-1], 'refused: ' + errors[0][:200] if errors else 'accepted')
        """

    private func judge(_ files: [String], _ weir: WeirCommandLine) throws -> [String] {
        #expect(try weir.shell("weir schema > schema.json").code == 0)
        let answer = try weir.shell(
            "/usr/bin/python3 -c '\(Self.judge.replacing("'", with: #"'"'"'"#))' schema.json \(files.joined(separator: " "))"
        )
        #expect(answer.code == 0, "\(answer.errors)")
        return answer.lines
    }

    @Test func `accepts every listing, example and template, as it is written and normalized`() throws {
        try withWeir { weir in
            let files = try weir.shell(
                """
                for name in single chain parallel orchestration; do weir new $name > /dev/null 2>&1; done
                ls $PWD/*.yaml \(Self.root)examples/*.yaml \(Self.root)Tests/WorkflowsTests/Fixtures/*.yaml
                """
            ).lines
            #expect(files.count >= 11)
            var all = files
            for (number, file) in files.enumerated() {
                let normalized = try weir.shell("weir validate --normalized '\(file)' > normalized-\(number).json")
                #expect(normalized.code == 0, "\(normalized.errors)")
                all.append("normalized-\(number).json")
            }
            #expect(try judge(all, weir).filter { !$0.hasSuffix("accepted") } == [])
        }
    }

    @Test func `accepts what uses every key`() throws {
        try withWeir { weir in
            try write(Self.everything, to: weir.folder + "/everything.yaml")
            let checked = try weir("validate", "everything.yaml")
            #expect(checked.code == 0, "\(checked.errors)")
            #expect(try judge(["everything.yaml"], weir) == ["everything.yaml accepted"])
        }
    }

    @Test func `accepts the dialects with tasks`() throws {
        try withWeir { weir in
            let files = Self.tasks.indices.map { "tasks-\($0).yaml" }
            for (name, text) in zip(files, Self.tasks) { try write(text + "\n", to: "\(weir.folder)/\(name)") }
            #expect(try judge(files, weir) == files.map { "\($0) accepted" })
        }
    }

    @Test func `refuses what validation refuses`() throws {
        try withWeir { weir in
            var files: [String] = []
            for (number, text) in Self.faulty.enumerated() {
                let name = "faulty-\(number).yaml"
                files.append(name)
                try write(text + "\n", to: "\(weir.folder)/\(name)")
                #expect(try weir("validate", name).code == 65, "\(text)")
            }
            let answers = try judge(files, weir)
            #expect(answers.count == Self.faulty.count)
            for (answer, text) in zip(answers, Self.faulty) { #expect(answer.contains("refused"), "\(text)") }
        }
    }

    private func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw TestFailure("\(path): cannot be written") }
        fputs(text, file)
        fclose(file)
    }

    private static func step(_ rest: String) -> String { "steps:\n  - {id: a, \(rest)}" }
    private static func script(_ rest: String) -> String { step("config: {command: x}, \(rest)") }

    private static let faulty = [
        "stesp: []", "name: x", "steps: []", "steps: {a: 1}", "steps: [a]", "steps:\n  - config: {command: x}",
        "steps:\n  - {id: 'a b', config: {command: x}}", "steps:\n  - {id: a}", script("timeuot: 5"),
        script("timeout: soon"), script("timeout: -1"), script("retries: many"), script("retries: 1001"),
        script("retries: 1, retry: 1"), script("priority: 100"), script("continueOnError: maybe"),
        script("type: skript"), script("dependsOn: [{step: b, condition: done}]"), script("dependsOn: [{id: b}]"),
        script("parallel: {resource: {cpu: 0}}"), script("parallel: {resources: cpu}"),
        script("parallel: {maxConcurrency: 0}"), script("env: [A]"), script("matrix: {os: 1}"), script("matrix: {}"),
        script("foreach: 3"), script("matrix: {os: [a]}, foreach: [1]"), script("cache: {}"),
        step("config: {command: x, shell: y}"), step("config: {args: [x]}"), step("config: {command: x, args: y}"),
        step("config: {comand: x}"), step("type: agent"), step("type: agent, config: {prompt: x}"),
        step("type: http, config: {method: GET}"), step("type: http, config: {url: 'http://x', expect: [99]}"),
        step("type: workflow, config: {file: a, name: b}"), step("type: wait, config: {}"),
        step("type: wait, config: {duration: 1, signal: true}"),
        step("type: loop, config: {steps: [{id: b, config: {command: x}}]}"),
        step("type: group, config: {steps: [{id: b}]}"), step("type: end, config: {state: done}"),
        step("type: value, config: {}"), script("queue: 'a b'") + "\nparallel: {resources: {cpu: 0}}",
        script("name: x") + "\nparallel: {defaultMaxConcurrency: none}",
        script("name: x") + "\ninputs: {x: {type: text}}",
        script("name: x") + "\nschedule: {zone: UTC}",
        script("name: x") + "\nschedule: {cron: '0 3 * * *', overlap: sometimes}",
        script("name: x") + "\non: {sucess: []}", script("name: x") + "\nreport: {folder: x}",
        script("name: x") + "\ndefaults: {command: x}",
        "tasks: 1\nsteps: []",
        "tasks: []", task("shell: b", in: ""), task("depend_on: []", in: ""), "tasks: [{name: x, command: a}]",
        "tasks: [{task_id: 1}]", task("timeout_seconds: never", in: ""), task("timeout: 1, timeout_seconds: 2", in: ""),
        task("quality_gates: [a]", in: ""), task("gates: always", in: ""), task("type: tsk", in: ""),
        task("type: http", in: ""), task("parameters: [1]", in: ""), task("name: x", in: "execution: {mode: both}"),
        task("name: x", in: "error_handling: {one_task_failure: {action: ignore}}"),
        task("name: x", in: "polling: {max_attempts: 0}"), task("name: x", in: "dependencies: [{task_id: 1}]"),
        task("name: x", in: "report: true"), "- {id: 1, task: x}", "- {id: 1, task: x, agent: y, depends: []}",
        "tasks: [{id: 1, task: x, agent: y}]\nexecution: {mode: parallel}",
    ]

    private static func task(_ rest: String, in head: String) -> String {
        "tasks: [{task_id: 1, command: x, \(rest)}]\n\(head)"
    }

    /// Documents of the dialects with `tasks`, each with many of its keys.
    private static let tasks = [
        """
        name: checks
        version: 1.0
        metadata: {type: parallel, task_sequence: [4, 5]}
        tasks:
          - task_id: 4
            name: Testing
            description: Tests
            type: system_task
            agent_type: TestingAgent
            timeout_seconds: 900
            depends_on: []
            parameters: {task_name: Testing, list: [1]}
            quality_gates: [{test_coverage: ">= 95%"}, {fine: true}, {vulnerabilities: 0}]
            gates: enforce
          - {task_id: 5, command: [make, test], depends_on: [4, "4:finished", {task_id: 4, condition: failed}], retry_allowed: true}
          - {task_id: ask, type: approval, config: {message: Go on}, if: "inputs.sure", retries: 2}
          - {task_id: text, shell: "echo x", env: {A: 1}, cwd: /tmp, stdin: y, matrix: {os: [a, b]}, cache: key}
        execution: {mode: parallel, parallel_allowed: true, parallelization_factor: 4, wait_for_all: true, timeout_seconds: 1200}
        dependencies: [{task_id: 5, depends_on: [4]}]
        polling: {strategy: active, interval_seconds: 5, max_attempts: 240, timeout_seconds: 1200}
        success_criteria: [all_tasks_completed, total_time < 1200]
        error_handling:
          one_task_failure: {action: continue, message: One, retry_allowed: true}
          all_tasks_failed: {action: fail, message: All}
        report: false
        inputs: {sure: true}
        """,
        "name: x\ntasks:\n  - {id: 1, task: Do it, agent: A}\n  - {id: b, task: More, agent: B, deps: [1], priority: 3}",
        "- {id: 1, task: Do it, agent: A}",
        """
        {"name": "flow", "version": 1, "schemaVersion": 2, "ownerEmail": "a@b.c", "tasks": [
          {"name": "t", "taskReferenceName": "t_ref", "type": "SIMPLE", "inputParameters": {"task_id": 4}}]}
        """,
    ]

    private static let everything = """
        name: everything
        version: 1.0
        description: All keys
        metadata: {owner: me, tags: [a, b]}
        parallel: {enabled: true, defaultMaxConcurrency: 4, resources: {cpu: 2}}
        env: {A: 1, B: yes, C: "${{ inputs.count }}"}
        defaults: {timeout: 5m, retries: 1, priority: 5, queue: slow, cwd: ., env: {D: x}}
        inputs: {count: 3, who: {type: string, default: me, required: false, choices: [me, you], description: Who}}
        timeout: 1h30m
        schedule: ["0 3 * * *", {cron: "@daily", zone: UTC, catchUp: 1h, overlap: skip}]
        report: {results: out, file: out/NAME.json}
        output: {who: "${{ inputs.who }}"}
        success_criteria: [all_tasks_completed, total_time < 1200]
        on:
          success: [{id: well, config: {shell: "true"}}]
          failure: [{id: badly, config: {shell: "true"}}]
          always: [{id: ended, config: {shell: "true"}}]
        steps:
          - id: list
            name: List
            description: Lists
            type: script
            config: {command: ./list, args: [1.0, yes, x], env: {E: f}, cwd: /tmp, stdin: text}
            env: {F: g}
            parallel: {enabled: true, maxConcurrency: 2, resource: {cpu: 2}, isolateErrors: true}
            continueOnError: true
            timeout: 0.5
            retries: 2
            priority: 9
            queue: fast
            cache: {key: "${{ inputs.who }}", paths: [src]}
          - {id: each, dependsOn: list, foreach: "${{ steps.list.result }}", config: {command: echo, args: ["${{ item }}"]}}
          - {id: grid, matrix: {os: [a, b], n: "${{ inputs.count }}", include: [{os: c}], exclude: [{os: a}]}, config: {command: echo}}
          - {id: ask, type: agent, if: "inputs.count > 2", config: {agent: helper, prompt: Hi, parameters: {x: [1]}, env: {A: b}, planner: true}}
          - {id: get, type: http, config: {method: GET, url: "https://example.org", headers: {Accept: text/html}, body: {a: 1}, expect: [200, 404]}}
          - {id: sub, type: workflow, config: {name: other, inputs: {x: 1}}}
          - {id: inline, type: workflow, config: {definition: {steps: [{id: a, config: {command: x}}]}}}
          - {id: may, type: approval, config: {message: "Release?"}}
          - {id: pause, type: wait, dependsOn: ["may:finished", {step: sub, condition: passed}], config: {duration: 1 minute 30 seconds}}
          - {id: moment, type: wait, config: {until: "2030-01-01T00:00:00Z"}}
          - {id: signal, type: wait, config: {signal: true}}
          - {id: both, type: group, config: {steps: [{id: one, config: {shell: x}}, {id: two, config: {shell: y}}]}}
          - {id: again, type: loop, config: {steps: [{id: round, config: {shell: x}}], while: iteration < 3, limit: 5}}
          - {id: later, type: dynamic, dependsOn: list, config: {steps: "${{ steps.list.result }}"}}
          - {id: keep, type: set, config: {total: "${{ inputs.count }}"}}
          - {id: sum, type: value, config: {value: "${{ 1 + 1 }}"}}
          - {id: stop, type: end, config: {state: succeeded, reason: Done, output: {a: 1}}}
        """
}
