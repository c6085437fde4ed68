import Glibc
import TestSupport
import Testing

@Suite struct `Settings from the command line` {
    /// Retries, time limit and limit of memory of every job.
    private static let limits = "SELECT max_attempts - 1, timeout_ms, memory_kb FROM jobs ORDER BY id"

    private func limits(_ weir: WeirCommandLine) throws -> [String] {
        try weir("sql", "--format", "csv", Self.limits).lines.dropFirst().map { $0 }
    }

    @Test func `are shown with their sources, the strongest first`() throws {
        try withWeir { weir in
            try writeFile(weir.folder + "/weir.yaml", Array("parallel: {workers: 3, batch_size: 7}\n".utf8))
            try weir("config", "set", "workers", "9")
            try weir("config", "set", "timeout", "5m")
            weir.environment["PARALLEL_RETRY_ATTEMPTS"] = "1"
            let config = try weir("config", "--format", "csv")
            #expect(
                config.lines == [
                    "name,value,unit,source", "enabled,true,,default",
                    "profile,balanced,,default: its limits count once it is chosen",
                    "workers,3,,\(weir.folder)/weir.yaml:1", "timeout,300000,ms,database: parallel.timeout",
                    "retries,1,,environment: PARALLEL_RETRY_ATTEMPTS", "monitoring,true,,default",
                    "batch_size,7,,\(weir.folder)/weir.yaml:1", "memory_limit,none,MiB,default",
                ])
            #expect(try weir("config", "get", "batch-size").output == "7\n")
            weir.environment["PARALLEL_MAX_WORKERS"] = "2"
            #expect(try weir("config", "get", "workers").output == "2\n")
        }
    }

    @Test func `that are stored but do not count here are said to`() throws {
        try withWeir { weir in
            weir.environment["PARALLEL_MAX_WORKERS"] = "2"
            let set = try weir("parallel", "workers", "6")
            #expect(set.code == 0)
            #expect(set.errors == "weir: stored, but here workers is 2 (environment: PARALLEL_MAX_WORKERS)\n")
            weir.environment["PARALLEL_MAX_WORKERS"] = nil
            #expect(try weir("config", "get", "workers").output == "6\n")
            #expect(try weir("config", "unset", "workers").code == 0)
            #expect(try weir("config").output.contains("default: the number of processors"))
        }
    }

    @Test func `that go before a profile are named when one is chosen`() throws {
        try withWeir { weir in
            try weir("parallel", "workers", "8")
            let chosen = try weir("parallel", "profile", "conservative")
            #expect(
                chosen.errors
                    == "weir: workers stays 8 (database: parallel.workers), which goes before a profile; "
                    + "`weir config unset workers` removes one of the database\n")
            try weir("config", "unset", "workers")
            #expect(try weir("parallel", "profile", "performance").errors == "")
        }
    }

    @Test func `bound the steps that a run executes at once`() throws {
        try withWeir { weir in
            let steps = (1...4).map { "- {id: s\($0), config: {command: 'true'}}" }.joined(separator: "\n")
            try writeFile(weir.folder + "/four.yaml", Array("steps:\n\(steps)\n".utf8))
            #expect(try weir("run", "four.yaml").output.contains("at most 4 at once"))
            weir.environment["PARALLEL_MAX_WORKERS"] = "1"
            #expect(try weir("run", "four.yaml").code == 0)
            #expect(
                try weir("sql", "--format", "csv", "SELECT slots FROM runners ORDER BY id").lines.dropFirst()
                    == ["4", "1"])
        }
    }

    @Test func `give jobs their limits where somebody chose them, and only there`() throws {
        try withWeir { weir in
            try weir.enqueue("--", "true")
            try weir("parallel", "profile", "conservative")
            try weir.enqueue("--", "true")
            try weir.enqueue("--timeout", "1s", "--retries", "7", "--", "true")
            weir.environment["PARALLEL_TASK_TIMEOUT"] = "1500"
            weir.environment["PARALLEL_MEMORY_LIMIT"] = "64"
            weir.environment["PARALLEL_RETRY_ATTEMPTS"] = "0"
            try weir.enqueue("--", "true")
            try weir.run(["enqueue", "--from", "-"], input: Array(#"{"command": "true", "retries": 2}"#.utf8))
            #expect(
                try limits(weir) == [
                    "3,,", "3,600000,262144", "7,1000,262144", "0,1500,65536", "2,1500,65536",
                ])
        }
    }

    @Test func `reach the steps of a workflow that say nothing themselves`() throws {
        try withWeir { weir in
            let text = """
                steps:
                  - {id: a, type: script, config: {command: "true"}}
                  - {id: b, type: script, retries: 4, timeout: 3s, config: {command: "true"}}
                """
            try writeFile(weir.folder + "/w.yaml", Array(text.utf8))
            weir.environment["PARALLEL_RETRY_ATTEMPTS"] = "1"
            weir.environment["PARALLEL_TASK_TIMEOUT"] = "9000"
            #expect(try weir("run", "w.yaml").code == 0)
            weir.environment["PARALLEL_RETRY_ATTEMPTS"] = nil
            weir.environment["PARALLEL_TASK_TIMEOUT"] = nil
            #expect(try weir("run", "w.yaml").code == 0)
            #expect(try limits(weir) == ["1,9000,", "4,3000,", "0,,", "4,3000,"])
        }
    }

    @Test func `limit the memory of every part of a step, too`() throws {
        try withWeir { weir in
            let text = """
                steps:
                  - id: each
                    type: script
                    foreach: [1, 2]
                    config: {command: "true"}
                """
            try writeFile(weir.folder + "/w.yaml", Array(text.utf8))
            weir.environment["PARALLEL_MEMORY_LIMIT"] = "500"
            #expect(try weir("run", "w.yaml").code == 0)
            let parts = try weir(
                "sql", "--format", "csv", "SELECT memory_kb FROM jobs WHERE kind = 'script' ORDER BY id")
            #expect(parts.lines == ["memory_kb", "512000", "512000"])
        }
    }

    @Test func `run a workflow's steps one at a time when they say so and the file does not`() throws {
        try withWeir { weir in
            func width(_ head: String, _ arguments: String...) throws -> Int {
                let steps = (1...3).map { "  - {id: s\($0), type: script, config: {command: 'true'}}\n" }.joined()
                try writeFile(weir.folder + "/w.yaml", Array("\(head)\nsteps:\n\(steps)".utf8))
                let run = try weir.run(["run", "--detach"] + arguments + ["w.yaml"]).lines.first ?? ""
                let rows = try weir(
                    "sql", "--format", "csv", "SELECT coalesce(max_concurrency, 0) FROM runs WHERE id = \(run)")
                return try #require(rows.lines.last.flatMap { Int($0) })
            }
            try weir("parallel", "disable")
            #expect(try width("name: w") == 1)
            #expect(try width("parallel: {enabled: true}") == 0)
            #expect(try width("name: w", "--parallel") == 0)
            try weir("parallel", "enable")
            #expect(try width("name: w") == 0)
            #expect(try width("parallel: {enabled: false}") == 1)
        }
    }

    @Test func `that are wrong are named, and nothing is stored`() throws {
        try withWeir { weir in
            weir.environment["PARALLEL_MAX_WORKERS"] = "eight"
            for command in [["runner"], ["enqueue", "--", "true"], ["config"]] {
                let refused = try weir.run(command)
                #expect(refused.code == 65)
                #expect(
                    refused.errors == "weir: PARALLEL_MAX_WORKERS=eight: it must be a whole number from 1 to 10000\n")
            }
            weir.environment["PARALLEL_MAX_WORKERS"] = "8"
            weir.environment["PARALLEL_EXECUTION_ENABLED"] = "false"
            let contradiction = try weir("runner")
            #expect(contradiction.code == 65)
            #expect(contradiction.errors.contains("unset one of them"))
        }
    }

    @Test func `with a faulty file are refused at the fault's place`() throws {
        try withWeir { weir in
            try writeFile(weir.folder + "/weir.yaml", Array("parallel:\n  profile: fast\n".utf8))
            let refused = try weir("enqueue", "--", "true")
            #expect(refused.code == 65)
            #expect(refused.errors.contains("\(weir.folder)/weir.yaml:2:12: error: there is no profile 'fast'"))
            #expect(access(weir.database, F_OK) != 0)
        }
    }

    @Test func `with slips are told what was probably meant`() throws {
        try withWeir { weir in
            let profile = try weir("parallel", "profile", "balnced")
            #expect(profile.code == 65)
            #expect(
                profile.errors
                    == "weir: there is no profile 'balnced'; it is one of conservative, balanced, performance, maximum, "
                    + "auto; did you mean 'balanced'?\n")
            let runner = try weir("runner", "--profile", "maximun")
            #expect(runner.code == 65)
            #expect(runner.errors.contains("did you mean 'maximum'?"))
            #expect(try weir("config", "set", "wrkers", "3").errors.contains("did you mean 'workers'?"))
            #expect(try weir("config", "set", "workers", "-3").errors.contains("a whole number from 1 to 10000"))
            #expect(try weir("parallel", "workers", "-3").errors.contains("a whole number from 1 to 10000"))
            #expect(try weir("config", "set", "timeout", "soon").errors.contains("such as 5m"))
            #expect(try weir("parallel", "profile", "maximum").errors.contains("twice as many jobs"))
        }
    }

    @Test func `a row that a stranger broke can be removed`() throws {
        try withWeir { weir in
            try weir("config", "set", "workers", "3")
            let broken = try weir.shell(
                "sqlite3 '\(weir.database)' \"UPDATE settings SET value = 'x' WHERE name = 'parallel.workers'\"")
            #expect(broken.code == 0)
            let refused = try weir("enqueue", "--", "true")
            #expect(refused.code == 65)
            #expect(refused.errors.contains("'weir config unset workers' removes it"))
            #expect(try weir("config", "unset", "workers").code == 0)
            #expect(try weir("enqueue", "--", "true").code == 0)
        }
    }
}

