import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `A runner that is told to stop` {
    private func waitForRunning(_ count: Int, on host: Host) throws {
        try eventually("\(count) running jobs", every: 2_000) {
            try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") >= count
                && host.ledger.count("start") >= count
        }
    }

    @Test func `hands its jobs back at no cost, within the grace, again and again`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs(Array(repeating: (0.2, "session"), count: Binary.size(40, full: 1_500)))
            try host.startRunner("--slots", "2")
            var slowest = 0
            for round in 0..<Binary.size(6, full: 100) {
                let runner = try host.startRunner("--slots", "4", "--grace", "2s")
                try? eventually("a job of the runner", within: 3, every: 1_000) {
                    try host.number(
                        "SELECT count(*) FROM jobs JOIN runners r ON r.id = runner_id WHERE r.pid = \(runner.pid)") > 0
                }
                let start = wallClock()
                runner.send(round % 2 == 0 ? SIGTERM : SIGINT)
                let end = try runner.wait(within: 60)
                slowest = max(slowest, wallClock() - start)
                #expect(end.exitCode == 0)
                host.forget(runner)
            }
            try eventually("end of all jobs", within: 600, every: 20_000) { try host.isAllFinal() }
            try host.stopRunners()
            report("slowest drain \(slowest) ms of a grace of 2000 ms")
            if Binary.isFull { #expect(slowest <= 3_000) }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0)
            #expect(try host.number("SELECT sum(failures) + sum(crashes) FROM jobs") == 0)
            #expect(try host.number("SELECT count(*) FROM attempts WHERE state IN ('failed', 'lost')") == 0)
            #expect(host.ledger.count("overlap") == 0)
            #expect(host.ledger.repeated == [])
            #expect(Files.processes(with: host.ledgerPath) == [])
            try host.checkInvariants()
        }
    }

    @Test func `kills at the second signal what ignores the first`() throws {
        try withHost { host in
            try host.run(
                "enqueue", "--env", "LEDGER=\(host.ledgerPath)", "--shell",
                "trap '' TERM INT; echo > \(host.folder)/up; while :; do sleep 1; done")
            let runner = try host.startRunner("--slots", "1", "--grace", "10m")
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            runner.send(SIGTERM)
            try eventually("word of the drain") { runner.error.contains("draining") }
            #expect(runner.isRunning)
            runner.send(SIGTERM)
            #expect(try runner.wait(within: 30).exitCode == 0)
            #expect(Files.processes(with: host.ledgerPath) == [])
            #expect(try host.lines("SELECT state, failures, attempt FROM jobs") == ["ready|0|1"])
            #expect(try host.lines("SELECT state FROM attempts") == ["interrupted"])
        }
    }

    @Test func `kills when the grace is over`() throws {
        try withHost { host in
            try host.run(
                "enqueue", "--env", "LEDGER=\(host.ledgerPath)", "--shell",
                "trap '' TERM; echo > \(host.folder)/up; while :; do sleep 1; done")
            let runner = try host.startRunner("--slots", "1", "--grace", "300ms")
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            runner.send(SIGINT)
            #expect(try runner.wait(within: 30).exitCode == 0)
            #expect(Files.processes(with: host.ledgerPath) == [])
            #expect(try host.lines("SELECT state, failures FROM jobs") == ["ready|0"])
        }
    }

    @Test func `gives running jobs their grace though it drained by itself before`() throws {
        try withHost { host in
            try host.run(
                "enqueue", "--shell",
                "trap 'echo bye; exit 7' TERM; echo > \(host.folder)/up; while :; do sleep 0.1; done")
            let runner = try host.startRunner("--slots", "1", "--drain-after", "1jobs")
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            runner.send(SIGTERM)
            #expect(try runner.wait(within: 30).exitCode == 0)
            #expect(try host.lines("SELECT state, exit_code, signal FROM attempts") == ["interrupted|7|"])
            #expect(try host.lines("SELECT CAST(data AS TEXT) FROM outputs WHERE stream = 1") == ["bye\n"])
        }
    }

    @Test func `does not mind a lost terminal or a closed pipe`() throws {
        try withHost { host in
            let runner = try host.startRunner("--slots", "1")
            try host.run("enqueue", "--wait", "--", "true")
            for _ in 0..<5 {
                runner.send(SIGHUP)
                runner.send(SIGPIPE)
            }
            try host.run("enqueue", "--wait", "--", "true")
            #expect(runner.isRunning)
            try host.stopRunners()
        }
    }

    @Test func `is rescued when it is killed while it drains`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs([(60, "session")])
            let runner = try host.startRunner("--slots", "1", "--grace", "10m")
            try waitForRunning(1, on: host)
            try Files.write("#!/bin/sh\nexit 0\n", to: "\(host.folder)/job.sh")
            runner.send(SIGTERM)
            try runner.kill()
            let next = try host.startRunner("--slots", "1", "--drain-after", "idle")
            #expect(try next.wait().exitCode == 0)
            #expect(try host.lines("SELECT state, attempt FROM jobs") == ["succeeded|2"])
            #expect(Files.processes(with: host.ledgerPath) == [])
        }
    }
}
