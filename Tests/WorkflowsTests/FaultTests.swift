import Testing
import Workflows

/// A text, and what is said of it.
struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let faults: String

    var testDescription: String { name }

    init(_ name: String, _ text: String, _ faults: String) {
        self.name = name
        self.text = text
        self.faults = faults
    }

    /// A text of one step `a` with more lines in it, which begin in line 3.
    static func step(_ name: String, _ lines: String, _ faults: String) -> Case {
        let body = lines.split(separator: "\n").map { "    \($0)\n" }.joined()
        return Case(name, "steps:\n  - id: a\n\(body)", faults)
    }
}

@Test(arguments: documentCases + stepCases + graphCases)
func `a fault is named with its place and its cure`(fault: Case) {
    #expect(faults(fault.text) == fault.faults)
    let parsed = WorkflowParser.parse(fault.text, defaultName: "flow")
    #expect((parsed.workflow == nil) == parsed.diagnostics.contains { $0.severity == .error })
}

private let documentCases: [Case] = [
    Case("empty", "", "flow.yaml:1:1: error: the file is empty; a workflow needs 'steps'"),
    Case("a comment alone", "# nothing\n", "flow.yaml:1:1: error: the file is empty; a workflow needs 'steps'"),
    Case("a scalar", "hello", "flow.yaml:1:1: error: the workflow must be a mapping, not 'hello'"),
    Case("no steps", "name: x\n", "flow.yaml:1:1: error: the workflow has no 'steps'"),
    Case("empty steps", "steps: []\n", "flow.yaml:1:8: error: 'steps' is empty; a workflow has at least one step"),
    Case(
        "steps without a value", "steps:\n",
        "flow.yaml:1:7: error: 'steps' of the workflow must be a list of steps, not empty"),
    Case(
        "steps as a mapping", "steps:\n  build: {}\n",
        "flow.yaml:2:3: error: 'steps' of the workflow must be a list of steps, not a mapping"),
    Case(
        "steps of something else", "steps:\n  - hello\n  - [a]\n",
        """
        flow.yaml:2:5: error: step 1 must be a mapping, not 'hello'
        flow.yaml:3:5: error: step 2 must be a mapping, not a list
        """),
    Case(
        "syntax", "steps:\n  - id: a\n   name: b\n",
        """
        flow.yaml:3:4: error: this is not YAML: did not find expected '-' indicator, while parsing a block collection \
        that begins in line 2, column 3
        """),
    Case(
        "an open bracket", "steps: [a, b\nname: x\n",
        """
        flow.yaml:2:5: error: this is not YAML: did not find expected ',' or ']', while parsing a flow sequence \
        that begins in line 1, column 8
        """),
    Case(
        "two documents", "steps:\n  - {id: a, config: {command: x}}\n---\nsteps: []\n",
        "flow.yaml:3:1: error: a second document begins here; a file holds one workflow"),
    Case(
        "a tag", "name: !!str 5\nsteps: !Ref x\n",
        "flow.yaml:2:8: error: the tag '!Ref' means nothing in a workflow; remove it"),
    Case(
        "a list", "- name: x\n",
        """
        flow.yaml:1:3: error: unknown key 'name' in the task number 1
        flow.yaml:1:3: error: the task number 1 has no 'id'
        flow.yaml:1:3: error: the task number 1 has no 'task'
        flow.yaml:1:3: error: the task number 1 has no 'agent'
        """),
    Case("an empty list", "[]", "flow.yaml:1:1: error: the list of tasks is empty; a workflow has at least one"),
    Case(
        "a list of tasks of another dialect", "- task_id: 1\n",
        "flow.yaml:1:3: error: a list with 'task_id' stands under 'tasks' in a mapping"),
    Case(
        "tasks beside steps", "steps: []\ntasks: []\n",
        "flow.yaml:2:1: error: 'tasks' and 'steps' are of different dialects; a workflow is written in one of them"),
    Case(
        "a task among the steps", "steps:\n  - {id: a, config: {command: x}}\n  - taskReferenceName: x\n",
        """
        flow.yaml:3:5: error: 'taskReferenceName' is of Conductor's definitions, whose entries stand under 'tasks'; \
        a workflow is written in one dialect
        """),
    Case(
        "tasks of two dialects", "tasks:\n  - {task_id: 1, command: x}\n  - {id: 2, task: x, agent: y}\n",
        """
        flow.yaml:3:13: error: 'task' is of an orchestrator's tasks, and 'task_id' in line 2 of the tasks dialect; \
        a workflow is written in one dialect
        """),
    Case(
        "a task with an id of the tasks dialect and of Conductor's",
        "tasks:\n  - {taskReferenceName: a}\n  - {task_id: 1}\n",
        """
        flow.yaml:3:6: error: 'task_id' is of the tasks dialect, and 'taskReferenceName' in line 2 of Conductor's \
        definitions; a workflow is written in one dialect
        """),
    Case(
        "unknown keys", "nam: x\nstesp: []\nzebra: 1\nretries: 5\n<<: {a: b}\n",
        """
        flow.yaml:1:1: error: unknown key 'nam' in the workflow; did you mean 'name'?
        flow.yaml:1:1: error: the workflow has no 'steps'
        flow.yaml:2:1: error: unknown key 'stesp' in the workflow; did you mean 'steps'?
        flow.yaml:3:1: error: unknown key 'zebra' in the workflow
        flow.yaml:4:1: error: unknown key 'retries' in the workflow; it belongs to a step
        flow.yaml:5:1: error: unknown key '<<' in the workflow; merge keys are not supported, write the keys out
        """),
    Case(
        "keys given twice",
        "name: a\nname: b\nsteps:\n  - id: a\n    timeout: 1\n    # timeout: 2\n    timeout: -3\n"
            + "    'config': {command: x}\n    config: {command: y}\nversion: ''\n",
        """
        flow.yaml:2:1: error: the key 'name' is given twice in this mapping, first in line 1
        flow.yaml:7:5: error: the key 'timeout' is given twice in this mapping, first in line 5
        flow.yaml:9:5: error: the key 'config' is given twice in this mapping, first in line 8
        flow.yaml:10:10: error: 'version' of the workflow is empty
        """),
    Case(
        "a key given twice in a file of another system",
        "name: a\r\nsteps:\r\n  - id: a\r\n    config: {command: x}\r\nname: b\r\n",
        "flow.yaml:5:1: error: the key 'name' is given twice in this mapping, first in line 1"),
    Case(
        "a key given twice in braces", "steps:\n  - {id: a, id: b}\n",
        "flow.yaml:2:6: error: the key 'id' is given twice in this mapping"),
    Case(
        "parallel settings",
        """
        parallel:
          enabled: yes
          defaultMaxConcurrency: 0
          resource: cpu
          resources: {cpu: 0, gpu: 1.5, net work: 1, ok: 1000001, disk: many}
        steps: [{id: a, config: {command: x}, parallel: {resource: gpu}}]
        """,
        """
        flow.yaml:2:12: error: 'enabled' of 'parallel' of the workflow must be true or false, not 'yes'
        flow.yaml:3:26: error: 'defaultMaxConcurrency' of 'parallel' of the workflow is 0; it can be 1 to 1000000
        flow.yaml:4:3: error: unknown key 'resource' in 'parallel' of the workflow; it belongs to 'parallel' of a step
        flow.yaml:5:20: error: 'cpu' in 'resources' of 'parallel' of the workflow is 0; it can be 1 to 1000000
        flow.yaml:5:28: error: 'gpu' in 'resources' of 'parallel' of the workflow must be a whole number from 1 to \
        1000000, not '1.5'
        flow.yaml:5:33: error: 'net work' cannot be the name of a pool
        flow.yaml:5:50: error: 'ok' in 'resources' of 'parallel' of the workflow is 1000001; it can be 1 to 1000000
        flow.yaml:5:65: error: 'disk' in 'resources' of 'parallel' of the workflow must be a whole number from 1 to \
        1000000, not 'many'
        """),
    Case(
        "variables",
        """
        env:
          A: 1.0
          B:
          C: [x]
          WEIR_JOB: 7
          "D=E": x
          F: "a\\0b"
        steps: [{id: a, config: {command: x}}]
        """,
        """
        flow.yaml:3:5: error: 'B' in 'env' of the workflow has no value; for an empty one write ""
        flow.yaml:4:6: error: 'C' in 'env' of the workflow must be text, not a list
        flow.yaml:5:3: error: 'WEIR_JOB' is set by the runner and cannot be set here
        flow.yaml:6:3: error: 'D=E' cannot be the name of a variable
        flow.yaml:7:6: error: 'F' in 'env' of the workflow has a NUL character, which no program can be given
        """),
]

