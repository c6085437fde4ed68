import Glibc
import Jobs
import SQLite
import TestSupport
import Testing

/// What the tests of a storm have in common.
struct Storm {
    let host: Host
    var random: SplitMix64
    private(set) var kills: [(at: Int, pid: pid_t)] = []

    init(on host: Host, seed: UInt64) {
        self.host = host
        random = SplitMix64(seed: seed)
    }

    /// Up to `longest` seconds each; every fifth leaves children elsewhere.
    mutating func enqueue(_ count: Int, longest: Double) throws {
        var jobs: [(seconds: Double, manner: String)] = []
        for job in 0..<count {
            let manner = job % 10 == 3 ? "session" : job % 10 == 7 ? "bare" : "plain"
            jobs.append(((Double.random(in: 0...longest, using: &random) * 100).rounded() / 100, manner))
            jobs[job].manner = manner
        }
        try host.enqueueLedgerJobs(jobs)
    }

    func startRunners(_ count: Int, slots: Int) throws {
        for _ in 0..<count { try host.startRunner("--slots", "\(slots)") }
    }

    /// Kills the runner with number `index` and starts another in its place.
    mutating func replace(_ index: Int, slots: Int) throws {
        let runner = host.runners[index]
        try kill(runner)
        host.forget(runner)
        try host.startRunner("--slots", "\(slots)")
    }

    mutating func kill(_ runner: TestProcess) throws {
        kills.append((wallClock(), runner.pid))
        try runner.kill()
    }

    /// Milliseconds from each kill until each job that it cost was ready again, and until it was claimed again.
    func rescueTimes() throws -> (ready: [Int], claimed: [Int]) {
        var ready: [Int] = []
        var claimed: [Int] = []
        for kill in kills {
            let rows = try host.rows(
                """
                SELECT a.finished_at - \(kill.at), coalesce(
                    (SELECT b.started_at FROM attempts b WHERE b.job_id = a.job_id AND b.attempt = a.attempt + 1),
                    (SELECT j.started_at FROM jobs j WHERE j.id = a.job_id AND j.attempt = a.attempt + 1)) - \(kill.at)
                FROM runners r
                JOIN attempts a ON a.runner_id = r.id AND a.state = 'lost'
                WHERE r.pid = \(kill.pid) AND r.started_at BETWEEN \(kill.at) - 3600000 AND \(kill.at)
                """)
            for row in rows {
                if case .integer(let time) = row[0] { ready.append(Int(time)) }
                if case .integer(let time) = row[1] { claimed.append(Int(time)) }
            }
        }
        return (ready, claimed)
    }

    /// What must hold after any storm.
    func check(allowsRepeats: Bool) throws {
        let ledger = host.ledger
        #expect(ledger.count("overlap") == 0, "two executions of a job overlapped")
        #expect(ledger.repeated == [], "an attempt started twice")
        #expect(try host.number("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0)
        var starts: [Int: Int] = [:]
        for entry in ledger.entries where entry.event == "start" { starts[entry.job, default: 0] += 1 }
        for row in try host.rows("SELECT id, attempt FROM jobs") {
            guard case .integer(let job) = row[0], case .integer(let attempts) = row[1] else { continue }
            let count = starts[Int(job)] ?? 0
            #expect(count <= Int(attempts) && count >= 1, "job \(job) started \(count) times in \(attempts) attempts")
            if !allowsRepeats { #expect(attempts == 1, "job \(job) had \(attempts) attempts") }
        }
        let id = try host.lines("SELECT value FROM settings WHERE name = 'database_id'").first ?? "?"
        #expect(Files.processes(with: id) == [], "a process of a job outlived the runners")
        let left = Files.names(in: Binary.variable("TMPDIR") ?? "/tmp").filter { $0.contains("weir-\(id.prefix(12))") }
        #expect(left == [], "folders of dead runners are left")
        try host.checkInvariants()
    }
}

@Suite(.serialized) struct `A storm` {
    @Test func `without kills runs no job twice`() throws {
        try withHost { host in
            var storm = Storm(on: host, seed: 1)
            try storm.enqueue(Binary.size(60, full: 2_000), longest: Binary.isFull ? 2 : 0.3)
            try storm.startRunners(4, slots: Binary.size(4, full: 16))
            try eventually("end of all jobs", within: 600, every: 50_000) { try host.isAllFinal() }
            try host.stopRunners()
            try storm.check(allowsRepeats: false)
        }
    }

    @Test func `of kills costs no job, and no two executions overlap`() throws {
        try withHost { host in
            let slots = Binary.size(4, full: 8)
            var storm = Storm(on: host, seed: UInt64(Binary.variable("WEIR_SEED") ?? "7") ?? 7)
            try storm.enqueue(Binary.size(60, full: 2_000), longest: Binary.isFull ? 2 : 0.5)
            try host.shell("UPDATE jobs SET max_crashes = 100000")
            try storm.startRunners(4, slots: slots)
            let kills = Binary.size(16, full: 330)
            while storm.kills.count < kills, try !host.isAllFinal() {
                try strike(&storm, slots: slots)
            }
            try eventually("end of all jobs", within: 900, every: 50_000) { try host.isAllFinal() }
            try host.stopRunners()
            try storm.check(allowsRepeats: true)
            let times = try storm.rescueTimes()
            report("\(storm.kills.count) kills; jobs taken back: \(describe(times.ready)) until ready")
            report("\(describe(times.claimed)) until claimed")
            if Binary.isFull {
                #expect(storm.kills.count >= 300)
                // Until they are claimed they also wait for slots, in the order of their age.
                #expect(percentile(0.95, times.ready) <= 1_000)
            }
        }
    }

