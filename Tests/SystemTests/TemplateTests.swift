import JSON
import TestSupport
import Testing

/// The template of the reference on tasks, byte for byte; its agents take a hundredth of their time.
@Suite(.serialized) struct `The template of four parallel tasks` {
    private static let results: [(agent: String, seconds: Double, metrics: String)] = [
        ("TestingAgent", 6.22, #"{"test_coverage": 96.5, "test_pass_rate": "100%", "performance_acceptable": true}"#),
        ("SecurityAgent", 7.94, #"{"security_score": 93, "vulnerabilities": 0, "compliance": "SOC 2"}"#),
        ("ArchitectureAgent", 5.14, #"{"coverage_threshold": "91%", "security_score": 88, "documentation": true}"#),
        ("CodeGenAgent", 7.18, #"{"patterns_generated": 12, "documentation": "docs/", "test_coverage": 79}"#),
    ]

    /// Of the durations: a hundredth in full, else a thousandth.
    private static let scale = Binary.isFull ? 1.0 : 0.1

    private func prepare(_ host: Host) throws {
        try Files.write(
            Files.read("\(StandIns.fixtures)/template-03-parallel-execution.yaml"), to: "\(host.folder)/template.yaml")
        var configuration = "agents:\n"
        for result in Self.results {
            let script = """
                #!/bin/sh
                cat > /dev/null
                read up rest < /proc/uptime
                echo "start $WEIR_JOB $WEIR_ATTEMPT $WEIR_LEASE $up \(result.agent)" >> '\(host.ledgerPath)'
                sleep \(result.seconds * Self.scale)
                [ -e '\(host.folder)/fail-\(result.agent)' ] && exit 1
                echo '\(result.metrics)'
                """
            try Files.write(script, to: "\(host.folder)/\(result.agent)")
            configuration += "  \(result.agent): {command: [./\(result.agent)]}\n"
        }
        try Files.write(configuration, to: "\(host.folder)/weir.yaml")
    }

    @Test func `runs all at once, and ends with the slowest`() throws {
        try withHost { host in
            try prepare(host)
            let run = try host.start(["run", "template.yaml", "--format", "json"])
            #expect(try run.wait().exitCode == 0, "\(run.error)\(run.output)")
            let made = try host.number("SELECT duration_ms FROM run_history")
            let speedup = try host.lines("SELECT speedup FROM run_history").first.flatMap { Double($0) } ?? 0
            report("template: \(made) ms for an ideal \(Int(7_940 * Self.scale)) ms, speedup \(speedup) of 3.33")
            if Binary.isFull {
                #expect(made <= 8_098)
                #expect(speedup >= 3.26)
            }
            #expect(host.ledger.count("start") == 4)
            // 79 % is not 80 %: one gate of twelve fails, and by itself fails nothing.
            #expect(
                try host.lines("SELECT status, count(*) FROM gate_results GROUP BY status ORDER BY status")
                    == ["failed|1", "passed|11"])
            #expect(
                try host.lines("SELECT metric, threshold, actual FROM gate_results WHERE status = 'failed'")
                    == ["test_coverage|>= 80%|79"])
            for task in 4...7 {
                let file = Files.read("\(host.folder)/.conductor/task-results/task-\(task).json")
                #expect(try JSONValue(parsing: file)["task_id"] == .integer(task), "\(file)")
            }
            let report = Files.read("\(host.folder)/test-results/template-03-parallel-execution-results.json")
            #expect(try JSONValue(parsing: report)["state"] == .string("succeeded"), "\(report)")
            #expect(try JSONValue(parsing: run.output)["state"] == .string("succeeded"), "\(run.output)")
            try host.checkInvariants()
        }
    }

    @Test func `goes on without the task that failed, keeps the results, and fails`() throws {
        try withHost { host in
            try prepare(host)
            try Files.write("", to: "\(host.folder)/fail-SecurityAgent")
            try host.run("init")
            let run = try host.start(["run", "template.yaml"])
            try eventually("an attempt of the task has failed") {
                try host.number("SELECT count(*) FROM attempt_history WHERE key = 'task_5' AND state = 'failed'") >= 1
            }
            // Its retries would follow after seconds: an operator gives up.
            try host.run("cancel", "\(try host.number("SELECT id FROM job_history WHERE key = 'task_5'"))")
            #expect(try run.wait().exitCode == 1, "\(run.error)")
            #expect(
                try host.lines("SELECT key, state FROM job_history ORDER BY key")
                    == ["task_4|succeeded", "task_5|cancelled", "task_6|succeeded", "task_7|succeeded"])
            #expect(run.output.contains("partial results: 3 of 4"), "\(run.output)")
        }
    }

    @Test func `runs a choice of tasks one after another`() throws {
        try withHost { host in
            try prepare(host)
            let run = try host.start(["run", "template.yaml", "--tasks", "6,4", "--sequential"])
            // The criterion of parallel efficiency cannot be met by a sequential run.
            #expect(try run.wait().exitCode == 1, "\(run.error)\(run.output)")
            #expect(host.ledger.entries.map(\.note) == ["TestingAgent", "ArchitectureAgent"])
            #expect(run.output.contains("parallel_efficiency"), "\(run.output)")
        }
    }
}
