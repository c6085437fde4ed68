import JSON
import Jobs
import TestSupport
import Testing
import Workflows

@testable import Engine

@Suite struct `The figures that criteria are held against` {
    @Test func `are those of the workflow's own steps`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(
                store, time,
                [
                    .step("list"), .control("each", .foreach, after: [0]),
                    .step("free") { $0.step?.continueOnError = true },
                ])
            try run.start()
            run.at(100)
            try run.end("list")
            try run.end("free", .failed)
            try run.start()
            try run.park("each", .children([.part("each[0]"), .part("each[1]", after: [0])]))
            for moment in [150, 200] {
                try run.start()
                run.at(moment)
                for key in ["each[0]", "each[1]"] where run.holds(key) { try run.end(key) }
            }
            try run.start()
            try run.end("each")
            let figures = try run.report().figures
            #expect(figures.totalTime == 0.2)
            #expect(figures.speedup == 300.0 / 200)
            #expect(
                figures.tasks.map { "\($0.id) \($0.state)" } == ["list succeeded", "each succeeded", "free failed"])
            #expect(figures.blockings == [RunFigures.Blocking(task: "each", cause: "list")])
        }
    }

    @Test func `know no wait where nothing was in the way`() throws {
        try withJobStore { store, time in
            let figures = try ReportedRun.reference(store, time).report().figures
            #expect(figures.blockings == [])
            #expect(figures.totalTime == 794)
            #expect(figures.efficiency == 1)
        }
    }

    @Test func `have an end that the database does not have yet`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.step("a")]) { $0.isJudged = true }
            try run.start()
            run.at(60)
            try run.end("a")
            run.at(500)
            var report = try run.report()
            #expect(report.state == .running)
            // Up to the moment at which all had ended, however late the judge comes.
            #expect(report.elapsed == 60)
            report.close(as: RunEnding(.failed, error: "criteria", result: "[1]"))
            #expect(try report.member("state") == .string("failed"))
            #expect(try report.member("result") == .list([.integer(1)]))
            #expect(try report.member("finished_at") == .string("2026-01-01T00:00:00.060Z"))
        }
    }
}
