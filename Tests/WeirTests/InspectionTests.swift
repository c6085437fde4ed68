import SQLite
import Testing

/// A value of a JSON text by its path, as SQLite reads it.
private func value(_ json: String, _ path: String) throws -> SQLiteValue? {
    let connection = try Connection(path: ":memory:", kind: .writer)
    defer { connection.close() }
    return try connection.dynamic("SELECT ? ->> ?", [.text(json), .text(path)]).rows.first?.first
}

@Suite struct `Looking at jobs` {
    @Test func `list goes through pages without losing or repeating a job`() throws {
        try withWeir { weir in
            try weir("enqueue", "--lines", "--", "echo", input: (1...7).map { "\($0)\n" }.joined())
            let first = try weir("list", "--format", "csv", "--limit", "3")
            #expect(first.lines.dropFirst().map { $0.prefix(1) } == ["7", "6", "5"])
            #expect(first.errors == "weir: there are more: --before 5, or --all\n")
            try weir.enqueue("--", "true")
            let second = try weir("list", "--format", "csv", "--limit", "4", "--before", "5")
            #expect(second.lines.dropFirst().map { $0.prefix(1) } == ["4", "3", "2", "1"])
            #expect(second.errors == "")
            #expect(try weir("list", "--format", "csv", "--all").lines.count == 9)
        }
    }

    @Test func `list prints a long history page by page as one document`() throws {
        try withWeir { weir in
            try weir("enqueue", "--lines", "--", "echo", input: (1...5_001).map { "\($0)\n" }.joined())
            let json = try weir("list", "--all", "--format", "json").output
            #expect(try value(json, "$[5000].id") == .integer(1))
            #expect(try value(json, "$[5001]") == .null)
            let csv = try weir("list", "--all", "--format", "csv")
            #expect(csv.lines.count == 5_002)
            #expect(csv.lines.last?.hasPrefix("1,") == true)
            #expect(try weir("list", "--all", "--format", "json", "--state", "failed").output == "[]\n")
        }
    }

    @Test func `list filters by state, queue and key`() throws {
        try withWeir { weir in
            try weir.enqueue("--retries", "0", "--", "false")
            try weir.enqueue("--queue", "mail", "--key", "newsletter", "--", "true")
            try weir.work()
            try weir.enqueue("--in", "1h", "--", "true")
            func ids(_ arguments: String...) throws -> [String] {
                try weir.run(["list", "--format", "csv"] + arguments).lines.dropFirst().map { String($0.prefix(1)) }
            }
            #expect(try ids("--state", "failed") == ["1"])
            #expect(try ids("--state", "failed,scheduled") == ["3", "1"])
            #expect(try ids("--queue", "mail") == ["2"])
            #expect(try ids("--key", "newsletter") == ["2"])
            #expect(try ids("--state", "running") == [])
            #expect(try weir("list", "--state", "running").errors == "weir: no such jobs\n")
        }
    }

    @Test func `show nests dependencies, attempts and the result in JSON`() throws {
        try withWeir { weir in
            let first = try weir.enqueue("--name", "count", "--shell", #"echo '{"rows": [1, 2]}'"#)
            let second = try weir.enqueue("--after", first, "--retries", "0", "--", "false")
            try weir.work()
            let json = try weir("show", first, "--format", "json").output
            #expect(try value(json, "$.state") == .text("succeeded"))
            #expect(try value(json, "$.result.rows[1]") == .integer(2))
            #expect(try value(json, "$.attempt_history[0].exit_code") == .integer(0))
            #expect(try value(json, "$.dependents[0].job_id") == .integer(2))
            #expect(try value(json, "$.waits_because") == .text("[]"))
            let failed = try weir("show", second, "--format", "json").output
            #expect(try value(failed, "$.dependencies[0].name") == .text("count"))
            #expect(try value(failed, "$.error") == .text("exited with code 1"))
        }
    }

    @Test func `show says why a job waits`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--in", "90m", "--", "true")
            let shown = try weir("show", job)
            #expect(shown.output.contains("waits because:"))
            #expect(shown.output.contains("it starts in 90 min") || shown.output.contains("it starts in 89 min"))
            #expect(shown.output.contains("no runner lives; 'weir runner' starts one"))
            #expect(try value(weir("show", job, "--format", "json").output, "$.waits_because[0].reason") != .null)
        }
    }

    @Test func `show marks the critical path of a run`() throws {
        try withWeir { weir in
            let file = weir.folder + "/flow.yaml"
            try writeFile(
                file,
                Array(
                    """
                    name: Flow
                    steps:
                      - {id: slow, config: {command: sleep, args: ["0.3"]}}
                      - {id: quick, config: {command: "true"}}
                      - {id: last, config: {command: "true"}, dependsOn: [slow, quick]}

                    """.utf8))
            let run = try weir("run", file)
            #expect(run.code == 0, "\(run.errors)")
            let json = try weir("show", "run:1", "--format", "json").output
            #expect(try value(json, "$.workflow") == .text("Flow"))
            #expect(try value(json, "$.state") == .text("succeeded"))
            let steps = try (0..<3).map { step in
                (try value(json, "$.steps[\(step)].step"), try value(json, "$.steps[\(step)].critical"))
            }
            #expect(steps.map(\.0) == [.text("slow"), .text("quick"), .text("last")])
            #expect(steps.map(\.1) == [.integer(1), .integer(0), .integer(1)])
            #expect(try weir("show", "--run", "r1").code == 0)
            #expect(try weir("wait", "--run", "1").code == 0)
            #expect(try weir("list", "--runs", "--format", "csv").lines.count == 2)
            #expect(try weir("list", "--run", "1", "--format", "csv").lines.count == 4)
            #expect(try weir("list", "--workflow", "Flov").errors.hasSuffix("did you mean 'Flow'?\n"))
        }
    }

    @Test func `status has queues, runners, pools and the last hour`() throws {
        try withWeir { weir in
            try weir("pool", "set", "gpu", "2")
            try weir.enqueue("--queue", "mail", "--", "true")
            try weir.work()
            let job = try weir.enqueue("--pool", "gpu", "--shell", "echo started; exec sleep 1000")
            let runner = try weir.start("runner", "--slots", "3", "--queues", "default")
            let logs = try weir.start("logs", "-f", job)
            try logs.until("started")
            let json = try weir("status", "--format", "json").output
            #expect(try value(json, "$.queues[0].queue") == .text("default"))
            #expect(try value(json, "$.queues[0].running") == .integer(1))
            #expect(try value(json, "$.runners[0].state") == .text("live"))
            #expect(try value(json, "$.runners[0].slots") == .integer(3))
            #expect(try value(json, "$.runners[0].running") == .integer(1))
            #expect(try value(json, "$.runners[0].pid") == .integer(Int64(runner.pid)))
            #expect(try value(json, "$.pools[0].used") == .integer(1))
            #expect(try value(json, "$.last_hour[0].state") == .text("succeeded"))
            try weir("cancel", job)
            _ = try logs.wait()
            runner.signal(15)
            _ = try runner.wait()
            #expect(try weir("status").errors == "no runner lives; `weir runner` starts one\n")
        }
    }

    @Test func `doctor tells that this SQLite may lose commits of other programs`() throws {
        try withWeir { weir in
            try weir("init")
            let doctor = try weir("doctor")
            #expect(doctor.code == 0)
            #expect(doctor.output.contains(SQLiteLibrary.version))
            #expect(doctor.output.contains("WAL-reset bug"))
            #expect(doctor.output.contains("ok      integrity"))
        }
    }
}