@Suite struct `The log of a runner` {
    private func log(_ weir: inout WeirCommandLine, debug: String? = nil, _ arguments: String...) throws -> [String] {
        try weir.enqueue("--", "true")
        weir.environment["DEBUG"] = debug
        let runner = try weir.run(["runner", "--drain-after", "idle"] + arguments)
        #expect(runner.code == 0)
        return runner.errors.split(separator: "\n").map(String.init)
    }

    @Test func `is quiet, tells more by level, and names the category below info`() throws {
        try withWeir { weir in
            #expect(try log(&weir) == [])
            let info = try log(&weir, "--log-level", "info")
            #expect(info.first?.contains(" info: runner ") ?? false)
            #expect(!info.contains { $0.contains("debug") })
            let debug = try log(&weir, "--log-level", "debug")
            #expect(debug.contains { $0.contains(" debug: parallel:worker: job 3 starts attempt=1") })
            #expect(try weir("runner", "--log-level", "loud").code == 64)
        }
    }

    @Test func `chooses categories by DEBUG`() throws {
        try withWeir { weir in
            let all = try log(&weir, debug: "express:*,parallel:*")
            #expect(all.contains { $0.contains("parallel:queue:") })
            #expect(all.contains { $0.contains("parallel:worker:") })
            let some = try log(&weir, debug: "parallel:* -parallel:queue")
            #expect(!some.contains { $0.contains("parallel:queue:") })
            #expect(some.contains { $0.contains("parallel:worker:") })
            let prefix = try log(&weir, debug: "parallel:q*")
            #expect(prefix.allSatisfy { $0.contains("parallel:queue:") } && !prefix.isEmpty)
            #expect(try log(&weir, debug: "express:*") == [])
        }
    }

    @Test func `is JSON on request, an object a line`() throws {
        try withWeir { weir in
            let lines = try log(&weir, "--log-format", "json", "--log-level", "debug")
            #expect(lines.count > 3)
            try writeFile(weir.folder + "/log", Array(lines.joined(separator: "\n").utf8))
            let check = """
                import json
                for line in open('log'):
                    entry = json.loads(line)
                    assert list(entry) == ['time', 'level', 'category', 'message', 'fields'], line
                    assert entry['category'].startswith('parallel:') and entry['time'].endswith('Z'), line
                    if entry['message'] == 'job 1 starts': print(entry['fields'])
                """
            try writeFile(weir.folder + "/check.py", Array(check.utf8))
            let checked = try weir.shell("python3 check.py")
            #expect(checked.output == "{'attempt': '1'}\n", "\(checked.errors)")
        }
    }
}
