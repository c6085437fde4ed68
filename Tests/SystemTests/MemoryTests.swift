import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `The memory, through the program,` {
    @Test func `takes a number with a minus for a value`() throws {
        try withHost { host in
            try host.run("memory", "set", "n", "-5")
            #expect(try host.run("memory", "get", "n") == "-5\n")
        }
    }

    @Test func `loses no change of two processes that compare and set`() throws {
        try withHost { host in
            let rounds = Binary.size(30, full: 500)
            try host.run("memory", "set", "n", "0")
            // Reads value and version, adds one, and begins anew when somebody was faster.
            let script = """
                done=0
                while test $done -lt \(rounds); do
                  set -- $('\(Binary.path)' memory get n --format csv | tail -n 1 | tr , ' ')
                  '\(Binary.path)' memory set n $(($2 + 1)) --if-version $3 2>> conflicts && done=$((done + 1))
                  code=$?
                  case $code in 0|1|76) ;; *) exit $code ;; esac
                done
                """
            let environment = ["WEIR_DB": host.database]
            let two = try (0..<2).map { _ in
                try TestProcess(["/bin/bash", "-c", script], in: host.folder, environment: environment)
            }
            for process in two { #expect(try process.wait(within: 600).exitCode == 0, "\(process.error)") }
            #expect(try host.run("memory", "get", "n") == "\(2 * rounds)\n")
        }
    }

    @Test func `belongs to the run inside a job, and to all elsewhere`() throws {
        try withHost { host in
            try Files.write(
                """
                steps:
                  - id: put
                    config:
                      shell: |
                        '\(Binary.path)' memory set who '{"name": "Ann"}'
                        '\(Binary.path)' memory set --global all '[1, 2]'
                        '\(Binary.path)' memory get --text greeting
                  - id: say
                    dependsOn: put
                    if: ${{ memory.who.name == 'Ann' }}
                    config:
                      command: printf
                      args: ["%s", "${{ memory.greeting }} ${{ memory.who.name }} ${{ memory['all'][1] }} ${{ memory.none ?? '-' }}"]
                  - {id: lost, dependsOn: put, continueOnError: true, config: {command: echo, args: ["${{ memory.none }}"]}}
                """, to: "\(host.folder)/f.yaml")
            try host.run("memory", "set", "--text", "greeting", "hello")
            try host.run("memory", "set", "who", "1")
            let run = try host.start(["run", "f.yaml"])
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            #expect(try host.lines("SELECT result FROM job_history WHERE key = 'say'") == [#""hello Ann 2 -""#])
            let lost = try host.lines("SELECT error FROM job_history WHERE key = 'lost'")
            #expect(lost.first?.contains("there is no value 'none' in the memory") ?? false)
            #expect(try host.run("memory", "get", "who", "--run", "1") == "{\"name\": \"Ann\"}\n")
            #expect(try host.run("memory", "get", "who") == "1\n")
            #expect(try host.run("memory", "get", "all") == "[1, 2]\n")
            #expect(
                try host.lines("SELECT run_id, name FROM memory ORDER BY 1, 2") == [
                    "0|all", "0|greeting", "0|who", "1|who",
                ])
            try host.run("memory", "delete", "who", "--run", "1")
            #expect(try host.run("memory", "get", "who", "--run", "1") == "1\n")
        }
    }

    @Test(
        arguments: [
            (
                ["set", "a", "hello"], 65,
                "the value, column 1: this is not JSON: expected a value; --text stores it as a text"
            ),
            (["set", "a", "1", "--run", "9"], 65, "there is no run 9; see 'weir list --runs'"),
            (["set", "", "1"], 65, "a name in the memory has 1 to 256 characters, and no control characters"),
            (["set", "a", "@missing.json"], 66, "missing.json: No such file or directory"),
            (["set", "b", "2", "--if-absent"], 76, "'b' is not what was expected: it has version 1 now"),
            (["set", "b", "2", "--if-version", "9"], 76, "'b' is not what was expected: it has version 1 now"),
            (["set", "c", "2", "--if-version", "9"], 76, "'c' is not what was expected: there is no such value"),
            (["get", "c"], 65, "there is no value 'c' in the memory; see 'weir memory list'"),
        ] as [([String], Int32, String)])
    func `says what is wrong, and changes nothing`(arguments: [String], code: Int32, message: String) throws {
        try withHost { host in
            try host.run("memory", "set", "b", "1")
            let process = try host.start(["memory"] + arguments)
            #expect(try process.wait().exitCode == code)
            #expect(process.error == "weir: \(message)\n")
            #expect(try host.lines("SELECT name, value FROM memory") == ["b|1"])
        }
    }

    @Test func `of a lost attempt is not written any more`() throws {
        try withHost { host in
            try host.run("enqueue", "--", "true")
            try host.startRunner("--slots", "1", "--drain-after", "idle").wait()
            let id = try host.lines("SELECT value FROM settings WHERE name = 'database_id'")[0]
            let late = try host.start(
                ["memory", "set", "a", "1"],
                environment: ["WEIR_JOB": "1", "WEIR_LEASE": "\(id).1.1"])
            #expect(try late.wait().exitCode == 70)
            #expect(try host.number("SELECT count(*) FROM memory") == 0)
        }
    }
}
