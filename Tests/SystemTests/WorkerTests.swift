import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `A worker` {
    @Test func `takes many jobs in one process, and each leaves its result`() throws {
        try withHost { host in
            try host.enqueue("work", data: #"{"a": [1, "ü\\n", 1.50]}"#, count: 50)
            let worker = try host.pythonWorker("echo", "say({'taskId': m['id'], 'result': [os.getpid(), line]})")
            try host.work("--slots", "1", "--worker", worker)
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 50)
            #expect(try host.number("SELECT count(*) FROM attempts WHERE state = 'succeeded'") == 50)
            #expect(try host.number("SELECT count(DISTINCT value ->> 0) FROM results") == 1)
            let data = try host.lines("SELECT DISTINCT (value ->> 1) -> 'data' FROM results")
            #expect(data == [#"{"a":[1,"ü\\n",1.50]}"#])
            #expect(try host.number("SELECT count(DISTINCT (value ->> 1) ->> 'id') FROM results") == 50)
            try host.checkInvariants()
        }
    }

    @Test func `keeps numbers of results as they were written`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "digits",
                #"os.write(1, ('{"result": {"n":1.2300000000000000000001e2, "i":12345678901234567890123},"#
                    + #" "taskId":"' + m['id'] + '"}\n').encode())"#)
            try host.work("--worker", worker)
            let results = try host.lines("SELECT value FROM results")
            #expect(
                results == [
                    #"{"n":1.2300000000000000000001e2, "i":12345678901234567890123}"#
                ])
        }
    }

    @Test func `fails a job by an error, and the job is tried again`() throws {
        try withHost { host in
            try host.enqueue("work", retries: 1)
            let worker = try host.pythonWorker(
                "failing",
                """
                sys.stderr.write('try %d\\n' % m['attempt']); sys.stderr.flush()
                if m['attempt'] == 1: say({'taskId': m['id'], 'error': {'message': 'no luck'}})
                else: say({'taskId': m['id'], 'result': m['attempt']})
                """)
            try host.work("--worker", worker)
            #expect(try host.lines("SELECT state, failures, crashes FROM jobs") == ["succeeded|1|0"])
            #expect(
                try host.lines("SELECT attempt, state, error FROM attempts ORDER BY attempt") == [
                    "1|failed|no luck", "2|succeeded|",
                ])
            #expect(try host.errors() == "try 1\ntry 2\n")
        }
    }

    @Test func `says once and for all that a job cannot be done`() throws {
        try withHost { host in
            try host.enqueue("work", retries: 3)
            let worker = try host.pythonWorker("final", "say({'taskId': m['id'], 'error': 'never', 'final': True})")
            try host.work("--worker", worker)
            #expect(try host.lines("SELECT state, attempt, error FROM jobs") == ["failed|1|never"])
        }
    }

    @Test func `tells progress, and its next attempt finds what it saved`() throws {
        try withHost { host in
            try host.enqueue("work", retries: 1)
            let worker = try host.pythonWorker(
                "saving",
                """
                if m['attempt'] == 1:
                    say({'taskId': m['id'], 'progress': 35.5, 'message': 'a third'})
                    say({'taskId': m['id'], 'checkpoint': {'done': 35}})
                    say({'taskId': m['id'], 'log': 'so far'})
                    say({'taskId': m['id'], 'error': 'again'})
                else: say({'taskId': m['id'], 'result': m['checkpoint']})
                """)
            try host.work("--worker", worker)
            #expect(try host.lines("SELECT value FROM results") == [#"{"done": 35}"#])
            #expect(try host.lines("SELECT progress, progress_message FROM jobs") == ["35.5|a third"])
            #expect(try host.lines("SELECT CAST(data AS TEXT) FROM outputs") == ["so far\n"])
        }
    }

    @Test func `is replaced after its number of jobs, and when it has grown`() throws {
        try withHost { host in
            try host.enqueue("work", count: 10)
            let worker = try host.pythonWorker("pids", "say({'taskId': m['id'], 'result': os.getpid()})")
            try host.work("--slots", "1", "--worker", worker, "--worker-limits", "jobs=3")
            #expect(try host.number("SELECT count(DISTINCT value) FROM results") == 4)
            try host.enqueue("work", count: 3)
            try host.work("--slots", "1", "--worker", worker, "--worker-limits", "memory=1M")
            #expect(try host.number("SELECT count(DISTINCT value) FROM results") == 7)
            #expect(try host.number("SELECT sum(crashes) + sum(failures) FROM jobs") == 0)
        }
    }

    @Test func `ends when it has been idle`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker("idle", "say({'taskId': m['id'], 'result': os.getpid()})")
            try host.startRunner("--worker", worker, "--worker-limits", "idle=100ms")
            try eventually("the end of the job") { try host.isAllFinal() }
            let pid = try pid_t(host.number("SELECT CAST(value AS INTEGER) FROM results"))
            try eventually("the end of the worker") { Files.state(of: pid) == "" }
            try host.enqueue("work")
            try eventually("the end of the job") { try host.isAllFinal() }
            let results = try host.lines("SELECT value FROM results")
            #expect(Set(results).count == 2, "\(results)")
            try host.stopRunners()
        }
    }

    @Test func `finishes its job while the runner drains`() throws {
        try withHost { host in
            try host.enqueue("work", count: 3)
            let worker = try host.pythonWorker(
                "slow",
                """
                open('\(host.folder)/up', 'w').close()
                while not os.path.exists('\(host.folder)/go'): time.sleep(0.01)
                say({'taskId': m['id'], 'result': 1})
                """)
            let runner = try host.startRunner("--slots", "1", "--worker", worker)
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            runner.send(SIGTERM)
            try eventually("word of the drain") { runner.error.contains("draining") }
            try Files.write("", to: "\(host.folder)/go")
            #expect(try runner.wait().exitCode == 0)
            #expect(
                try host.lines("SELECT state, attempt, crashes FROM jobs ORDER BY id") == [
                    "succeeded|1|0", "ready|0|0", "ready|0|0",
                ])
            #expect(Files.processes(with: host.database) == [])
        }
    }

    @Test func `is interrupted when the grace is over, at no cost`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "deaf",
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                open('\(host.folder)/up', 'w').close()
                time.sleep(1000)
                """)
            let runner = try host.startRunner("--worker", worker, "--grace", "300ms")
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            runner.send(SIGTERM)
            #expect(try runner.wait().exitCode == 0)
            #expect(try host.lines("SELECT state, failures, crashes FROM jobs") == ["ready|0|0"])
            #expect(try host.lines("SELECT state FROM attempts") == ["interrupted"])
            #expect(Files.processes(with: host.database) == [])
        }
    }

    @Test func `ends with all that it started when its job is cancelled or takes too long`() throws {
        try withHost { host in
            let worker = try host.pythonWorker(
                "parent",
                """
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(1000)
                open('\(host.folder)/up' + m['data'], 'w').close()
                time.sleep(1000)
                """)
            try host.enqueue("work", data: #""1""#)
            let runner = try host.startRunner("--worker", worker, "--grace", "200ms")
            try eventually("start of the job") { access("\(host.folder)/up1", F_OK) == 0 }
            try host.run("cancel", "1")
            try eventually("the end of the job") { try host.isAllFinal() }
            #expect(Files.processes(with: host.database) == [runner.pid])
            try host.enqueue("work", data: #""2""#, timeout: 1_500)
            try eventually("the end of the job") { try host.isAllFinal() }
            #expect(access("\(host.folder)/up2", F_OK) == 0)
            #expect(try host.lines("SELECT state FROM attempts ORDER BY job_id") == ["cancelled", "timed_out"])
            #expect(Files.processes(with: host.database) == [runner.pid])
            try host.stopRunners()
        }
    }

    @Test func `leaves nothing when its runner is killed, and another runner goes on`() throws {
        try withHost { host in
            try host.enqueue("work")
            let worker = try host.pythonWorker(
                "orphan",
                """
                if m['attempt'] == 1:
                    if os.fork() == 0:
                        os.setsid()
                        time.sleep(1000)
                    open('\(host.folder)/up', 'w').close()
                    time.sleep(1000)
                say({'taskId': m['id'], 'result': 'again'})
                """)
            let first = try host.startRunner("--worker", worker)
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            let second = try host.startRunner("--worker", worker)
            try first.kill()
            try eventually("the end of the job") { try host.isAllFinal() }
            #expect(try host.lines("SELECT state, attempt, crashes FROM jobs") == ["succeeded|2|1"])
            second.send(SIGTERM)
            try second.wait()
            #expect(Files.processes(with: host.database) == [])
        }
    }

    @Test func `does not keep others' jobs from a runner that has no worker for them`() throws {
        try withHost { host in
            try host.enqueue("other", count: 200)
            try host.run("enqueue", "--", "true")
            let worker = try host.pythonWorker("none", "say({'taskId': m['id'], 'result': 1})")
            let runner = try host.startRunner("--worker", worker)
            try eventually("the end of the script") {
                try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 1
            }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'ready' AND attempt = 0") == 200)
            runner.send(SIGTERM)
            try runner.wait()
        }
    }

    @Test func `takes turns with scripts, and one slow job holds up no other`() throws {
        try withHost { host in
            try host.enqueue("work", count: 300)
            try host.run("enqueue", "--lines", "--", "echo", "{}", input: "1\n2\n3\n4\n5\n")
            let worker = try host.pythonWorker("some", "say({'taskId': m['id'], 'result': 1})")
            try host.startRunner("--slots", "2", "--worker", worker)
            try host.startRunner("--slots", "2", "--worker", worker)
            try eventually("the end of all jobs") { try host.isAllFinal() }
            #expect(try host.number("SELECT count(*) FROM jobs WHERE state = 'succeeded'") == 305)
            #expect(try host.number("SELECT max(attempt) FROM jobs") == 1)
            try host.stopRunners()
            try host.checkInvariants()
        }
    }
}
