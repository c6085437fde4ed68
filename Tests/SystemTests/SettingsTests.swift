import Glibc
import TestSupport
import Testing

@Suite struct `A running runner` {
    /// Jobs that run until the folder has a file `go`.
    private func enqueueWaiting(_ count: Int, on host: Host) throws {
        let lines = (1...count).map { "\($0)" }.joined(separator: "\n")
        try host.run(
            "enqueue", "--lines", "--shell", "while [ ! -e '\(host.folder)/go' ]; do sleep 0.05; done # {}",
            input: lines)
    }

    private func running(_ count: Int, on host: Host) throws {
        try eventually("\(count) running jobs") {
            try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") == count
        }
    }

    @Test func `takes up another number of workers while it is busy, within a second`() throws {
        try withHost { host in
            try host.run("parallel", "workers", "1")
            try enqueueWaiting(6, on: host)
            try host.startRunner()
            try host.startRunner()
            try running(2, on: host)
            try host.run("parallel", "workers", "3")
            let stored = wallClock()
            try running(6, on: host)
            let last = try host.number("SELECT max(started_at) FROM jobs")
            if Binary.isFull { #expect(last - stored < 1_000) }
            try eventually("both rows") { try host.lines("SELECT slots FROM runners") == ["3", "3"] }
            // Fewer workers: what runs goes on, and nothing begins beyond the number.
            try host.run("parallel", "disable")
            try eventually("both rows") { try host.lines("SELECT slots FROM runners") == ["1", "1"] }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") == 6)
            try Files.write("", to: "\(host.folder)/go")
            try eventually("the end of all") { try host.isAllFinal() }
            try host.stopRunners()
        }
    }

    @Test func `keeps what its own command line says`() throws {
        try withHost { host in
            try enqueueWaiting(4, on: host)
            let fixed = try host.startRunner("--slots", "2", "--log-level", "debug")
            try running(2, on: host)
            try host.run("parallel", "workers", "4")
            try host.run("parallel", "profile", "performance")
            try eventually("the profile") { try host.lines("SELECT profile FROM runners") == ["performance"] }
            #expect(try host.lines("SELECT slots FROM runners") == ["2"])
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") == 2)
            try Files.write("", to: "\(host.folder)/go")
            try eventually("the end of all") { try host.isAllFinal() }
            #expect(fixed.error.contains("settings changed"))
            try host.stopRunners()
        }
    }

    @Test func `goes on as before when a setting is broken, and says why`() throws {
        try withHost { host in
            try host.run("parallel", "workers", "2")
            let runner = try host.startRunner()
            try host.run("enqueue", "--wait", "--", "true")
            try host.shell("UPDATE settings SET value = 'many' WHERE name = 'parallel.workers'")
            // Whoever enqueues is refused meanwhile; a job that comes through SQL is executed.
            try host.shell("INSERT INTO enqueue(command) VALUES ('true')")
            try eventually("the end of all") { try host.isAllFinal() }
            try eventually("a word about it") {
                runner.error.contains("the database's setting 'parallel.workers' is 'many'")
            }
            try host.run("config", "unset", "workers")
            try host.run("enqueue", "--wait", "--", "true")
            #expect(runner.isRunning)
            try host.stopRunners()
        }
    }

    @Test func `takes as many workers as it may have open files for`() throws {
        try withHost { host in
            try host.run("parallel", "workers", "1")
            let runner = try host.startRunner(under: ["prlimit", "--nofile=200"])
            try eventually("its row") { try host.lines("SELECT slots FROM runners") == ["1"] }
            try host.run("parallel", "workers", "500")
            try eventually("more slots") { try host.lines("SELECT slots FROM runners") == ["45"] }
            #expect(runner.error.contains("500 slots need 1564 open files, and this process may have 200"))
            try host.run("enqueue", "--wait", "--", "true")
            try host.stopRunners()
        }
    }

    @Test(.enabled(if: Binary.isFull))
    func `with the profile auto beats balanced where jobs sleep, and does not lose where they compute`() throws {
        func span(_ profile: String, _ count: Int, _ line: String) throws -> Int {
            try withHost { host in
                let lines = (1...count).map { "\($0)" }.joined(separator: "\n")
                try host.run("enqueue", "--lines", "--shell", "\(line) # {}", input: lines)
                let runner = try host.startRunner("--profile", profile, "--drain-after", "idle")
                try runner.wait(within: 600)
                host.forget(runner)
                return try host.number("SELECT max(finished_at) - min(started_at) FROM jobs")
            }
        }
        let compute = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done"
        let sleeps = (
            auto: try span("auto", 60, "exec sleep 0.5"), balanced: try span("balanced", 60, "exec sleep 0.5")
        )
        let computes = (auto: try span("auto", 24, compute), balanced: try span("balanced", 24, compute))
        report("auto and balanced, ms: sleeping \(sleeps), computing \(computes)")
        #expect(sleeps.auto < sleeps.balanced)
        #expect(Double(computes.auto) < Double(computes.balanced) * 1.05)
    }

    @Test func `with the profile auto takes more jobs that sleep than there are processors`() throws {
        try withHost { host in
            let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let lines = (0..<processors * 8).map { "\($0)" }.joined(separator: "\n")
            try host.run("enqueue", "--lines", "--shell", "exec sleep 1000 # {}", input: lines)
            try host.startRunner("--profile", "auto")
            try eventually("more running jobs than processors") {
                try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") > processors
            }
            try host.stopRunners()
        }
    }

    @Test func `with the profile auto begins with a slot for each processor, and keeps within its bounds`() throws {
        try withHost { host in
            let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            try host.run("parallel", "profile", "auto")
            let most = processors * 8
            try enqueueWaiting(most + 4, on: host)
            try host.startRunner()
            try eventually("a job on each processor") {
                try host.number("SELECT count(*) FROM jobs WHERE state = 'running'") >= processors
            }
            try host.run("parallel", "workers", "1")
            try eventually("one slot") { try host.lines("SELECT slots, profile FROM runners") == ["1|auto"] }
            try host.run("config", "unset", "workers")
            try eventually("its slots again") {
                (processors...most).contains(try host.number("SELECT slots FROM runners"))
            }
            try Files.write("", to: "\(host.folder)/go")
            try eventually("the end of all") { try host.isAllFinal() }
            try host.stopRunners()
        }
    }
}

@Suite struct `The benchmark` {
    @Test func `measures three kinds of jobs, and reaches what the machine allows`() throws {
        try withHost { host in
            let size = Binary.isFull ? ["-t", "20", "-w", "4"] : ["-t", "4", "-w", "4", "--unit", "60ms"]
            let benchmark = try host.start(["parallel", "benchmark", "--format", "csv"] + size)
            #expect(try benchmark.wait(within: 600).exitCode == 0)
            let lines = benchmark.output.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
            #expect(lines.map { $0[0] } == ["task_type", "io_bound", "cpu_light", "mixed"])
            let speedups = lines.dropFirst().compactMap { Double($0[5]) }
            let reached = lines.dropFirst().compactMap { Double($0[8]) }
            #expect(speedups.count == 3)
            #expect(speedups.allSatisfy { $0 > 0 } && reached.allSatisfy { $0 > 0 })
            guard Binary.isFull else { return }
            report("benchmark: speedups \(speedups), of what the machine allows \(reached)")
            #expect(speedups[0] >= 3.9)
            #expect(reached[1] >= 0.95)
            #expect(reached[2] >= 0.95)
        }
    }

    @Test func `prints the reference's table, and leaves nothing behind`() throws {
        try withHost { host in
            let benchmark = try host.start(
                ["benchmark", "-t", "2", "-w", "2", "--unit", "20ms"], environment: ["TMPDIR": host.folder])
            #expect(try benchmark.wait(within: 600).exitCode == 0)
            let lines = benchmark.output.split(separator: "\n")
            #expect(lines.first?.hasPrefix("Task Type  Sequential  Parallel (2 workers)  Speedup") ?? false)
            #expect(lines.dropFirst(2).map { $0.prefix(9) } == ["I/O Bound", "CPU Light", "Mixed    "])
            #expect(Files.names(in: host.folder).filter { $0.hasPrefix("weir-") } == [])
        }
    }
}
