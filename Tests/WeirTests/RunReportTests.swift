import SQLite
import TestSupport
import Testing

/// A value of a JSON text by its path, as SQLite reads it.
private func value(_ json: String, _ path: String) throws -> SQLiteValue? {
    let connection = try Connection(path: ":memory:", kind: .writer)
    defer { connection.close() }
    return try connection.dynamic("SELECT ? ->> ?", [.text(json), .text(path)]).rows.first?.first
}

extension WeirCommandLine {
    fileprivate func write(_ workflow: String) throws -> String {
        try writeFile(folder + "/flow.yaml", Array(workflow.utf8))
        return folder + "/flow.yaml"
    }
}

@Suite struct `The summary of a run` {
    private static let workflow = """
        name: Flow
        parallel: {resources: {cpu: 1}}
        steps:
          - {id: one, parallel: {resource: cpu}, config: {command: sleep, args: ["0.2"]}}
          - {id: two, parallel: {resource: cpu}, config: {command: sleep, args: ["0.2"]}}
          - {id: bad, continueOnError: true, config: {command: "false"}}
          - {id: last, config: {command: echo, args: [done]}, dependsOn: [one, two]}

        """

    @Test func `is the same JSON at its end and afterwards`() throws {
        try withWeir { weir in
            let run = try weir("run", weir.write(Self.workflow), "--format", "json")
            #expect(run.code == 0, "\(run.errors)")
            #expect(try weir("show", "run:1", "--format", "json").output == run.output)
            let json = run.output
            #expect(try value(json, "$.is_over") == .integer(1))
            #expect(try value(json, "$.parallelStats.totalGroups") == .integer(2))
            #expect(try value(json, "$.stepResults.last.parallelGroup") == .integer(2))
            #expect(try value(json, "$.stepResults.last.executionTime") == value(json, "$.steps[3].duration_ms"))
            #expect(try value(json, "$.stepResults.bad.success") == .integer(0))
            #expect(try value(json, "$.output_bytes") == .integer(5))
            #expect(try value(json, "$.waited_for_another") == .integer(1))
            let causes = try (0..<2).map { try value(json, "$.blockings[\($0)].waited_for") }
            #expect(causes.contains(.text("pool 'cpu'")), "\(json)")
            guard case .real(let used)? = try value(json, "$.parallelStats.resourceUtilization.cpu") else {
                throw TestFailure("no use of the pool: \(json)")
            }
            #expect(used > 0 && used <= 1)
        }
    }

    @Test func `tells people what took long, and what waited for what`() throws {
        try withWeir { weir in
            let run = try weir("run", weir.write(Self.workflow))
            #expect(run.code == 0)
            let text = run.output
            #expect(text.contains("\nFlow 1.0.0, run 1: succeeded in "))
            #expect(text.contains("\ntasks executed   4 of 4: 3 succeeded, 1 failed\n"))
            #expect(text.contains("\nmode             parallel, 2 groups, at most "))
            #expect(text.contains("\ncombined output  5 B\n"))
            #expect(text.contains(" for pool 'cpu'; 1 came after another\n"))
            #expect(text.contains("exited with code 1 (continueOnError)\n"))
            #expect(text.contains(" → last\n"))
            #expect(text.contains("\nsequential "))
            #expect(run.lines.count { $0.hasSuffix("← slowest") } == 1)
            // Two steps of one pool follow one another: their bars share a column at most.
            let bars = run.lines.filter { $0.contains("━") && ($0.contains("one ") || $0.contains("two ")) }
            #expect(bars.count == 2, "\(text)")
            let spans = bars.compactMap { bar in
                bar.firstIndex(of: "━").map { first in
                    (first: bar.distance(from: bar.startIndex, to: first), length: bar.count { $0 == "━" })
                }
            }.sorted { $0.first < $1.first }
            #expect(spans.count == 2 && spans[0].first + spans[0].length <= spans[1].first + 1, "\(text)")
            #expect(run.lines.contains { $0.hasPrefix("  bad ") && $0.contains("×") }, "\(text)")
        }
    }

