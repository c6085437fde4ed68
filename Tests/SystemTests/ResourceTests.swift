import Glibc
import SQLite
import TestSupport
import Testing

@Suite(.serialized) struct `Processes that will not end` {
    /// The script itself, grandchildren in sessions of their own, daemons by a double fork, in sh and in Python, with
    /// and without environment: all ignore SIGTERM.
    private static let script = """
        trap '' TERM
        (setsid sh -c 'trap "" TERM; (setsid sh -c "exec sleep 1000" &); exec sleep 1000' &)
        (setsid env -i /bin/sh -c 'trap "" TERM; exec sleep 1000' &)
        setsid python3 -c '
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0: open("ready", "w").write("x")
        time.sleep(1000)' &
        wait
        sleep 1000
        """

    /// Those of the job's mark live only as long as one of these does.
    private func living(_ host: Host) -> [pid_t] {
        Files.processes(with: "WEIR_JOB=").filter { Files.read("/proc/\($0)/environ").contains(host.database) }
    }

    private func start(_ host: Host, _ options: [String]) throws {
        try Files.write(Self.script, to: "\(host.folder)/stubborn.sh")
        try host.run("init")
        try host.startRunner("--slots", "2")
        let enqueue = try host.start(
            ["enqueue", "--retries", "0"] + options + ["--", "sh", "\(host.folder)/stubborn.sh"])
        #expect(try enqueue.wait().exitCode == 0, "\(enqueue.error)")
    }

    /// The job is final only when nothing of it lives, so that its end says when the last process had died.
    private func check(_ host: Host, milliseconds: Int, _ what: String) throws {
        #expect(living(host) == [])
        report("\(what): all processes were gone after \(milliseconds) ms")
        // Far under the grace of ten seconds on a busy host; a second is what is promised.
        #expect(milliseconds < (Binary.isFull ? 1_000 : 5_000))
        try host.stopRunners()
        try host.checkInvariants()
    }

    @Test func `are gone a second after the timeout`() throws {
        try withHost { host in
            try start(host, ["--timeout", "2s"])
            try eventually("the tree", within: 60) { access("\(host.folder)/ready", F_OK) == 0 }
            #expect(living(host).count >= 4)
            try eventually("the end", within: 60, every: 1_000) { try host.isAllFinal() }
            #expect(try host.lines("SELECT state, error FROM attempt_history") == ["timed_out|timed out after 2 s"])
            let length = try host.number("SELECT finished_at - started_at FROM attempts")
            try check(host, milliseconds: length - 2_000, "timeout")
        }
    }

    @Test func `are gone a second after the cancel`() throws {
        try withHost { host in
            try start(host, [])
            try eventually("the tree", within: 60) { access("\(host.folder)/ready", F_OK) == 0 }
            let asked = wallClock()
            try host.run("cancel", "1")
            try eventually("the end", within: 60, every: 1_000) { try host.isAllFinal() }
            #expect(try host.lines("SELECT state FROM jobs") == ["cancelled"])
            try check(host, milliseconds: wallClock() - asked, "cancel")
        }
    }

