import Glibc
import TestSupport
import Testing

@Suite struct `Schedules of several runners` {
    private static let workflow = """
        steps:
          - {id: a, type: script, config: {command: "true"}}
          - {id: b, type: script, config: {command: "true"}, dependsOn: a}
        """

    /// A schedule for a job and one for a workflow, each with a minute's time due for the last so many minutes.
    private func schedule(minutes: Int, on host: Host) throws {
        try Files.write(Self.workflow, to: "\(host.folder)/w.yaml")
        let often = ["--cron", "* * * * *", "--overlap", "all", "--catch-up", "3h"]
        for work in [["job", "--", "true"], ["workflow", "--workflow", "w.yaml"]] {
            let added = try host.start(["schedule", "add"] + [work[0]] + often + work.dropFirst())
            #expect(try added.wait() == .init(exitCode: 0), "\(added.error)")
        }
        try host.shell("UPDATE schedules SET next_at = next_at - \(minutes * 60_000)")
    }

    private func check(minutes: Int, on host: Host) throws {
        // The minute may turn while the test runs.
        for schedule in ["job", "workflow"] {
            let fires = "schedule_fires f JOIN schedules s ON s.id = f.schedule_id WHERE s.name = '\(schedule)'"
            let count = try host.number("SELECT count(*) FROM \(fires)")
            #expect(count >= minutes)
            #expect(try host.number("SELECT count(*) FROM \(fires) AND f.state = 'fired'") == count)
            #expect(
                try host.number("SELECT (max(f.fire_at) - min(f.fire_at)) / 60000 + 1 FROM \(fires)") == count)
        }
        #expect(
            try host.number("SELECT count(*) FROM jobs WHERE run_id IS NULL")
                == host.number("SELECT count(DISTINCT job_id) FROM schedule_fires"))
        #expect(
            try host.number("SELECT count(*) FROM runs")
                == host.number("SELECT count(DISTINCT run_id) FROM schedule_fires"))
        // Who was lost with its runner too often has failed, and that is all that a kill may change.
        #expect(try host.number("SELECT count(*) FROM schedule_history WHERE outcome IS NULL") == 0)
        #expect(
            try host.number("SELECT count(*) FROM jobs WHERE state = 'failed' AND crashes < max_crashes") == 0)
        try host.checkInvariants()
    }

    private func waitForTheLastTime(on host: Host) throws {
        try eventually("all times are dealt with, and all jobs have ended") {
            let now = wallClock()
            return try host.number("SELECT count(*) FROM schedules WHERE next_at <= \(now)") == 0 && host.isAllFinal()
        }
    }

    @Test func `enqueue once for each time, while runners are killed`() throws {
        try withHost { host in
            let minutes = Binary.size(30, full: 150)
            try schedule(minutes: minutes, on: host)
            for _ in 0..<3 { try host.startRunner("--slots", "2") }
            for round in 1...Binary.size(5, full: 40) {
                try eventually("a time", every: 500) {
                    try host.number("SELECT count(*) FROM schedule_fires") >= min(round * 4, minutes)
                }
                let victim = host.runners[round % 3]
                try victim.kill()
                host.forget(victim)
                try host.startRunner("--slots", "2")
            }
            try waitForTheLastTime(on: host)
            try host.stopRunners()
            try check(minutes: minutes, on: host)
        }
    }

    @Test func `enqueue once for each time, when the runner dies in the midst of its writes`() throws {
        try withHost { host in
            let minutes = Binary.size(20, full: 100)
            try schedule(minutes: minutes, on: host)
            var killedAmidst = 0
            for round in 0..<Binary.size(8, full: 60) {
                let runner = try host.startRunner(
                    "--slots", "2", "--drain-after", "idle",
                    under: [
                        "strace", "-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
                        "inject=pwrite64:signal=SIGKILL:when=\(12 + round * 7)",
                    ])
                try runner.wait(within: 60)
                host.forget(runner)
                let now = wallClock()
                if try host.number("SELECT count(*) FROM schedules WHERE next_at <= \(now)") > 0 { killedAmidst += 1 }
            }
            #expect(killedAmidst >= 2)
            report("\(killedAmidst) runners died while times were due")
            try host.startRunner("--slots", "2")
            try waitForTheLastTime(on: host)
            try host.stopRunners()
            try check(minutes: minutes, on: host)
        }
    }

    @Test func `fire although every slot is taken, and never in a runner of one run`() throws {
        try withHost { host in
            try schedule(minutes: 1, on: host)
            try host.run("run", "w.yaml")
            #expect(try host.number("SELECT count(*) FROM schedule_fires") == 0)
            try host.run("enqueue", "--", "sleep", "600")
            try host.shell("UPDATE schedules SET next_at = next_at + 86400000")
            try host.startRunner("--slots", "1")
            try eventually("the slot is taken") {
                try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") == 1
            }
            try host.shell("UPDATE schedules SET next_at = next_at - 86400000")
            // Rings the bell, as whatever changes a schedule does.
            try host.run("enqueue", "--in", "1h", "--", "true")
            try eventually("both fire") {
                try host.number("SELECT count(DISTINCT schedule_id) FROM schedule_fires") == 2
            }
            #expect(try host.lines("SELECT state FROM job_history WHERE command = 'sleep 600'") == ["running"])
            try host.run("cancel", "3")
            try host.stopRunners()
        }
    }
}
