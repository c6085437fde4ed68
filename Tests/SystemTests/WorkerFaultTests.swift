import Glibc
import TestSupport
import Testing

/// Workers that do what they must not: the job is never lost, and its log says why.
@Suite(.serialized) struct `A worker that breaks the rules` {
    /// Done right from the job's second attempt on, or when another job has had the fault.
    private func expectRetried(_ body: String, says reason: String, start: String = "say({'ready': True})") throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "bad", start: start,
                """
                if m['attempt'] > 1: say({'taskId': m['id'], 'result': 'at last'})
                else:
                """ + body.split(separator: "\n").map { "\n    " + $0 }.joined())
            try host.work("--worker", worker, "--worker-limits", "start=2s")
            #expect(
                try host.lines("SELECT state, attempt, failures, crashes, value FROM jobs JOIN results ON job_id = id")
                    == ["succeeded|2|0|1|\"at last\""])
            let errors = try host.errors()
            #expect(errors.contains(reason), "\(errors)")
            #expect(try host.lines("SELECT state FROM attempts ORDER BY attempt") == ["lost", "succeeded"])
            #expect(Files.processes(with: host.database) == [])
        }
    }

    @Test func `writes no JSON`() throws {
        try expectRetried("print('hello', flush=True)", says: "what is no JSON (column 1: expected a value): hello")
    }

    @Test func `writes what is not UTF-8`() throws {
        try expectRetried(
            #"os.write(1, b'{"taskId":"' + m['id'].encode() + b'","result":"\xff\xfe"}\n')"#,
            says: "a string is not UTF-8")
    }

    @Test func `answers for a job that it does not have`() throws {
        try expectRetried(
            "say({'taskId': '4711.1', 'result': 1})",
            says: "it answered for the job '4711.1', which it does not have")
    }

    @Test func `answers with neither result nor error`() throws {
        try expectRetried(
            "say({'taskId': m['id'], 'status': 'fine'})",
            says: "none of 'result', 'error', 'progress', 'checkpoint', 'memory' and 'log' is there")
    }

    @Test func `answers with both`() throws {
        try expectRetried(
            "say({'taskId': m['id'], 'result': 1, 'error': 'x'})", says: "it has both 'result' and 'error'")
    }

    @Test func `exits in the middle of a job`() throws {
        try expectRetried("sys.exit(0)", says: "was lost: it exited with code 0")
    }

    @Test func `is killed in the middle of a job`() throws {
        try expectRetried("os.kill(os.getpid(), 9)", says: "was lost: signal 9 ended it")
    }

    @Test func `closes its standard output and lives on`() throws {
        try expectRetried("os.close(1); time.sleep(1000)", says: "was lost: it closed its standard output")
    }

    @Test func `ignores SIGTERM, and what it wrote is no answer`() throws {
        try expectRetried(
            "signal.signal(signal.SIGTERM, signal.SIG_IGN); say([1]); time.sleep(1000)", says: "it is no object")
    }

    @Test func `says nothing after its start, which costs its job nothing`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "mute", start: "if not os.path.exists('mute'): open('mute', 'w').close(); time.sleep(1000)",
                "say({'taskId': m['id'], 'result': 1})")
            let runner = try host.work("--worker", worker, "--worker-limits", "start=500ms")
            #expect(try host.lines("SELECT state, attempt, crashes FROM jobs") == ["succeeded|1|0"])
            #expect(runner.error.contains("it said nothing within 500 ms of its start"), "\(runner.error)")
        }
    }

    @Test func `does not start, which costs a backlog nothing and is said once a round`() throws {
        try withHost { host in
            try host.enqueue("work", count: 200)
            let runner = try host.startRunner("--slots", "4", "--worker", "work=python3 \(host.folder)/wrong.py")
            try eventually("three rounds") { runner.error.contains("3 times in a row") }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE crashes + failures > 0") == 0)
            #expect(try host.number("SELECT count(*) FROM attempts") == 0)
            let rounds = runner.error.split(separator: "\n").filter { $0.contains("does not start") }
            let waits = ["in 100 ms", "in 200 ms", "in 400 ms"]
            #expect(zip(rounds, waits).allSatisfy { $0.contains($1) }, "\(runner.error)")
            #expect(
                rounds[0].contains("it exited with code 2; it wrote: ") && rounds[0].contains("wrong.py"), "\(rounds)")
            let explain = try host.start(["explain", "150"])
            #expect(try explain.wait().exitCode == 0)
            #expect(explain.output.contains("worker 'work' of runner 1 did not start"), "\(explain.output)")
            #expect(explain.output.contains("No such file"), "\(explain.output)")
            // Mended, all is done, and the reason is gone.
            try Files.write(
                """
                import json, sys
                print('{"ready":true}', flush=True)
                for line in sys.stdin:
                    print(json.dumps({"taskId": json.loads(line)["id"], "result": 1}), flush=True)
                """, to: "\(host.folder)/wrong.py")
            try eventually("the end of all jobs") { try host.isAllFinal() }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded' AND crashes = 0") == 200)
            try host.stopRunners()
            #expect(try host.number("SELECT count(*) FROM settings WHERE name LIKE 'worker.%'") == 0)
        }
    }

    @Test func `has a job and says nothing, which people are told`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker("mute", "time.sleep(1000)")
            let runner = try host.startRunner("--worker", worker, "--worker-limits", "silence=300ms", "--grace", "1s")
            try eventually("the second word of it") {
                runner.error.split(separator: "\n").count { $0.contains("has said nothing for") } >= 2
            }
            let explain = try host.start(["explain", "1"])
            #expect(try explain.wait().exitCode == 0)
            #expect(explain.output.contains("its worker has said nothing for"), "\(explain.output)")
            try host.stopRunners()
        }
    }

    @Test func `writes a gigabyte without a newline, and costs little memory`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "flood",
                """
                if m['attempt'] > 1: say({'taskId': m['id'], 'result': 1})
                else:
                    for _ in range(16384): os.write(1, b'x' * 65536)
                """)
            let runner = try host.startRunner("--worker", worker)
            try eventually("the end of the job") { try host.isAllFinal() }
            #expect(try host.lines("SELECT state, crashes FROM jobs") == ["succeeded|1"])
            let errors = try host.errors()
            #expect(errors.contains("a line of more than 1114112 bytes"), "\(errors)")
            #expect(Files.peakMemory(of: runner.pid) < 100 << 10)
            try host.stopRunners()
        }
    }

    @Test func `answers twice, and no job is lost`() throws {
        try withHost { host in
            try host.enqueue("work", count: 20)
            let worker = try host.pythonWorker(
                "twice",
                """
                say({'taskId': m['id'], 'result': 1})
                if m['data'] is None and count == 3: say({'taskId': m['id'], 'result': 2})
                """)
            let runner = try host.work("--slots", "1", "--worker", worker)
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 20)
            #expect(try host.number("SELECT count(*) FROM results WHERE value = 1") == 20)
            #expect(runner.error.contains("was lost: it answered twice for the job '"), "\(runner.error)")
        }
    }

    @Test func `dies at every hundredth job, and none is lost`() throws {
        try withHost { host in
            try host.enqueue("work", count: 1_000)
            let worker = try host.pythonWorker(
                "mortal",
                """
                if count == 100: os._exit(3)
                say({'taskId': m['id'], 'result': 1})
                """)
            try host.work("--slots", "2", "--worker", worker)
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 1_000)
            #expect(try host.number("SELECT sum(failures) FROM jobs") == 0)
            #expect(try host.number("SELECT count(*) FROM attempts WHERE state = 'lost'") >= 9)
            #expect(
                try host.number("SELECT count(*) FROM attempts WHERE state = 'lost'")
                    == host.number("SELECT sum(crashes) FROM jobs"))
            try host.checkInvariants()
        }
    }

    @Test func `ends after each answer, which costs nobody anything`() throws {
        try withHost { host in
            try host.enqueue("work", count: 20)
            let worker = try host.pythonWorker("once", "say({'taskId': m['id'], 'result': 1}); os._exit(0)")
            try host.work("--slots", "2", "--worker", worker)
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 20)
            #expect(try host.number("SELECT sum(failures) FROM jobs") == 0)
        }
    }

    @Test func `dies of the same job again and again, until the job fails`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker("poison", "os._exit(9)")
            let runner = try host.work("--worker", worker)
            #expect(try host.lines("SELECT state, crashes, failures FROM jobs") == ["failed|5|0"])
            let error = try host.lines("SELECT error FROM jobs").joined()
            #expect(error.contains("worker 'work'") && error.contains("it exited with code 9"), "\(error)")
            #expect(runner.error.contains("was lost"))
            #expect(try host.number("SELECT max(finished_at) - min(started_at) >= 1500 FROM attempts") == 1)
        }
    }

    @Test func `cannot be started, which fails the job and says why`() throws {
        try withHost { host in
            try host.enqueue("work", count: 2, retries: 1)
            try host.work("--worker", "work=/no/such/worker --here")
            #expect(
                try host.lines("SELECT DISTINCT state, attempt, failures, crashes, error FROM jobs") == [
                    "failed|2|2|0|the worker 'work' cannot be started: there is no file '/no/such/worker' to execute"
                ])
        }
    }

    @Test func `cannot be started by the shell either`() throws {
        try withHost { host in
            try host.enqueue("work")
            try host.work("--worker", "work=/no/such/worker 'here'")
            #expect(try host.lines("SELECT state, crashes FROM jobs") == ["failed|0"])
            let error = try host.lines("SELECT error FROM jobs").joined()
            #expect(error.contains("the worker 'work' cannot be started: it exited with code 127"), "\(error)")
            #expect(error.contains("/no/such/worker: not found (5 times in a row)"), "\(error)")
        }
    }

    @Test func `is named wrongly on the command line`() throws {
        try withHost { host in
            for (arguments, reason) in [
                (["--worker", "work"], "work"), (["--worker", "=x"], "=x"), (["--worker", "a= "], "a= "),
                (["--worker", "a=x", "--worker", "a=y"], "names the type 'a' twice"),
                (["--worker", "a=x", "--worker-limits", "size=1"], "size=1"),
                (["--worker-limits", "jobs=1"], "there is none"),
            ] {
                let runner = try host.start(["runner"] + arguments)
                #expect(try runner.wait().exitCode == 64)
                #expect(runner.error.contains(reason), "\(runner.error)")
            }
        }
    }
}
