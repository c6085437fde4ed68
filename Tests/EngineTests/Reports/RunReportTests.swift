import Jobs
import SQLite
import TestSupport
import Testing

@testable import Engine

@Suite struct `A run's report` {
    @Test func `has the figures of four tasks at once`() throws {
        try withJobStore { store, time in
            let report = try ReportedRun.reference(store, time).report()
            #expect(report.isOver)
            #expect(report.sequential == 2_648_000)
            #expect(report.elapsed == 794_000)
            #expect(report.saved == 1_854_000)
            #expect(report.savedPercent == 70.0)
            #expect(report.parallelStats.speedup == 2_648.0 / 794)
            #expect(report.parallelStats.efficiency == 1)
            #expect(report.parallelStats.maxConcurrentSteps == 4)
            #expect(report.parallelStats.totalGroups == 1)
            #expect(report.criticalPath.map(\.key) == ["task_5"])
            #expect(report.slowest?.key == "task_5")
            #expect(report.startSkew == 0)
            #expect(report.blocked == 0)
            #expect(report.blockings == [])
            // The public view agrees.
            #expect(try store.lines("SELECT speedup, efficiency FROM run_history") == ["3.335|1.0"])
        }
    }

    @Test func `tells how well pools were used, and who waited for them`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(
                store, time, ["a", "b", "c"].map { id in .step(id) { $0.pools = ["cpu": id == "c" ? 2 : 1] } }
            ) { $0.pools = ["cpu": 2] }
            #expect(try run.start() == ["a", "b"])
            run.at(100)
            try run.end("a")
            run.at(200)
            try run.end("b")
            #expect(try run.start() == ["c"])
            run.at(300)
            try run.end("c")
            let report = try run.report()
            // 100 + 200 + 2 × 100 of 2 × 300.
            #expect(report.parallelStats.resourceUtilization == ["cpu": 500.0 / 600])
            #expect(report.blockings == [RunReport.Blocking(step: "c", cause: .pool("cpu"), wait: 200)])
            #expect(report.blocked == 200)
            #expect(report.startSkew == 200)
        }
    }

    @Test func `lays the wait at a full pool to nobody else`() throws {
        try withJobStore { store, time in
            // Ready, with room in the pool: only the runner was late.
            let run = try ReportedRun(store, time, [.step("a") { $0.pools = ["cpu": 1] }]) { $0.pools = ["cpu": 2] }
            run.at(50)
            try run.start()
            run.at(60)
            try run.end("a")
            #expect(try run.report().blocked == 50)
            #expect(try run.report().blockings == [])
        }
    }

    @Test func `knows a wait for a slot, for the run's and for the runner's`() throws {
        try withJobStore { store, time in
            for (capacity, slots) in [(Int?.some(1), 8), (nil, 1)] {
                let begin = time.now.rawValue - TestTime.start.rawValue
                let run = try ReportedRun(store, time, [.step("a"), .step("b")], slots: slots) {
                    $0.maxConcurrency = capacity
                }
                try run.start(1)
                run.at(begin + 10)
                try run.end("a")
                try run.start(1)
                run.at(begin + 30)
                try run.end("b")
                let report = try run.report()
                #expect(report.blockings == [RunReport.Blocking(step: "b", cause: .slot, wait: 10)])
                #expect(report.isSequential == (capacity == 1))
                #expect(report.parallelStats.maxConcurrentSteps == 1)
            }
        }
    }

    @Test func `knows who waited for whom, and the longest chain`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(
                store, time, [.step("a"), .step("b"), .step("c", level: 2, after: [0, 1]), .step("d")])
            try run.start()
            run.at(100)
            try run.end("a")
            run.at(150)
            try run.end("b")
            try run.start()
            run.at(220)
            try run.end("d")
            run.at(250)
            try run.end("c")
            let report = try run.report()
            #expect(report.blockings == [RunReport.Blocking(step: "c", cause: .step("b"), wait: 0)])
            // d alone took 220, b and c together 250.
            #expect(report.criticalPath.map(\.key) == ["b", "c"])
            #expect(report.parallelStats.criticalLength == 250)
            #expect(report.parallelStats.totalGroups == 2)
            #expect(report.startSkew == 0)
        }
    }

    @Test func `goes up to now while the run goes on`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.step("a"), .step("b", level: 2, after: [0])])
            #expect(try run.report().elapsed == 0)
            try run.start()
            run.at(400)
            let report = try run.report()
            #expect(!report.isOver)
            #expect(report.elapsed == 400)
            #expect(report.sequential == 400)
            #expect(report.parallelStats.maxConcurrentSteps == 1)
            #expect(report.executed.map(\.key) == ["a"])
            #expect(report.criticalPath.map(\.key) == ["a"])
        }
    }

    @Test func `counts every attempt's time at once, but only the last one's as work`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.step("a") { $0.retries = 1 }, .step("b")])
            try run.start()
            run.at(10)
            try run.end("a", .failed) {
                $0.maxRSSKiB = 4_000
                $0.cpuMilliseconds = 5
            }
            run.at(600_000)
            try run.start()
            run.at(600_020)
            try run.end("a") {
                $0.maxRSSKiB = 3_000
                $0.cpuMilliseconds = 40
            }
            try run.end("b") {
                $0.maxRSSKiB = 2_000
                $0.cpuMilliseconds = 1
            }
            let report = try run.report()
            #expect(report.steps.first?.tries.map(\.length) == [10, 20])
            #expect(report.steps.first?.firstStart == TestTime.start.rawValue)
            #expect(report.sequential == 600_040)
            #expect(report.peakMemory == 4_000)
            #expect(report.parallelStats.memoryTogether == 6_000)
            #expect(report.processorTime == 46)
            #expect(report.peakProcessors == 2)
        }
    }

    @Test func `adds up what was written, and what of that was not kept`() throws {
        try withJobStore { store, time in
            let run = try ReportedRun(store, time, [.step("a"), .step("b")])
            try run.start()
            let job = try run.held("a").job
            try store.asStranger(
                """
                INSERT INTO outputs(job_id, attempt, start, stream, data)
                VALUES (?1, 1, 0, 1, x'0102'), (?1, 1, 1000, 2, x'010203'), (?1, 2, 0, 1, x'01')
                """, [.integer(Int64(job.rawValue))])
            #expect(try run.report().steps.map(\.outputBytes) == [1_004, 0])
            #expect(try run.report().outputBytes == 1_004)
        }
    }

    @Test func `is refused for a run that is not there`() throws {
        try withJobStore { store, _ in
            #expect(throws: JobStoreError.noSuchRun(RunID(7))) { try RunReport.read(RunID(7), from: store) }
        }
    }

    @Test(arguments: [
        ("task_4", String?.none, String?.some("TestingAgent"), "Task 4 (TestingAgent)"),
        ("task_4", "Testing", nil, "Task 4 (Testing)"), ("task_4", "task_4", nil, "Task 4"),
        ("task_4[0]", nil, nil, "Task 4[0]"), ("build", "Build it", nil, "build"),
        ("build", nil, "Coder", "build (Coder)"), ("task_4b", "x", nil, "task_4b"), ("task_", nil, nil, "task_"),
    ])
    func `calls numbered tasks by their numbers`(key: String, name: String?, agent: String?, label: String) {
        #expect(RunReport.Step.label(key: key, name: name, agent: agent) == label)
    }
}
