import JSON
import Jobs
import TestSupport
import Testing

@testable import Engine

@Suite struct `The report of a run with parts` {
    @Test func `counts the parts and not what waits for them`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.control("each", .foreach), .step("after", level: 2, after: [0])])
            try run.start()
            try run.park("each", .children([.part("each[0]"), .part("each[1]"), .part("each[2]")]))
            #expect(try run.start(2) == ["each[0]", "each[1]"])
            run.at(100)
            try run.end("each[0]")
            #expect(try run.start(1) == ["each[2]"])
            run.at(120)
            try run.end("each[1]")
            run.at(190)
            try run.end("each[2]")
            try run.start()
            run.at(200)
            try run.end("each")
            try run.start()
            run.at(250)
            try run.end("after")
            let report = try run.report()
            #expect(
                report.steps.map { String(repeating: " ", count: $0.depth) + $0.key }
                    == ["each", " each[0]", " each[1]", " each[2]", "after"])
            #expect(report.sequential == 100 + 120 + 90 + 50)
            #expect(report.executed.count == 4)
            #expect(report.parallelStats.maxConcurrentSteps == 2)
            #expect(report.parallelStats.totalGroups == 2)
            #expect(report.criticalPath.map(\.key) == ["each[1]", "after"])
            #expect(report.slowest?.key == "each[1]")
            #expect(report.steps.first?.duration == 200)
        }
    }

    @Test func `sees that rounds of a loop come one after another`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.control("again", .loop), .step("long")])
            try run.start()
            try run.park("again", .children([.part("again.a"), .part("again.b", after: [0])]))
            var now = 0
            for key in ["again.a", "again.b"] {
                try run.start()
                now += 40
                run.at(now)
                try run.end(key)
            }
            try run.start()
            run.at(now + 10)
            try run.park("again", .children([.part("again.a__2")]))
            try run.start()
            run.at(now + 60)
            try run.end("again.a__2")
            try run.end("long")
            try run.start()
            try run.end("again")
            let report = try run.report()
            // 40 + 40 + 50 in rounds are less than the long one's 140, and more than any round's.
            #expect(report.criticalPath.map(\.key) == ["long"])
            #expect(report.parallelStats.criticalLength == 140)
            #expect(report.sequential == 270)
            #expect(try run.reportWithout("long").criticalPath.map(\.key) == ["again.a", "again.b", "again.a__2"])
        }
    }

    @Test func `takes in the runs that its steps started`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.control("sub", .workflow), .step("after", level: 2, after: [0])])
            try run.start()
            let inner = RunSpec(
                workflow: "inner", directory: "/", jobs: [.step("x"), .step("y", level: 2, after: [0])])
            try run.park("sub", .run(inner))
            #expect(try run.start() == ["x"])
            run.at(70)
            try run.end("x")
            try run.start()
            run.at(100)
            try run.end("y")
            try run.start()
            try run.end("sub")
            try run.start()
            run.at(130)
            try run.end("after")
            let report = try run.report()
            #expect(report.steps.map { "\($0.depth) \($0.key)" } == ["0 sub", "1 x", "1 y", "0 after"])
            #expect(report.criticalPath.map(\.key) == ["x", "y", "after"])
            #expect(report.sequential == 130)
            #expect(report.parallelStats.speedup == 1)
            #expect(try report.member("stepResults", "sub/x", "executionTime") == .integer(70))
        }
    }

    @Test func `leaves out what was begun anew`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.control("each", .foreach)])
            try run.start()
            try run.park("each", .children([.part("each[0]")]))
            try run.start()
            run.at(10)
            try run.end("each[0]")
            try run.start()
            try run.end("each")
            try store.write { _ = try $0.rerun(run.id, .from("each")) }
            try run.start()
            try run.park("each", .children([.part("each[0]")]))
            try run.start()
            run.at(50)
            try run.end("each[0]")
            try run.start()
            try run.end("each")
            #expect(try run.report().steps.map(\.key) == ["each", "each[0]"])
        }
    }
}

extension ReportedRun {
    /// As if one of its steps had taken no time.
    fileprivate func reportWithout(_ key: String) throws -> RunReport {
        try store.asStranger("UPDATE jobs SET started_at = finished_at WHERE key = '\(key)'")
        return try report()
    }
}
