import Glibc
import TestSupport
import Testing

@Suite struct `A template` {
    static let names = ["single", "chain", "parallel", "orchestration"]

    @Test(arguments: names)
    func `is valid and runs as it is`(name: String) throws {
        try withWeir { weir in
            let made = try weir("new", name)
            #expect(made.code == 0 && made.output == "\(name).yaml\n")
            let checked = try weir("validate", "\(name).yaml")
            #expect(checked.code == 0 && checked.errors == "")
            let run = try weir("run", "\(name).yaml")
            #expect(run.code == 0, "\(run.output)\(run.errors)")
            let states = try weir("sql", "--format", "csv", "SELECT DISTINCT state FROM job_history ORDER BY state")
            #expect(states.lines.dropFirst() == (name == "chain" ? ["skipped", "succeeded"] : ["succeeded"]))
        }
    }

    @Test func `of the orchestration has 22 tasks`() throws {
        try withWeir { weir in
            try weir("new", "orchestration")
            let plan = try weir("plan", "--format", "csv", "orchestration.yaml")
            #expect(plan.lines.count == 1 + 22)
        }
    }

    @Test func `never overwrites a file`() throws {
        try withWeir { weir in
            try weir("new", "single", "own.yaml")
            let again = try weir("new", "chain", "own.yaml")
            #expect(again.code == 73)
            #expect(again.errors == "weir: own.yaml: is there already; name another file\n")
            #expect(try weir("validate", "own.yaml").output.contains("single-task"))
        }
    }

    @Test func `that is misspelt is answered with the nearest`() throws {
        try withWeir { weir in
            let unknown = try weir("new", "paralel")
            #expect(unknown.code == 64)
            #expect(unknown.errors == "weir: there is no template 'paralel'; did you mean 'parallel'?\n")
            #expect(try weir("new", "--list", "--format", "csv").lines.count == 1 + Self.names.count)
            #expect(try weir("new", "single", "-").output.hasPrefix("# One task."))
        }
    }
}

@Suite struct `A plan` {
    @Test func `is estimated by what earlier runs took, and names the steps that none knows`() throws {
        try withWeir { weir in
            try weir("new", "chain")
            let before = try weir("plan", "chain.yaml")
            #expect(before.output.contains("estimate      unknown"))
            #expect(access(weir.database, F_OK) != 0, "a plan makes no database")
            #expect(
                try weir("plan", "chain.yaml", "--assume", "2s").output.contains("at most 1 at once; 6.0 s one after"))
            try weir("run", "chain.yaml")
            let after = try weir("plan", "chain.yaml")
            // What waits for a failure is not expected to run.
            #expect(!after.output.contains("unknown"))
            #expect(after.output.contains("critical path "))
            let longer = try weir.shell(
                "(cat chain.yaml; echo '  - {id: more, config: {command: echo}}') > more.yaml; weir plan more.yaml")
            #expect(longer.output.contains("estimate      at least "))
            #expect(longer.output.contains("unknown       1 step, counted as nothing: more"))
        }
    }

    @Test func `shows groups, pools and the widest group`() throws {
        try withWeir { weir in
            try weir("new", "orchestration")
            let text = try weir("plan", "orchestration.yaml", "--max-concurrency", "3").output
            #expect(text.contains("22 steps · 8 groups · widest group 2 with 4 steps · 3 slots"))
            #expect(text.contains("database  1         workflow     migrations, integration-tests"))
            let json = try weir("plan", "orchestration.yaml", "--format", "json")
            #expect(json.output.contains("\"slots\": 6"))
            #expect(json.output.contains("\"estimated_ms\": null"))
        }
    }
}

@Suite struct `A graph` {
    @Test func `of a run has states and times, in every language`() throws {
        try withWeir { weir in
            try weir("new", "chain")
            try weir("run", "chain.yaml")
            let svg = try weir("graph", "run:1", "--svg").output
            #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
            #expect(svg.contains("run 1 · succeeded · 4 jobs"))
            #expect(svg.matches(of: /class="succeeded"/).count == 3 + 1)
            #expect(try weir("graph", "r1").output.contains("n3[\"» alarm<br/>skipped\"]"))
            #expect(
                try weir("graph", "r1", "--format", "dot").output.contains("n2 -> n3 [label=\"failed\", style=dashed]"))
            let missing = try weir("graph", "run:9")
            #expect(missing.code == 65 && missing.errors.contains("run 9"))
        }
    }

    @Test func `is read by Graphviz where that is installed`() throws {
        try withWeir { weir in
            try weir("new", "orchestration")
            let drawn = try weir.shell(
                "weir graph orchestration.yaml --format dot > g.dot; command -v dot > /dev/null || exit 99; dot -Tplain g.dot"
            )
            if drawn.code == 99 {
                let lines = try weir.shell("grep -c -- '->' g.dot").lines
                #expect(lines == ["32"])
            } else {
                #expect(drawn.lines.count { $0.hasPrefix("node ") } == 22)
            }
        }
    }

    @Test func `of a workflow on standard input`() throws {
        try withWeir { weir in
            let text = "steps:\n  - {id: a, config: {command: x}}\n  - {id: b, dependsOn: a, config: {command: y}}\n"
            let drawn = try weir("graph", "-", input: text)
            #expect(drawn.output.contains("n0 ==> n1"))
        }
    }
}

