import Jobs
import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `A runner that is stopped` {
    private func runner(of job: Int, on host: Host) throws -> TestProcess {
        let pid = try host.number("SELECT r.pid FROM jobs j JOIN runners r ON r.id = j.runner_id WHERE j.id = \(job)")
        return try #require(host.runners.first { $0.pid == pid })
    }

    private func waitForStarts(_ count: Int, on host: Host) throws {
        try eventually("\(count) starts", every: 2_000) { host.ledger.count("start") >= count }
    }

    private func check(_ host: Host) throws {
        #expect(host.ledger.count("overlap") == 0)
        #expect(host.ledger.repeated == [])
        #expect(Files.processes(with: host.ledgerPath) == [])
        try host.checkInvariants()
    }

    @Test func `for longer than its lease loses its jobs, and changes nothing afterwards`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs([(3, "session")])
            try host.startRunner("--slots", "1", "--lease", "1s")
            try waitForStarts(1, on: host)
            let stopped = try runner(of: 1, on: host)
            try host.startRunner("--slots", "1", "--lease", "1s")
            stopped.send(SIGSTOP)
            try eventually("a second attempt", within: 60) {
                try host.number("SELECT attempt FROM jobs WHERE id = 1") == 2
            }
            stopped.send(SIGCONT)
            try eventually("end of the job", within: 60) { try host.isAllFinal() }
            #expect(try host.lines("SELECT state, attempt, crashes FROM jobs") == ["succeeded|2|1"])
            // The rescuer killed it before it took the job.
            #expect(try stopped.wait(within: 10).signal == SIGKILL)
            host.forget(stopped)
            try host.stopRunners()
            try check(host)
        }
    }

    @Test func `without jobs is left alone`() throws {
        try withHost { host in
            try host.startRunner("--slots", "1", "--lease", "500ms")
            try host.run("enqueue", "--wait", "--", "true")
            let stopped = host.runners[0]
            let other = try host.startRunner("--slots", "1", "--lease", "500ms")
            try eventually("the other's start") {
                try host.number("SELECT count(*) FROM runners WHERE state = 'live'") == 2
            }
            stopped.send(SIGSTOP)
            try eventually("three heartbeats of the other", within: 60) {
                try host.number("SELECT max(heartbeat_at) - min(heartbeat_at) FROM runners WHERE state = 'live'")
                    > 2_500
            }
            stopped.send(SIGCONT)
            #expect(stopped.isRunning && other.isRunning)
            try host.stopRunners()
        }
    }

    @Test func `again and again under load costs no job, also inside a transaction`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs(Array(repeating: (0.1, "plain"), count: Binary.size(60, full: 600)))
            try host.shell("UPDATE jobs SET max_crashes = 100000")
            for _ in 0..<3 { try host.startRunner("--slots", "2", "--lease", "600ms") }
            var random = SplitMix64(seed: 5)
            var stops = 0
            while stops < Binary.size(8, full: 60), try !host.isAllFinal() {
                let runner = host.runners[Int.random(in: 0..<3, using: &random)]
                // At any instruction: the loop is in its transactions for much of the time.
                usleep(.random(in: 0...20_000, using: &random))
                runner.send(SIGSTOP)
                stops += 1
                let end = wallClock() + Int.random(in: 500...1_800, using: &random)
                try? eventually("end of the pause", within: 5) { wallClock() >= end || !runner.isRunning }
                runner.send(SIGCONT)
                if !runner.isRunning {
                    host.forget(runner)
                    try host.startRunner("--slots", "2", "--lease", "600ms")
                }
            }
            try eventually("end of all jobs", within: 300, every: 20_000) { try host.isAllFinal() }
            report("\(stops) pauses: \(try host.number("SELECT sum(crashes) FROM jobs")) attempts lost")
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0)
            try host.stopRunners()
            try check(host)
        }
    }

    @Test func `in its commit, with gate and write lock, holds up nobody for ever`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs(Array(repeating: (0.05, "plain"), count: 20))
            // Its third sync takes longer than any lease: the time to stop it there.
            let slow = try host.startRunner(
                "--slots", "1", "--lease", "1s",
                under: [
                    "strace", "-f", "-o", "\(host.folder)/trace", "-e", "trace=fdatasync", "-e",
                    "inject=fdatasync:delay_enter=3000000:when=8",
                ])
            try eventually("the sync", within: 60, every: 1_000) {
                Files.read("\(host.folder)/trace").split(separator: "\n").filter { $0.contains("fdatasync(") }.count
                    >= 8
            }
            let pid = pid_t(try host.number("SELECT pid FROM runners"))
            kill(pid, SIGSTOP)
            try host.startRunner("--slots", "1", "--lease", "1s")
            try eventually("end of all jobs", within: 120) { try host.isAllFinal() }
            kill(pid, SIGCONT)
            kill(pid, SIGTERM)
            try slow.wait(within: 60)
            host.forget(slow)
            try host.stopRunners()
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0)
            try check(host)
        }
    }

    @Test func `between claim and exec starts nothing that is another's by then`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs([(0.5, "plain")])
            // The child waits at its exec, in the runner's memory, so that the runner waits too.
            let slow = try host.startRunner(
                "--slots", "1", "--lease", "1s",
                under: [
                    "strace", "-f", "-o", "/dev/null", "-e", "trace=chdir", "-e", "inject=chdir:delay_enter=6000000",
                ])
            try eventually("the claim", within: 60) { try host.number("SELECT attempt FROM jobs") == 1 }
            try host.startRunner("--slots", "1", "--lease", "1s")
            try eventually("end of the job", within: 60) { try host.isAllFinal() }
            _ = try slow.wait(within: 60)
            host.forget(slow)
            try host.stopRunners()
            #expect(try host.lines("SELECT state, attempt FROM jobs") == ["succeeded|2"])
            #expect(host.ledger.count("start") == 1)
            try check(host)
        }
    }

    @Test func `together with all others and all jobs goes on as if nothing had been`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs(Array(repeating: (2, "plain"), count: 6))
            for _ in 0..<3 { try host.startRunner("--slots", "2", "--lease", "500ms") }
            try waitForStarts(6, on: host)
            let all = host.runners.map(\.pid) + Files.processes(with: "LEDGER=\(host.ledgerPath)")
            for pid in all { kill(pid, SIGSTOP) }
            let end = wallClock() + 2_500
            try eventually("five leases", within: 10) { wallClock() >= end }
            for pid in all.reversed() { kill(pid, SIGCONT) }
            try eventually("end of all jobs", within: 60) { try host.isAllFinal() }
            #expect(try host.lines("SELECT DISTINCT state, attempt FROM jobs") == ["succeeded|1"])
            try host.stopRunners()
            try check(host)
        }
    }

    @Test func `by Ctrl-Z takes its jobs along and goes on with them`() throws {
        try withHost { host in
            try Files.write(Ledger.script, to: "\(host.folder)/job.sh")
            try Files.write(
                """
                name: pause
                steps:
                  - id: a
                    type: script
                    config: {command: "\(host.folder)/job.sh", args: ["1.5", session]}
                    env: {LEDGER: "\(host.ledgerPath)"}
                """, to: "\(host.folder)/pause.yaml")
            let run = try host.start(["run", "--lease", "500ms", "pause.yaml"])
            try waitForStarts(1, on: host)
            let other = try host.startRunner("--slots", "2", "--lease", "500ms")
            try eventually("the other's start") {
                try host.number("SELECT count(*) FROM runners WHERE state = 'live'") == 2
            }
            run.send(SIGTSTP)
            try eventually("the stop", within: 10) { run.isStopped }
            let end = wallClock() + 3_000
            try eventually("six leases", within: 10) { wallClock() >= end }
            #expect(try host.lines("SELECT state FROM runners ORDER BY id") == ["suspended", "live"])
            #expect(host.ledger.count("end") == 0)
            run.send(SIGCONT)
            #expect(try run.wait(within: 60).exitCode == 0, "\(run.error)")
            #expect(try host.lines("SELECT state, attempt FROM jobs") == ["succeeded|1"])
            #expect(other.isRunning)
            try host.stopRunners()
            try check(host)
        }
    }
}
