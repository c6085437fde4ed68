import JSON
import Jobs
import SQLite
import TestSupport
import Testing

@testable import Engine

extension RunReport {
    /// A value of its JSON.
    func member(_ path: String...) throws -> JSONValue? {
        try path.reduce(JSONValue(parsing: json)) { $0?[$1] }
    }
}

@Suite struct `A report in JSON` {
    @Test func `has the statistics under the names that programs read`() throws {
        try withJobStore { store, time in
            let report = try ReportedRun.reference(store, time).report()
            #expect(try report.member("parallelStats", "totalGroups") == .integer(1))
            #expect(try report.member("parallelStats", "maxConcurrentSteps") == .integer(4))
            #expect(try report.member("parallelStats", "speedup") == .decimal(3.335))
            #expect(try report.member("parallelStats", "criticalPath") == .list([.string("task_5")]))
            #expect(try report.member("stepResults", "task_6", "parallelGroup") == .integer(1))
            #expect(try report.member("stepResults", "task_6", "executionTime") == .integer(514_000))
            #expect(try report.member("stepResults", "task_6", "success") == .bool(true))
            #expect(try report.member("waited_for_another") == .bool(false))
            #expect(try report.member("started_at") == .string("2026-01-01T00:00:00.000Z"))
            #expect(try report.member("finished_at") == .string("2026-01-01T00:13:14.000Z"))
        }
    }

    @Test func `has the gates in the order of the steps, and says 100 only of all`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.step("task_1"), .step("task_2")])
            try run.start()
            run.at(10)
            for (key, statuses) in [("task_2", [GateResult.Status.missing]), ("task_1", [.passed, .failed])] {
                try run.end(key) {
                    var extras = OutcomeExtras()
                    extras.gates = statuses.map { status in
                        GateResult(
                            metric: "m_\(status)", label: "M", threshold: ">= 5",
                            actual: status == .missing ? nil : "\(key)", status: status)
                    }
                    $0.extras = extras
                }
            }
            let report = try run.report()
            #expect(
                report.gates.map { "\($0.key) \($0.status)" } == ["task_1 passed", "task_1 failed", "task_2 missing"])
            #expect(report.passedGates == 1)
            #expect(report.gatePercent == 33.3)
            #expect(try report.member("gates", "percent") == .decimal(33.3))
            let rows = try report.member("gates", "results")?.list
            #expect(rows?.first?["actual"] == .string("task_1"))
            #expect(rows?.last?["actual"] == .null)
        }
    }

    @Test func `keeps any name a text`() throws {
        try withJobStore { store, time in
            let name = "a\"b\\c\n\u{1}ü"
            let run = try ReportedRun(store, time, [.step("a") { $0.name = name }])
            let report = try run.report()
            #expect(try report.member("steps")?.list?.first?["name"] == .string(name))
            #expect(try report.member("speedup") == .null)
            #expect(try report.member("stepResults", "a", "executionTime") == .null)
        }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_709_210_096_007, "2024-02-29T12:34:56.007Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func `has moments as the views have them`(moment: Int, text: String) {
        #expect(TimestampText.text(moment) == text)
    }
}

@Suite struct `Statements of a report` {
    @Test(arguments: [
        RunReport.runSQL, RunReport.partsSQL, RunReport.stepsSQL, RunReport.triesSQL, RunReport.outputsSQL,
        RunReport.edgesSQL, RunReport.poolsSQL, RunReport.stepLimitsSQL, RunReport.slotsSQL, RunReport.gatesSQL,
        RunReport.resultsSQL,
    ])
    func `read no more of the database than their run`(sql: SQL) throws {
        try withJobStore { store, _ in
            let plan = try store.read { connection in
                let names = Set(sql.text.matches(of: /:[a-z_]+/).map { String($0.output) })
                return try connection.dynamic(
                    "EXPLAIN QUERY PLAN \(sql.text)", Array(repeating: .null, count: names.count))
            }
            let scans = plan.rows.map { $0[3].plainText }.filter { $0.hasPrefix("SCAN") && !$0.contains("SUBQUERY") }
            #expect(scans.filter { !["SCAN (subquery-1)", "SCAN CONSTANT ROW"].contains($0) } == [])
        }
    }
}