    @Test func `of a worker's job are gone with it`() throws {
        try withHost { host in
            try host.run("enqueue", "--type", "work", "--timeout", "1s", "--retries", "0")
            let worker = try host.pythonWorker(
                "stubborn",
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0: os.setsid()
                time.sleep(1000)
                """)
            try host.work("--slots", "1", "--worker", worker)
            #expect(try host.lines("SELECT state, error FROM attempt_history") == ["timed_out|timed out after 1 s"])
            let length = try host.number("SELECT finished_at - started_at FROM attempts")
            try check(host, milliseconds: length - 1_000, "timeout of a worker's job")
        }
    }

    @Test func `but that handle the signal have their grace`() throws {
        try withHost { host in
            try host.run(
                "enqueue", "--retries", "0", "--timeout", "1s", "--shell",
                "trap 'trap \"\" TERM; sleep 1.5; echo cleaned; exit 4' TERM; while :; do sleep 0.05; done")
            try host.startRunner("--slots", "1")
            try eventually("the end", within: 60) { try host.isAllFinal() }
            #expect(try host.run("logs", "1").contains("cleaned\n"))
            #expect(try host.lines("SELECT state, exit_code FROM attempt_history") == ["timed_out|4"])
            try host.stopRunners()
        }
    }
}

@Suite(.serialized) struct `Memory` {
    /// Fills memory slowly enough to be seen, in so many processes.
    private static let script = """
        import os, sys, time
        mebibytes, processes = int(sys.argv[1]), int(sys.argv[2])
        for _ in range(processes - 1):
            if os.fork() == 0: break
        held = []
        for _ in range(mebibytes):
            held.append(b"x" * (1 << 20))
            time.sleep(0.001)
        if len(sys.argv) > 3: time.sleep(float(sys.argv[3]))
        """

    private func enqueue(_ host: Host, _ options: [String], _ arguments: String...) throws {
        let command = ["python3", "\(host.folder)/fill.py"] + arguments
        let enqueue = try host.start(["enqueue", "--retries", "0"] + options + ["--"] + command)
        #expect(try enqueue.wait().exitCode == 0, "\(enqueue.error)")
    }

    @Test func `past a job's limit ends it, says so, and leaves its neighbours alone`() throws {
        try withHost { host in
            try Files.write(Self.script, to: "\(host.folder)/fill.py")
            try host.run("init")
            try enqueue(host, ["--memory", "150M"], "2000", "1")
            try enqueue(host, ["--memory", "150M"], "80", "4", "20")  // each under it, together over it
            try enqueue(host, ["--memory", "2G"], "100", "2", "4")  // long enough to be seen
            try enqueue(host, [], "200", "1", "0.5")
            for _ in 0..<2 { try host.startRunner("--slots", "2") }
            try eventually("the end of all", within: 120) { try host.isAllFinal() }
            #expect(
                try host.lines("SELECT state FROM jobs ORDER BY id") == ["failed", "failed", "succeeded", "succeeded"])
            for error in try host.lines("SELECT error FROM jobs WHERE state = 'failed'") {
                #expect(error.hasSuffix("; its limit is 150 MiB (all processes of the job together)"), "\(error)")
                #expect(error.hasPrefix("used "))
            }
            // The tree's memory together, where it was watched.
            #expect(try host.number("SELECT max_rss_kb FROM attempts WHERE job_id = 1") > 150 << 10)
            #expect(try host.number("SELECT max_rss_kb FROM attempts WHERE job_id = 2") > 150 << 10)
            #expect(try host.number("SELECT max_rss_kb FROM attempts WHERE job_id = 3") > 200 << 10)
            #expect(Files.processes(with: "fill.py") == [])
            try host.stopRunners()
            try host.checkInvariants()
        }
    }

    @Test func `past the limit of a worker's job ends the worker, and others go on with a new one`() throws {
        try withHost { host in
            try host.run("enqueue", "--type", "work", "--data", "1000", "--memory", "150M", "--retries", "0")
            try host.run("enqueue", "--type", "work", "--data", "1", "--memory", "150M", "--retries", "0")
            try host.run("enqueue", "--type", "work", "--data", "200", "--retries", "0")
            let worker = try host.pythonWorker(
                "fill",
                """
                import time
                held = []
                for _ in range(m['data']):
                    held.append(b'x' * (1 << 20))
                    time.sleep(0.001)
                say({'taskId': m['id'], 'result': len(held)})
                """)
            try host.work("--slots", "1", "--worker", worker)
            #expect(
                try host.lines("SELECT state, coalesce(result, '') FROM job_history ORDER BY id") == [
                    "failed|", "succeeded|1", "succeeded|200",
                ])
            let error = try host.lines("SELECT error FROM jobs WHERE id = 1").first ?? ""
            #expect(error.hasSuffix("; its limit is 150 MiB (all processes of the job together)"), "\(error)")
            try host.checkInvariants()
        }
    }

    @Test func `of a step is bounded too, and an idle runner looks no more`() throws {
        try withHost { host in
            try Files.write(Self.script, to: "\(host.folder)/fill.py")
            try Files.write(
                """
                name: fill
                defaults: {memory: 100M}
                steps:
                  - {id: big, config: {command: python3, args: [fill.py, "2000", "1"]}, continueOnError: true}
                  - {id: roomy, memory: 1G, config: {command: python3, args: [fill.py, "200", "1"]}}
                """, to: "\(host.folder)/fill.yaml")
            let run = try host.start(["run", "fill.yaml"])
            #expect(try run.wait().exitCode == 0, "\(run.error)")
            #expect(
                try host.lines("SELECT key, state, memory_kb FROM job_history ORDER BY key") == [
                    "big|failed|102400", "roomy|succeeded|1048576",
                ])
            try host.run("enqueue", "--memory", "50M", "--", "true")
            let runner = try host.startRunner("--slots", "1")
            try eventually("the end of the job", within: 60) { try host.isAllFinal() }
            let switches = contextSwitches(of: runner.pid)
            let end = wallClock() + 1_500
            try eventually("a while") { wallClock() >= end }
            #expect(contextSwitches(of: runner.pid) - switches < 30)
            try host.stopRunners()
        }
    }

    private func contextSwitches(of pid: pid_t) -> Int {
        let line = Files.read("/proc/\(pid)/status").split(separator: "\n").first {
            $0.hasPrefix("voluntary_ctxt_switches:")
        }
        return line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0
    }
}

@Suite(.serialized) struct `Units of a pool` {
    @Test func `are one job's at a time, over several runners`() throws {
        try withHost { host in
            try Files.write(
                """
                # Exclusive: fails where another holds the unit.
                for unit in $(echo "$WEIR_POOL_GPU" | tr , ' '); do mkdir "$1/unit-$unit" || exit 9; done
                [ "$CUDA_VISIBLE_DEVICES" = "$WEIR_POOL_GPU" ] || exit 8
                echo "$WEIR_POOL_GPU"
                sleep 0.05
                for unit in $(echo "$WEIR_POOL_GPU" | tr , ' '); do rmdir "$1/unit-$unit"; done
                """, to: "\(host.folder)/hold.sh")
            try host.run("pool", "set", "gpu", "3")
            let lines = (0..<40).map { index in
                #"{"command": "sh", "args": ["\#(host.folder)/hold.sh", "\#(host.folder)"], "retries": 0, "#
                    + #""pool": {"gpu": \#(index % 5 == 0 ? 2 : 1)}}"#
            }
            try host.run("enqueue", "--from", "-", input: lines.joined(separator: "\n"))
            for _ in 0..<3 { try host.startRunner("--slots", "2") }
            try eventually("the end of all", within: 120) { try host.isAllFinal() }
            #expect(try host.lines("SELECT DISTINCT state, exit_code FROM job_history") == ["succeeded|0"])
            let units = try host.lines("SELECT DISTINCT CAST(data AS TEXT) FROM outputs ORDER BY 1")
            #expect(units.allSatisfy { ["0\n", "1\n", "2\n", "0,1\n", "0,2\n", "1,2\n"].contains($0) }, "\(units)")
            try host.stopRunners()
            #expect(try host.number("SELECT count(*) FROM limit_units") == 0)
            try host.checkInvariants()
        }
    }
}