private let stepCases: [Case] = [
    .step("no config", "name: A", "flow.yaml:2:5: error: step 'a' has no 'config', which says what to run"),
    .step("no command", "config: {}", "flow.yaml:3:13: error: 'config' of step 'a' has no 'command' and no 'shell'"),
    .step(
        "an empty command", "config: {command: ''}", "flow.yaml:3:23: error: 'command' of 'config' of step 'a' is empty"
    ),
    .step(
        "a command that is a list", "config: {command: [npm, test]}",
        "flow.yaml:3:23: error: 'command' of 'config' of step 'a' must be text, not a list"),
    .step(
        "a command with its arguments", "config: {command: npm test}",
        """
        flow.yaml:3:23: warning: 'command' of 'config' of step 'a' is 'npm test'; it names one program; put its \
        arguments into 'args', or write 'shell'
        """),
    .step(
        "command and shell", "config: {command: x, shell: y}",
        "flow.yaml:3:26: error: 'config' of step 'a' has both 'command' and 'shell'; give one of them"),
    .step(
        "arguments", "config: {command: x, args: [a, ~, {b: c}, [d], '', 1.0]}",
        """
        flow.yaml:3:36: error: argument 2 in 'args' of 'config' of step 'a' is null; for the word itself, or for \
        nothing, use quotes
        flow.yaml:3:39: error: argument 3 in 'args' of 'config' of step 'a' must be text, not a mapping
        flow.yaml:3:47: error: argument 4 in 'args' of 'config' of step 'a' must be text, not a list
        """),
    .step(
        "arguments that are no list", "config: {command: x, args: -v}",
        "flow.yaml:3:32: error: 'args' of 'config' of step 'a' must be a list of arguments, not '-v'"),
    .step(
        "keys in the wrong place", "command: x\nmaxConcurrency: 1\nconfig: {command: x, timeout: 5}\ndependOn: []",
        """
        flow.yaml:3:5: error: unknown key 'command' in step 'a'; it belongs to 'config' of the step
        flow.yaml:4:5: error: unknown key 'maxConcurrency' in step 'a'; it belongs to 'parallel' of the step
        flow.yaml:5:26: error: unknown key 'timeout' in 'config' of step 'a'; it belongs to the step itself
        flow.yaml:6:5: error: unknown key 'dependOn' in step 'a'; did you mean 'dependsOn'?
        """),
    .step(
        "numbers", "config: {command: x}\ntimeout: 0\nretries: -1\npriority: 100\nqueue: .x",
        """
        flow.yaml:4:14: error: 'timeout' of step 'a' is '0'; it is more than 0 and at most 10 years
        flow.yaml:5:14: error: 'retries' of step 'a' is -1; it can be 0 to 1000
        flow.yaml:6:15: error: 'priority' of step 'a' is 100; it can be 0 to 99
        flow.yaml:7:12: error: 'queue' of step 'a' is '.x'; a name has 1 to 128 of the characters A-Z, a-z, 0-9, '.', \
        '_', '-' and does not begin with '.'
        """),
    .step(
        "a timeout that is no time", "config: {command: x}\ntimeout: soon",
        """
        flow.yaml:4:14: error: 'timeout' of step 'a' must be seconds or a duration such as 500ms, 90s, 5m, 1h30m or \
        2d, not 'soon'
        """),
    .step(
        "a timeout far below zero", "config: {command: x}\ntimeout: -99999999999999999",
        "flow.yaml:4:14: error: 'timeout' of step 'a' is '-99999999999999999'; it is more than 0 and at most 10 years"),
    .step(
        "a timeout of eleven years", "config: {command: x}\ntimeout: 4015d",
        "flow.yaml:4:14: error: 'timeout' of step 'a' is '4015d'; it is more than 0 and at most 10 years"),
    .step(
        "numbers in quotes and hexadecimal", "config: {command: x}\nretries: '3'\npriority: 0x10",
        """
        flow.yaml:4:14: error: 'retries' of step 'a' must be a whole number from 0 to 1000, not '3'
        flow.yaml:5:15: error: 'priority' of step 'a' must be a whole number from 0 to 99, not '0x10'
        """),
    .step(
        "retries twice", "config: {command: x}\nretry: 1\nretries: 2",
        "flow.yaml:4:5: error: step 'a' has both 'retries' and 'retry', which are the same"),
    .step(
        "a type of a later version", "type: external\nconfig: {}",
        "flow.yaml:3:11: error: type external is not supported yet"),
    .step(
        "a type that does not exist", "type: scirpt",
        "flow.yaml:3:11: error: 'type' of step 'a' is 'scirpt', which is no type of step; did you mean 'script'?"),
    .step(
        "continueOnError, twice and differently",
        "config: {command: x}\ncontinueOnError: true\nparallel: {continueOnError: false}",
        "flow.yaml:5:33: error: 'continueOnError' of step 'a' is given twice, with different values"),
    .step(
        "parallel",
        "config: {command: x}\nparallel: {enabled: 1, maxConcurrency: 0, resource: [cpu], isolateError: true, resources: {}}",
        """
        flow.yaml:4:25: error: 'enabled' of 'parallel' of step 'a' must be true or false, not '1'
        flow.yaml:4:44: error: 'maxConcurrency' of 'parallel' of step 'a' is 0; it can be 1 to 1000000
        flow.yaml:4:57: error: 'resource' of 'parallel' of step 'a' must be the name of a pool, or a mapping of pools \
        and amounts, not a list
        flow.yaml:4:64: error: unknown key 'isolateError' in 'parallel' of step 'a'; did you mean 'isolateErrors'?
        flow.yaml:4:84: error: unknown key 'resources' in 'parallel' of step 'a'; it belongs to 'parallel' of the \
        workflow
        """),
    Case(
        "ids",
        """
        steps:
          - name: no id
            config: {command: x}
          - id: has space
            config: {command: x}
          - id: .hidden
            config: {command: x}
          - id: a
            config: {command: x}
          - id: a
            config: {command: x}
          - id:
            config: {command: x}
        """,
        """
        flow.yaml:2:5: error: step 1 has no 'id'
        flow.yaml:4:9: error: 'id' of step 'has space' is 'has space'; a name has 1 to 128 of the characters A-Z, \
        a-z, 0-9, '.', '_', '-' and does not begin with '.'
        flow.yaml:6:9: error: 'id' of step '.hidden' is '.hidden'; a name has 1 to 128 of the characters A-Z, a-z, \
        0-9, '.', '_', '-' and does not begin with '.'
        flow.yaml:10:9: error: the id 'a' is taken by the step in line 8
        flow.yaml:12:8: error: 'id' of step '' must be text, not empty
        """),
]

