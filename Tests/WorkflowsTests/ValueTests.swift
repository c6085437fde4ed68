import Testing

@testable import Workflows

@Suite struct `A value of a workflow` {
    @Test func `that is a scalar in args is taken as written`() throws {
        let flow = try workflow(
            "steps: [{id: a, config: {command: x, args: [1.0, yes, 0x10, on, 1e3, 007, '~', \"\", null-ish, 2026-01-01]}}]"
        )
        #expect(
            flow.plan().steps[0].args == ["1.0", "yes", "0x10", "on", "1e3", "007", "~", "", "null-ish", "2026-01-01"])
    }

    @Test func `has its defaults`() throws {
        let flow = try workflow("steps:\n  - id: a\n    config:\n      command: x\n")
        #expect(flow.name == "flow")
        #expect(flow.version == "1.0.0")
        #expect(flow.description == nil)
        #expect(flow.steps[0].line == 2)
        #expect(
            flow.plan().steps == [
                PlannedStep(
                    id: "a", name: "a", command: "x", args: [], shell: false, env: [:], directory: nil, stdin: nil,
                    dependencies: [], group: 1, pathBelow: 0, resources: [:], maxConcurrency: nil, isExclusive: false,
                    isolateErrors: nil, continueOnError: false, timeoutMilliseconds: nil, retries: 0, priority: 5,
                    queue: "default")
            ])
    }

    @Test func `is read from every key`() throws {
        let flow = try workflow(
            """
            name: Release
            version: 2.10
            description: |
              Two
              lines
            parallel: {enabled: true, defaultMaxConcurrency: 3, resources: {cpu: 4, memory: 4096}}
            env: {A: 1, B: 2, C: 3}
            steps:
              - id: first
                config: {command: ./first}
              - id: second
                name: The second
                type: script
                env: {B: two, C: two}
                config:
                  shell: |
                    echo "$1"
                  args: [hello]
                  env: {C: three, on: x}
                  cwd: sub/dir
                  stdin: "line\\n"
                dependsOn: {step: first, condition: finished}
                parallel: {enabled: false, maxConcurrency: 2, resource: {cpu: 2, memory: 512}, isolateErrors: true}
                continueOnError: true
                timeout: 1m30s
                retry: 2
                priority: 99
                queue: slow
            """)
        #expect(flow.description == "Two\nlines\n")
        let plan = flow.plan()
        #expect(plan.version == "2.10")
        #expect(plan.maxConcurrency == 3)
        let second = plan.steps[1]
        #expect(
            second
                == PlannedStep(
                    id: "second", name: "The second", command: "echo \"$1\"\n", args: ["hello"], shell: true,
                    env: ["A": "1", "B": "two", "C": "three", "on": "x"], directory: "sub/dir", stdin: "line\n",
                    dependencies: [
                        Dependency(step: "first", condition: .finished, place: Place(line: 22, column: 23))
                    ],
                    group: 2, pathBelow: 0, resources: ["cpu": 2, "memory": 512], maxConcurrency: 2, isExclusive: true,
                    isolateErrors: true, continueOnError: true, timeoutMilliseconds: 90_000, retries: 2, priority: 99,
                    queue: "slow"))
    }

    @Test(arguments: [
        ("90", 90_000), ("0.5", 500), ("\"5m\"", 300_000), ("1h30m", 5_400_000), ("500ms", 500), ("2d", 172_800_000),
        ("1.5h", 5_400_000), ("0.0001", 1), ("315576000", 315_576_000_000),
    ])
    func `that is a duration counts seconds or has units`(text: String, milliseconds: Int) throws {
        let flow = try workflow("steps: [{id: a, config: {command: x}, timeout: \(text)}]")
        #expect(flow.plan().steps[0].timeoutMilliseconds == milliseconds)
    }

    @Test(arguments: ["", "m", "5x", "5m3", "m5", "1..5", "--5", "5 m", "inf", "nan", "1e3", "٣s"])
    func `that is no duration is none`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test func `that is an alias is read wherever it stands`() throws {
        let flow = try workflow(
            """
            steps:
              - {id: a, config: {command: x, env: &common {A: 1}}}
              - {id: b, config: {command: x, env: *common}}
            """)
        #expect(flow.plan().steps.map(\.env) == [["A": "1"], ["A": "1"]])
    }

    @Test func `that looks like an alias is text where it is none`() throws {
        let flow = try workflow(
            """
            steps:
              - {id: a, config: {command: x, env: &c {A: "*c & *c"}, args: ['*c', "*.c"]}}
              - {id: b, config: {shell: "make &c; ls *c", env: *c}}
            """)
        #expect(flow.plan().steps.map(\.env) == [["A": "*c & *c"], ["A": "*c & *c"]])
        #expect(flow.plan().steps[0].args == ["*c", "*.c"])
        #expect(flow.plan().steps[1].command == "make &c; ls *c")
    }

    @Test func `can be written as JSON`() throws {
        let flow = try workflow(#"{"steps": [{"id": "a", "config": {"command": "x", "args": ["é\n"]}}]}"#)
        #expect(flow.plan().steps[0].args == ["é\n"])
    }

    @Test(arguments: [
        ("biuld", "build", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0), ("ab", "ba", 1),
    ])
    func `has a distance to another`(one: String, other: String, distance: Int) {
        var suggestions = Suggestions()
        for (one, other) in [(one, other), (other, one)] {
            #expect(suggestions.distance(Array(one.utf8), Array(other.utf8), atMost: 9) == distance)
            #expect(suggestions.distance(Array(one.utf8), Array(other.utf8), atMost: distance - 1) == nil)
        }
    }
}
