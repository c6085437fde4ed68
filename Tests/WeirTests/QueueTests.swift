import Glibc
import TestSupport
import Testing

@Suite struct `Jobs from the command line` {
    @Test func `an enqueue prints the id alone, and a runner executes the job`() throws {
        try withWeir { weir in
            let enqueued = try weir("enqueue", "--", "echo", "hello")
            #expect(enqueued.output == "1\n")
            #expect(enqueued.errors == "")
            try weir.work()
            #expect(try weir("wait", "1").code == 0)
            #expect(try weir("logs", "1").output == "hello\n")
        }
    }

    @Test func `a job waits for another, and is skipped when that fails`() throws {
        try withWeir { weir in
            let first = try weir.enqueue("--retries", "0", "--name", "build", "--", "false")
            let second = try weir.enqueue("--after", first, "--", "true")
            let cleanup = try weir.enqueue("--after", "\(first):finished", "--", "echo", "clean")
            #expect(try weir("explain", second).output.contains("it waits for job 1 (build), which must succeed"))
            try weir.work()
            #expect(try weir.state(of: second) == "skipped")
            #expect(try weir.state(of: cleanup) == "succeeded")
            let waited = try weir("wait", first, second, cleanup)
            #expect(waited.code == 1)
            #expect(waited.errors == "weir: job 1 failed\nweir: job 2 was skipped\n")
        }
    }

    @Test func `lines of standard input become jobs of one batch`() throws {
        try withWeir { weir in
            let finished = try weir("enqueue", "--lines", "--", "echo", "<{}>", input: "a b\nc\n")
            #expect(finished.lines == ["1", "2"])
            try weir.work()
            #expect(try weir("logs", "1").output == "<a b>\n")
        }
    }

    @Test func `an enqueue that waits tells with its exit code how the job ended`() throws {
        try withWeir { weir in
            try weir("init")
            let runner = try weir.start("runner", "--slots", "1")
            let fine = try weir("enqueue", "--wait", "--", "true")
            #expect(fine.code == 0)
            #expect(fine.output == "1\n")
            let failed = try weir("enqueue", "--wait", "--retries", "0", "--", "false")
            #expect(failed.code == 1)
            #expect(failed.output == "2\n")
            runner.signal(SIGTERM)
            #expect(try runner.wait().code == 0)
        }
    }

    @Test func `a wait that is interrupted ends as the shell expects`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--in", "1h", "--", "true")
            let waiting = try weir.start("wait", job)
            waiting.signal(SIGINT)
            #expect(try waiting.wait().code == 130)
        }
    }

    @Test func `a wait ends when its time is over`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--in", "1h", "--", "true")
            let waited = try weir("wait", job, "--timeout", "50ms")
            #expect(waited.code == 124)
            #expect(waited.errors == "weir: 1 of 1 have not ended yet\n")
        }
    }

    @Test func `a wait sees the end of a job that another process cancels`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--", "true")
            let waiting = try weir.start("wait", job)
            #expect(try weir("cancel", job).output == "job \(job): cancelled\n")
            #expect(try waiting.wait().code == 1)
        }
    }

    @Test func `a command that does not exist fails the attempt and says so`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--retries", "0", "--", "/no/such/program")
            try weir.work()
            let shown = try weir("show", job)
            #expect(shown.output.contains("there is no file '/no/such/program' to execute"))
            #expect(try weir.state(of: job) == "failed")
        }
    }

    @Test func `the database is the nearest one up the directory tree`() throws {
        try withWeir { weir in
            weir.environment["WEIR_DB"] = nil
            #expect(try weir("init").output == "\(weir.folder)/.weir/weir.db\n")
            mkdir(weir.folder + "/below", 0o700)
            let enqueued = try weir("enqueue", "--", "true", in: weir.folder + "/below")
            #expect(enqueued.output == "1\n")
            #expect(try weir("list", "--format", "csv").lines.count == 2)
            #expect(try weir("doctor").code == 0)
        }
    }

    @Test func `without one it is the user's own, and the first enqueue makes it`() throws {
        try withWeir { weir in
            weir.environment["WEIR_DB"] = nil
            let enqueued = try weir("enqueue", "--", "true")
            #expect(enqueued.output == "1\n")
            #expect(access(weir.folder + "/state/weir/weir.db", F_OK) == 0)
            #expect(try weir("doctor").code == 0)
        }
    }
}