private let graphCases: [Case] = [
    Case(
        "ids in different case",
        """
        steps:
          - {id: build, config: {command: x}}
          - {id: Build, config: {command: x}}
          - {id: BUILD, config: {command: x}}
          - id: all
            type: group
            config:
              steps:
                - {id: build, config: {command: x}}
                - {id: buILd, config: {command: x}}
        on:
          failure:
            - {id: ALL, config: {command: x}}
            - {id: tell, config: {command: x}}
          always:
            - {id: Tell, config: {command: x}}
        """,
        """
        flow.yaml:3:10: error: the id 'Build' differs only in case from 'build', the step in line 2
        flow.yaml:4:10: error: the id 'BUILD' differs only in case from 'build', the step in line 2
        flow.yaml:10:16: error: the id 'buILd' differs only in case from 'build', the step in line 9
        flow.yaml:13:12: error: the id 'ALL' differs only in case from 'all', the step in line 5
        flow.yaml:16:12: error: the id 'Tell' differs only in case from 'tell', the step in line 14
        """),
    Case(
        "dependencies",
        """
        steps:
          - id: build
            config: {command: x}
          - id: publish
            config: {command: x}
            dependsOn: [biuld, publish, nothing-like-it, build, build]
          - id: report
            config: {command: x}
            dependsOn:
              - build:suceeded
              - {step: publish, condition: never}
              - {stepp: build}
              - {step: build, condition: finished}
              - build:failed
              - ~
        """,
        """
        flow.yaml:6:17: error: step 'publish' needs 'biuld', which is not a step of this workflow; did you mean \
        'build'?
        flow.yaml:6:24: error: step 'publish' needs itself
        flow.yaml:6:33: error: step 'publish' needs 'nothing-like-it', which is not a step of this workflow
        flow.yaml:6:57: warning: step 'publish' needs 'build' twice
        flow.yaml:10:9: error: step 'report' has a dependency with the condition 'suceeded'; a condition is \
        'succeeded', 'finished', 'failed' or 'passed'; did you mean 'succeeded'?
        flow.yaml:11:36: error: step 'report' has a dependency with the condition 'never'; a condition is \
        'succeeded', 'finished', 'failed' or 'passed'
        flow.yaml:12:9: error: a dependency of step 'report' has no 'step'
        flow.yaml:12:10: error: unknown key 'stepp' in a dependency of step 'report'; did you mean 'step'?
        flow.yaml:14:9: error: step 'report' needs 'build' twice, with different conditions
        flow.yaml:15:9: error: an entry of 'dependsOn' of step 'report' must be the id of a step, not empty
        """),
    Case(
        "cycles",
        """
        steps:
          - {id: start, config: {command: x}, dependsOn: [c]}
          - {id: a, config: {command: x}, dependsOn: [start, b]}
          - {id: b, config: {command: x}, dependsOn: [a]}
          - {id: c, config: {command: x}, dependsOn: [d, e]}
          - {id: d, config: {command: x}, dependsOn: [e]}
          - {id: e, config: {command: x}, dependsOn: c}
        """,
        """
        flow.yaml:3:54: error: these steps wait for one another: a → b → a
        flow.yaml:5:50: error: these steps wait for one another: c → e → c
        """),
    Case(
        "pools",
        """
        parallel: {resources: {cpu: 2}}
        steps:
          - {id: a, config: {command: x}, parallel: {resource: {cpu: 3, memory: 0}}}
          - {id: b, config: {command: x}, parallel: {resource: cpus}}
          - {id: c, config: {command: x}, parallel: {resource: {cpu: 2}}}
        """,
        """
        flow.yaml:3:57: error: step 'a' takes 3 of pool 'cpu', whose capacity is 2
        flow.yaml:3:73: error: 'memory' in 'resource' of 'parallel' of step 'a' is 0; it can be 1 to 1000000
        flow.yaml:4:56: warning: pool 'cpus' is not declared in this workflow; the database's pool of that name is \
        used, if there is one; did you mean 'cpu'?
        """),
]