    @Test func `of single kills gives each job back within a second`() throws {
        try withHost { host in
            let jobs = 12
            var storm = Storm(on: host, seed: 3)
            try host.enqueueLedgerJobs(
                (0..<jobs).map { (600, $0 % 3 == 0 ? "session" : $0 % 3 == 1 ? "bare" : "plain") })
            try host.shell("UPDATE jobs SET max_crashes = 100000")
            try storm.startRunners(4, slots: jobs)
            let rounds = Binary.size(4, full: 80)
            for _ in 0..<rounds {
                try waitForRunning(jobs, on: host)
                let pid = try host.number(
                    "SELECT r.pid FROM jobs j JOIN runners r ON r.id = j.runner_id ORDER BY random() LIMIT 1")
                try storm.replace(try #require(host.runners.firstIndex { $0.pid == pid }), slots: jobs)
            }
            try waitForRunning(jobs, on: host)
            for runner in host.runners { runner.send(SIGTERM) }
            for runner in host.runners { runner.send(SIGTERM) }
            try host.stopRunners()
            let times = try storm.rescueTimes()
            report("one runner killed with free slots elsewhere: \(describe(times.claimed)) until claimed")
            if Binary.isFull {
                #expect(times.claimed.count >= 200)
                #expect(percentile(0.95, times.claimed) <= 1_000)
            }
            #expect(host.ledger.count("overlap") == 0)
            #expect(host.ledger.repeated == [])
            #expect(Files.processes(with: host.ledgerPath) == [])
            try host.checkInvariants()
        }
    }

    @Test func `of kills between claim and exec starts no attempt twice`() throws {
        try withHost { host in
            try host.enqueueLedgerJobs(Array(repeating: (0.05, "plain"), count: Binary.size(20, full: 100)))
            try host.shell("UPDATE jobs SET max_crashes = 100000")
            // The runner dies as it starts the n-th process, with up to three jobs claimed.
            for count in 0..<Binary.size(4, full: 40) {
                let runner = try host.startRunner(
                    "--slots", "3", "--drain-after", "idle",
                    under: [
                        "strace", "-f", "-o", "/dev/null", "-e", "trace=clone", "-e",
                        "inject=clone:signal=SIGKILL:when=\(1 + count % 3)",
                    ])
                try runner.wait(within: 60)
                host.forget(runner)
            }
            let last = try host.startRunner("--slots", "4", "--drain-after", "idle")
            try last.wait(within: 120)
            report("\(try host.number("SELECT sum(crashes) FROM jobs")) attempts lost between claim and exec")
            #expect(host.ledger.count("overlap") == 0)
            #expect(host.ledger.repeated == [])
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state <> 'succeeded'") == 0)
            #expect(Files.processes(with: host.ledgerPath) == [])
            try host.checkInvariants()
        }
    }

    /// In runners that live, not only in the rows of one that has just been killed.
    private func waitForRunning(_ count: Int, on host: Host) throws {
        let pids = host.runners.map { "\($0.pid)" }.joined(separator: ", ")
        try eventually("\(count) running jobs", within: 60, every: 2_000) {
            try host.number(
                """
                SELECT count(*) FROM jobs j JOIN runners r ON r.id = j.runner_id
                WHERE j.state = 'running' AND r.pid IN (\(pids))
                """) == count
        }
    }

    private func strike(_ storm: inout Storm, slots: Int) throws {
        let host = storm.host
        let index = Int.random(in: 0..<host.runners.count, using: &storm.random)
        switch Int.random(in: 0..<20, using: &storm.random) {
        case 0:
            // All at once.
            for runner in host.runners { try storm.kill(runner) }
            for runner in host.runners { host.forget(runner) }
            try storm.startRunners(4, slots: slots)
        case 1...8:
            // Just when it claims: between the commit and the start of the process.
            let before = try host.number("SELECT max(lease_token) FROM jobs")
            let pid = host.runners[index].pid
            try? eventually("a claim", within: 2, every: 100) {
                try host.number(
                    """
                    SELECT count(*) FROM jobs
                    WHERE lease_token > \(before) AND runner_id IN (SELECT id FROM runners WHERE pid = \(pid))
                    """) > 0
            }
            try storm.replace(index, slots: slots)
        default:
            let pid = host.runners[index].pid
            let least = Int.random(in: 1...slots, using: &storm.random)
            try? eventually("running jobs", within: 1, every: 1_000) {
                try host.number(
                    """
                    SELECT count(*) FROM jobs
                    WHERE runner_id IN (SELECT id FROM runners WHERE pid = \(pid) AND state = 'live')
                    """) >= least
            }
            try storm.replace(index, slots: slots)
        }
    }
}