@Suite struct `Validation` {
    @Test func `lists faults and warnings of several files for editors`() throws {
        try withWeir { weir in
            let finished = try weir.shell(
                """
                printf 'steps:\\n  - {id: a, config: {command: x}, timeuot: 1}\\n' > bad.yaml
                printf 'steps:\\n  - {id: a, config: {command: x y}}\\n' > odd.yaml
                weir validate --format json bad.yaml odd.yaml missing.yaml
                """)
            #expect(finished.code == 65)
            #expect(finished.errors == "weir: missing.yaml: No such file or directory\n")
            #expect(
                finished.output == """
                    [
                      {"file": "bad.yaml", "line": 2, "column": 35, "severity": "error", "message": "unknown key 'timeuot' in step 'a'; did you mean 'timeout'?"},
                      {"file": "odd.yaml", "line": 2, "column": 31, "severity": "warning", "message": "'command' of 'config' of step 'a' is 'x y'; it names one program; put its arguments into 'args', or write 'shell'"}
                    ]

                    """)
        }
    }

    @Test func `reads standard input, and prints what it understood`() throws {
        try withWeir { weir in
            let text = "defaults: {timeout: 5m}\nsteps:\n  - {id: a, config: {command: x}}\n"
            #expect(try weir("validate", "-", input: text).output == "<stdin>: stdin 1.0.0, 1 steps in 1 groups\n")
            let normalized = try weir("validate", "--normalized", "-", input: text)
            #expect(
                normalized.output == """
                    {
                      "name": "stdin",
                      "steps": [
                        {
                          "config": {
                            "command": "x"
                          },
                          "id": "a",
                          "timeout": "300000ms",
                          "type": "script"
                        }
                      ],
                      "version": "1.0.0"
                    }

                    """)
            let again = try weir("validate", "--normalized", "-", input: normalized.output)
            #expect(again.output == normalized.output)
            #expect(try weir("validate", "--normalized", "a", "b").code == 64)
        }
    }
}

@Suite struct `The validation script` {
    private static let root = String(#filePath.dropLast("Tests/WeirTests/AuthorTests.swift".count))
    private static let script = "WEIR='\(WeirCommandLine.program)' '\(root)tools/validate-template'"

    @Test func `accepts tasks that ran side by side, and writes its results`() throws {
        try withWeir { weir in
            try weir("new", "parallel")
            let finished = try weir.shell("\(Self.script) --tolerance 600000 parallel.yaml")
            #expect(finished.code == 0, "\(finished.output)\(finished.errors)")
            #expect(finished.lines.count { $0.hasPrefix("ok ") } == 3)
            let results = try weir.shell("cat test-results/parallel-execution-results.json")
            #expect(results.output.hasPrefix("{\"valid\": true,\n"))
            let read = try weir.shell(
                "/usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)[\"run\"][\"state\"])' "
                    + "< test-results/parallel-execution-results.json")
            #expect(read.output == "succeeded\n")
        }
    }

    @Test func `refuses a run that failed, one without the speedup, and a file that is not there`() throws {
        try withWeir { weir in
            try weir("new", "chain")
            let slow = try weir.shell("\(Self.script) --min-speedup 2.5 chain.yaml")
            #expect(slow.code == 1)
            #expect(slow.output.contains("FAILED  parallel efficiency: speedup "))
            let failed = try weir.shell(
                "echo \"steps: [{id: a, config: {command: 'false'}}]\" > f.yaml; \(Self.script) f.yaml")
            #expect(failed.code == 1)
            #expect(failed.output.contains("FAILED  run: failed, 0 of 1 tasks succeeded"))
            #expect(try weir.shell("\(Self.script) missing.yaml").code == 66)
            #expect(try weir.shell("\(Self.script) --min-speedup fast chain.yaml").code == 64)
        }
    }
}