    @Test(arguments: [40, 60, 132]) func `draws as wide as the terminal`(columns: Int) throws {
        try withWeir { weir in
            weir.environment["COLUMNS"] = "\(columns)"
            let run = try weir("run", weir.write(Self.workflow))
            let bars = run.lines.filter { $0.contains("━") || ($0.hasPrefix("  bad ") && $0.contains("×")) }
            #expect(bars.count == 4)
            for bar in bars { #expect(bar.count <= columns && bar.count > columns - 4, "\(bar)") }
        }
    }

    @Test func `counts what is too much to be shown`() throws {
        try withWeir { weir in
            let steps = (1...230).map { "  - {id: s\($0), config: {command: \"true\"}}" }
            let run = try weir("run", weir.write("name: Many\nsteps:\n\(steps.joined(separator: "\n"))\n"))
            #expect(run.code == 0)
            #expect(run.output.contains("\n  … and 30 more; --format csv has all\n"))
            #expect(run.output.contains("\n  … and 170 more\n"))
            #expect(run.lines.count { $0.contains("━") } == 60)
            #expect(try weir("show", "run:1", "--format", "csv").lines.count == 231)
        }
    }

    @Test func `indents parts below their step, and counts their time only`() throws {
        try withWeir { weir in
            let workflow = """
                steps:
                  - {id: list, config: {command: echo, args: ["[\\"x\\", \\"y\\"]"]}}
                  - {id: each, dependsOn: [list], foreach: "${{ steps.list.result }}", config: {command: echo, args: ["${{ item }}"]}}

                """
            let run = try weir("run", weir.write(workflow))
            #expect(run.code == 0, "\(run.errors)\(run.output)")
            #expect(run.output.contains("\ntasks executed   3 of 3: 3 succeeded\n"), "\(run.output)")
            #expect(
                run.lines.contains { $0.hasPrefix("    each[0] ") || $0.hasPrefix("*   each[0] ") }, "\(run.output)")
            let json = try weir("show", "run:1", "--format", "json").output
            #expect(try value(json, "$.steps[2].parent") == .text("each"))
            #expect(try value(json, "$.executed") == .integer(3))
        }
    }

    @Test func `has a table of the gates`() throws {
        try withWeir { weir in
            let workflow = #"""
                steps:
                  - id: check
                    config: {command: echo, args: ['{"test_coverage": 96.5, "bugs": 2}']}
                    quality_gates:
                      - test_coverage: ">= 95%"
                      - bugs: "== 0"
                      - documentation: required

                """#
            let run = try weir("run", weir.write(workflow))
            #expect(run.code == 0, "\(run.errors)")
            #expect(
                run.output.contains(
                    """
                    Task   Agent  Gate           Threshold  Actual  Status
                    -----  -----  -------------  ---------  ------  -------
                    check         Test Coverage  >= 95%     96.5    passed
                    check         Bugs           == 0       2       failed
                    check         Documentation  required           missing
                    passed: 1/3 (33.3%)

                    """), "\(run.output)")
            #expect(run.output.contains("\nquality gates    passed: 1/3 (33.3%)\n"))
        }
    }
}

@Suite struct `Progress without a terminal` {
    @Test func `has a line at each start and end, and tells in between how far each is`() throws {
        try withWeir { weir in
            let workflow = """
                name: Two
                steps:
                  - id: task_4
                    name: Testing
                    config:
                      shell: "'\(WeirCommandLine.program)' progress 42 'half way' && until [ -e go ]; do sleep 0.02; done"
                  - {id: other, config: {shell: "until [ -e go ]; do sleep 0.02; done"}}

                """
            let run = try weir.start("run", weir.write(workflow), "--every", "100ms")
            try poll("a line with the progress: \(run.errors)") {
                run.errors.contains("s  Task 4: 42% | other: ") || run.errors.contains(" | Task 4: 42%")
            }
            #expect(run.errors.contains("Task 4 (Testing): START → Running\n"))
            let json = try weir("show", "run:1", "--format", "json").output
            #expect(try value(json, "$.state") == .text("running"))
            #expect(try value(json, "$.is_over") == .integer(0))
            #expect(try value(json, "$.steps[0].progress") == .real(42))
            #expect(try weir("show", "run:1").output.contains("\nTwo 1.0.0, run 1: running for "))
            try writeFile(weir.folder + "/go", [])
            let end = try run.wait()
            #expect(end.code == 0)
            #expect(end.errors.contains("\nTask 4 (Testing): succeeded in "))
            #expect(end.errors.contains("\nother: succeeded in "))
        }
    }

    @Test func `names the command that decides what a step waits for`() throws {
        try withWeir { weir in
            let workflow = """
                steps:
                  - {id: ok, type: approval, config: {message: "Ship it?"}}
                  - {id: no, if: "1 == 2", config: {command: "false"}}

                """
            let run = try weir.start("run", weir.write(workflow))
            try poll("the command: \(run.errors)") {
                run.errors.contains("ok: waits for somebody; 'weir approve 1' decides\n")
            }
            #expect(try weir("approve", "1").code == 0)
            let end = try run.wait()
            #expect(end.code == 0, "\(end.errors)")
            #expect(end.errors.contains("no: skipped: its condition is false: 1 == 2\n"))
            #expect(!end.errors.contains("no: START"))
            #expect(end.errors.contains("ok: succeeded in "))
        }
    }
}
