import Glibc
import TestSupport
import Testing

/// Conductor's definitions through the program itself.
@Suite(.serialized) struct `A run of a Conductor definition` {
    private static let configuration = #"""
        agents:
          number: {command: [/bin/sh, -c, "echo 20"]}
          tell: {command: [/bin/sh, -c, "printf '%s' \"$WEIR_PARAMETERS\""]}
          bad: {command: [/bin/sh, -c, "exit 3"]}
          tasks:
            command:
              - /bin/sh
              - -c
              - |
                echo '{"tasks": [{"name": "tell", "taskReferenceName": "d1"}, {"name": "number", "taskReferenceName": "d2"}],
                "inputs": {"d1": {"text": "${d2.output} ${{ inputs.x }}"}}}'
        """#

    private func run(
        _ definition: String, exitCode: Int32 = 0, files: [String: String] = [:], check: (Host) throws -> Void
    ) throws {
        try withHost { host in
            try Files.write(Self.configuration, to: "\(host.folder)/weir.yaml")
            try Files.write(definition, to: "\(host.folder)/flow.json")
            for folder in [".conductor", ".conductor/workflows"] { mkdir("\(host.folder)/\(folder)", 0o700) }
            for (name, text) in files { try Files.write(text, to: "\(host.folder)/\(name)") }
            let process = try host.start(["run", "flow.json", "--input", "x=5"])
            #expect(try process.wait().exitCode == exitCode, "\(process.error)\(process.output)")
            try host.checkInvariants()
            try check(host)
        }
    }

    @Test func `takes the case that a script chooses, goes round its loop and joins its branches`() throws {
        try run(
            #"""
            {"name": "flow", "tasks": [
              {"name": "number", "taskReferenceName": "n"},
              {"taskReferenceName": "size", "type": "SWITCH", "evaluatorType": "graaljs",
               "expression": "$.n < 15 ? 'SHORT' : 'LONG'", "inputParameters": {"n": "${n.output.result}"},
               "decisionCases": {"LONG": [{"name": "tell", "taskReferenceName": "long", "inputParameters": {"n": "${n.output.result}"}}],
                                 "SHORT": [{"name": "bad", "taskReferenceName": "short"}, {"name": "bad", "taskReferenceName": "short2"}]}},
              {"taskReferenceName": "loop", "type": "DO_WHILE", "inputParameters": {"most": "${workflow.input.x}"},
               "loopCondition": "if ($.loop.iteration < 2 && $.say.round < $.most) { true; } else { false; }",
               "loopOver": [{"name": "tell", "taskReferenceName": "say", "inputParameters": {"round": "${loop.output.iteration}"}}]},
              {"taskReferenceName": "fork", "type": "FORK_JOIN", "forkTasks": [
                [{"name": "tell", "taskReferenceName": "left", "inputParameters": {"a": "${long.output.n}"}}],
                [{"name": "tell", "taskReferenceName": "right", "inputParameters": {"b": "${short.output.n}"}}]]},
              {"taskReferenceName": "join", "type": "JOIN", "joinOn": ["left", "right"]}],
             "outputParameters": {"joined": "${join.output}", "rounds": "${loop.output.iteration}", "last": "${say.output.round}"}}
            """#
        ) { host in
            let results = try host.lines("SELECT result FROM run_history")
            #expect(results == [#"{"joined":{"left":{"a":20},"right":{"b":null}},"last":2,"rounds":2}"#])
            let skipped = try host.lines("SELECT key FROM job_history WHERE state = 'skipped' ORDER BY key")
            #expect(skipped == ["short", "short2"])
        }
    }

    @Test func `runs its tasks side by side when it is told to, and lets one that fails stop no other`() throws {
        try withHost { host in
            // Each waits until all three are under way: one after the other none would end.
            try Files.write(
                #"""
                agents:
                  meet:
                    command:
                      - /bin/sh
                      - -c
                      - |
                        touch met-$$
                        until [ $(ls met-* | wc -l) -ge 3 ]; do sleep 0.02; done
                        echo 1
                  bad: {command: [/bin/sh, -c, "exit 3"]}
                  tell: {command: [/bin/sh, -c, "printf '%s' \"$WEIR_PARAMETERS\""]}
                """#, to: "\(host.folder)/weir.yaml")
            try Files.write(
                #"""
                {"name": "flow", "tasks": [
                  {"name": "bad", "taskReferenceName": "bad", "retryCount": 0},
                  {"name": "meet", "taskReferenceName": "one"}, {"name": "meet", "taskReferenceName": "two"},
                  {"name": "meet", "taskReferenceName": "three"},
                  {"name": "tell", "taskReferenceName": "last", "inputParameters": {"n": "${two.output.result}"}},
                  {"name": "tell", "taskReferenceName": "after", "inputParameters": {"n": "${bad.output}"}}]}
                """#, to: "\(host.folder)/flow.json")
            let process = try host.start(["run", "--parallel", "--max-concurrency", "4", "flow.json"])
            #expect(try process.wait().exitCode == 1, "\(process.error)\(process.output)")
            try host.checkInvariants()
            let states = try host.lines("SELECT key, state FROM job_history ORDER BY key")
            #expect(
                states == [
                    "after|skipped", "bad|failed", "last|succeeded", "one|succeeded", "three|succeeded",
                    "two|succeeded",
                ])
        }
    }

    @Test func `executes tasks that a task gives, whose inputs are taken as they are`() throws {
        try run(
            #"""
            {"name": "flow", "tasks": [
              {"name": "tasks", "taskReferenceName": "t"},
              {"taskReferenceName": "spread", "type": "FORK_JOIN_DYNAMIC", "dynamicForkTasksParam": "t",
               "dynamicForkTasksInputParamName": "i", "inputParameters": {"t": "${t.output.tasks}", "i": "${t.output.inputs}"}},
              {"taskReferenceName": "gather", "type": "JOIN"}]}
            """#
        ) { host in
            let results = try host.lines("SELECT result FROM run_history")
            #expect(results == [#"{"d1":{"text":"${d2.output} ${{ inputs.x }}"},"d2":20}"#])
        }
    }

    @Test func `ends with TERMINATE, and starts the failure workflow when it fails`() throws {
        try run(
            #"""
            {"name": "flow", "failureWorkflow": "undo", "tasks": [
              {"taskReferenceName": "stop", "type": "TERMINATE",
               "inputParameters": {"terminationStatus": "FAILED", "terminationReason": "no ${workflow.input.x}"}},
              {"name": "bad", "taskReferenceName": "never"}]}
            """#, exitCode: 1,
            files: [
                ".conductor/workflows/undo.json": #"""
                {"name": "undo", "tasks": [{"name": "tell", "taskReferenceName": "undo", "inputParameters":
                  {"x": "${workflow.input.input.x}", "why": "${workflow.input.reason}"}}]}
                """#
            ]
        ) { host in
            let ends = try host.lines("SELECT state || ': ' || error FROM run_history WHERE workflow = 'flow'")
            #expect(ends == ["failed: no 5"])
            let undone = try host.lines("SELECT result FROM job_history WHERE key = 'undo'")
            #expect(undone == [#"{"why":"no 5","x":5}"#])
        }
    }
}
