import Glibc
import Testing

@Suite struct `Steering jobs` {
    @Test func `cancel and retry say what became of each, and do the others after a refusal`() throws {
        try withWeir { weir in
            let failing = try weir.enqueue("--retries", "0", "--", "false")
            let below = try weir.enqueue("--after", failing, "--", "true")
            let fine = try weir.enqueue("--", "true")
            try weir.work()
            let retried = try weir("retry", failing, below, fine, "99")
            #expect(retried.code == 1)
            #expect(
                retried.output == """
                    job 1: ready again, and 1 that its end had stopped
                    job 2: came back with job 1

                    """)
            #expect(
                retried.errors == """
                    weir: job 3 succeeded, and success is final; enqueue the work anew instead
                    weir: there is no job 99; see 'weir list --all'

                    """)
            let cancelled = try weir("cancel", "99", failing, fine)
            #expect(cancelled.code == 1)
            #expect(cancelled.output == "job 1: cancelled\njob 3: already succeeded, nothing to do\n")
            #expect(try weir.state(of: below) == "skipped")
        }
    }

    @Test func `a running job is stopped with its whole tree`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--shell", "echo started; sleep 1000 & sleep 1000")
            let runner = try weir.start("runner", "--slots", "1", "--drain-after", "idle")
            let logs = try weir.start("logs", "-f", job)
            try logs.until("started")
            #expect(try weir("cancel", job).output == "job 1: asked to stop\n")
            #expect(try weir("wait", job).code == 1)
            #expect(try weir.state(of: job) == "cancelled")
            #expect(try logs.wait().code == 0)
            #expect(try runner.wait().code == 0)
        }
    }

    @Test func `a paused queue keeps its jobs until it is resumed`() throws {
        try withWeir { weir in
            let held = try weir.enqueue("--queue", "mail", "--priority", "99", "--", "true")
            #expect(try weir("queue", "pause", "mail").errors == "queue mail: paused\n")
            #expect(try weir("queue", "pause", "mail").errors == "queue mail: paused already\n")
            let other = try weir.enqueue("--", "true")
            #expect(try weir("runner", "--drain-after", "1jobs").code == 0)
            #expect(try weir.state(of: other) == "succeeded")
            #expect(try weir.state(of: held) == "ready")
            #expect(try weir("explain", held).output.contains("queue 'mail' is paused; 'weir queue resume mail'"))
            #expect(try weir("queue", "resume", "mail").code == 0)
            try weir.work()
            #expect(try weir.state(of: held) == "succeeded")
        }
    }

    @Test func `a pool bounds its jobs, and explain names who holds it`() throws {
        try withWeir { weir in
            try weir("pool", "set", "gpu", "1")
            let first = try weir.enqueue("--pool", "gpu", "--shell", "echo started; exec sleep 1000")
            let second = try weir.enqueue("--pool", "gpu", "--", "true")
            let runner = try weir.start("runner", "--slots", "4", "--drain-after", "idle")
            let logs = try weir.start("logs", "-f", first)
            try logs.until("started")
            #expect(try weir("explain", first).output == "job 1 (running): it runs: attempt 1, on runner 1\n")
            #expect(
                try weir("explain", second).output
                    == "job 2 (ready): pool 'gpu' has 1 of 1 in use, held by job 1; it needs 1\n")
            #expect(try weir("pool", "list", "--format", "csv").lines.last == "gpu,,1,1,1,1,")
            try weir("cancel", first)
            #expect(try weir("wait", second).code == 0)
            _ = try logs.wait()
            #expect(try runner.wait().code == 0)
        }
    }

    @Test func `a job that asks for more than its pool has is refused`() throws {
        try withWeir { weir in
            try weir("pool", "set", "gpu", "2")
            let refused = try weir("enqueue", "--pool", "gpu=3", "--", "true")
            #expect(refused.code == 65)
            #expect(refused.errors == "weir: 3 of pool 'gpu' were asked for, and it has 2\n")
        }
    }

    @Test func `a killed runner is seen at once, and the next one takes its job back`() throws {
        try withWeir { weir in
            let job = try weir.enqueue(
                "--shell", "echo attempt $WEIR_ATTEMPT; test $WEIR_ATTEMPT != 1 || exec sleep 1000")
            let runner = try weir.start("runner", "--slots", "1")
            let logs = try weir.start("logs", "-f", job)
            try logs.until("attempt 1")
            runner.signal(SIGKILL)
            #expect(try runner.wait().code == 137)
            #expect(try weir("status").output.contains("dead"))
            #expect(try weir("explain", job).output.contains("runner 1, which ran its attempt 1, has died"))
            let doctor = try weir("doctor")
            #expect(doctor.code == 0)
            #expect(doctor.output.contains("note    runners           1 died with 1 jobs"))
            try weir.work()
            #expect(try weir("wait", job).code == 0)
            let followed = try logs.wait()
            #expect(followed.output == "attempt 1\nattempt 2\n")
            #expect(followed.errors == "weir: attempt 2 begins\n")
            #expect(try weir("logs", job, "--attempt", "1").output == "attempt 1\n")
            #expect(try weir("logs", job).output == "attempt 2\n")
        }
    }
}
