import Glibc
import TestSupport
import Testing

/// The complex workflow of the reference, byte for byte, with stand-ins for its commands.
@Suite(.serialized) struct `The complex workflow` {
    /// What each step waits for, and how its command shows in the ledger.
    private static let steps: [(id: String, command: String, after: [String])] = [
        ("setup-env", "setup-env.sh", []), ("validate-config", "validate-config.sh", []),
        ("check-dependencies", "check-deps.sh", []),
        ("build-frontend", "build:frontend", ["setup-env", "validate-config"]),
        ("build-backend", "build:backend", ["setup-env", "check-dependencies"]),
        ("prepare-database", "prepare-db.sh", ["validate-config"]),
        ("test-frontend", "test:frontend", ["build-frontend"]),
        ("test-backend", "test:backend", ["build-backend", "prepare-database"]),
        ("integration-tests", "test:integration", ["build-frontend", "build-backend", "prepare-database"]),
        ("deploy", "deploy.sh", ["test-frontend", "test-backend", "integration-tests"]),
    ]

    private static let fixture = Files.read(
        "\(#filePath.split(separator: "/").dropLast(2).map { "/\($0)" }.joined())/WorkflowsTests/Fixtures/complex.yaml")

    /// Writes the workflow and its stand-ins; each takes `seconds`.
    private func prepare(_ host: Host, seconds: Double, edit: (String) -> String = { $0 }) throws {
        try #require(!Self.fixture.isEmpty)
        try Files.write(edit(Self.fixture), to: "\(host.folder)/complex.yaml")
        let note = #"read up rest < /proc/uptime; echo "$1 $WEIR_JOB $WEIR_ATTEMPT $WEIR_LEASE $up $2" >> "#
        let script = """
            #!/bin/sh
            note() { \(note) '\(host.ledgerPath)'; }
            name=${2:-${0##*/}}
            note start "$name"
            sleep \(seconds)
            note end "$name"
            """
        for name in ["setup-env.sh", "validate-config.sh", "check-deps.sh", "prepare-db.sh", "deploy.sh"] {
            try Files.write(script, to: "\(host.folder)/\(name)")
        }
        mkdir("\(host.folder)/bin", 0o700)
        try Files.write(script, to: "\(host.folder)/bin/npm")
    }

    private func run(on host: Host) throws -> TestProcess {
        try host.start(
            ["run", "complex.yaml"], environment: ["PATH": "\(host.folder)/bin:\(Binary.variable("PATH") ?? "")"])
    }

    @Test func `keeps its order, and starts each step as soon as it may`() throws {
        try withHost { host in
            let seconds = Binary.isFull ? 2.0 : 0.3
            try prepare(host, seconds: seconds)
            let run = try run(on: host)
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            let entries = host.ledger.entries
            #expect(entries.count == 20)
            for step in Self.steps {
                let start = try #require(entries.firstIndex { $0.event == "start" && $0.note == step.command })
                for upstream in step.after {
                    let command = try #require(Self.steps.first { $0.id == upstream }).command
                    let end = try #require(entries.firstIndex { $0.event == "end" && $0.note == command })
                    #expect(end < start, "\(step.id) started before \(upstream) had ended")
                }
            }
            // The three of the first group overlap, and the two builds do.
            #expect(entries.prefix(3).allSatisfy { $0.event == "start" })
            let builds = entries.filter { $0.note.hasPrefix("build:") }.map(\.event)
            #expect(builds == ["start", "start", "end", "end"])
            try judgeTimes(host, seconds: seconds)
            try host.checkInvariants()
        }
    }

    private func judgeTimes(_ host: Host, seconds: Double) throws {
        let waits = try host.lines("SELECT queue_ms FROM job_history WHERE run_id = 1").compactMap { Int($0) }
        let makespan = try host.number("SELECT duration_ms FROM run_history WHERE id = 1")
        report(
            "complex workflow: from ready to started \(describe(waits)); \(makespan) ms for an ideal \(Int(seconds * 4_000)) ms"
        )
        if Binary.isFull { #expect(Double(makespan) <= seconds * 4_000 * 1.1) }
    }

    @Test func `shares its pools among runs, reaching each capacity and never passing it`() throws {
        try withHost { host in
            try prepare(host, seconds: Binary.isFull ? 0.5 : 0.15) { $0.replacing("cpu: 2", with: "cpu: 1") }
            let runs = try (0..<3).map { _ in try run(on: host) }
            for run in runs { #expect(try run.wait().exitCode == 0, "\(run.error)") }
            // The most that was held of each pool at any start of an attempt.
            let peaks = try host.lines(
                """
                SELECT p.pool, max((
                    SELECT sum(q.amount) FROM attempt_history b JOIN job_pools q ON q.job_id = b.job_id AND q.pool = p.pool
                    WHERE b.started_at <= a.started_at AND b.finished_at > a.started_at))
                FROM attempt_history a JOIN job_pools p ON p.job_id = a.job_id
                GROUP BY p.pool ORDER BY p.pool
                """)
            #expect(peaks.prefix(2) == ["cpu|1", "database|1"])
            #expect(["network|1", "network|2", "network|3"].contains(peaks.last ?? ""))
            #expect(try host.lines("SELECT DISTINCT used FROM pool_usage") == ["0"])
            #expect(try host.number("SELECT count(*) FROM run_history WHERE state = 'succeeded'") == 3)
            try host.checkInvariants()
        }
    }
}
