import Glibc
import TestSupport
import Testing

/// Jobs that another attempt goes on with, from what the one before saved.
@Suite(.serialized) struct `A job that saves checkpoints` {
    /// Says in the ledger where it began, saves what comes next, and waits to be told to end unless it began late.
    private static func script(_ host: Host) -> String {
        """
        page=$(echo "${WEIR_CHECKPOINT:-0}")
        test "$page" = "$('\(Binary.path)' checkpoint get || echo 0)" || exit 9
        echo "$WEIR_ATTEMPT from $page" >> \(host.folder)/pages
        test "$page" -ge 2 && exit 0
        save() { '\(Binary.path)' checkpoint set "$((page + 1))"; exit 1; }
        trap save TERM
        if test "$1" = crash; then '\(Binary.path)' checkpoint set "$((page + 1))"; fi
        echo > "\(host.folder)/up-$WEIR_ATTEMPT"
        while :; do sleep 0.05; done
        """
    }

    private func waitFor(_ name: String, on host: Host) throws {
        try eventually("the file \(name)") { access("\(host.folder)/\(name)", F_OK) == 0 }
    }

    private func pages(_ host: Host) -> [String] {
        Files.read("\(host.folder)/pages").split(separator: "\n").map(String.init)
    }

    @Test func `goes on in another runner when its own is drained, at no cost`() throws {
        try withHost { host in
            try host.run("enqueue", "--shell", Self.script(host))
            let first = try host.startRunner("--slots", "1")
            try waitFor("up-1", on: host)
            let second = try host.startRunner("--slots", "1")
            try eventually("the second runner") { try host.number("SELECT count(*) FROM runners") == 2 }
            let drained = try host.run("runner", "drain", "1", "--wait")
            #expect(drained == "runner 1: asked to drain\n")
            #expect(try first.wait(within: 5).exitCode == 0)
            try waitFor("up-2", on: host)
            #expect(second.isRunning)
            let third = try host.startRunner("--slots", "1", "--drain-after", "idle")
            try eventually("the third runner") { try host.number("SELECT count(*) FROM runners") == 3 }
            try host.run("runner", "drain", "2", "--wait", "--timeout", "1m")
            #expect(try third.wait().exitCode == 0)
            #expect(pages(host) == ["1 from 0", "2 from 1", "3 from 2"])
            #expect(try host.lines("SELECT state, failures, crashes, checkpoint FROM jobs") == ["succeeded|0|0|"])
            let attempts = try host.lines("SELECT state, runner_id FROM attempts ORDER BY attempt")
            #expect(attempts == ["interrupted|1", "interrupted|2", "succeeded|3"])
            #expect(try host.lines("SELECT state FROM runners") == ["stopped", "stopped", "stopped"])
            try host.checkInvariants()
        }
    }

    @Test func `goes on from the last one when its runner is killed`() throws {
        try withHost { host in
            try Files.write(Self.script(host), to: "\(host.folder)/job.sh")
            try host.run("enqueue", "--", "sh", "job.sh", "crash")
            for attempt in 1...2 {
                let runner = try host.startRunner("--slots", "1")
                try waitFor("up-\(attempt)", on: host)
                try runner.kill()
                host.forget(runner)
            }
            let last = try host.startRunner("--slots", "1", "--drain-after", "idle")
            #expect(try last.wait().exitCode == 0)
            #expect(pages(host) == ["1 from 0", "2 from 1", "3 from 2"])
            #expect(try host.lines("SELECT state, crashes FROM jobs") == ["succeeded|2"])
        }
    }

    @Test func `refuses what is no checkpoint, and who is no job`() throws {
        try withHost { host in
            let outside = try host.start(["checkpoint", "set", "1"])
            #expect(try outside.wait().exitCode == 64)
            #expect(
                outside.error == "weir: 'weir checkpoint set' belongs into a job: WEIR_JOB and WEIR_LEASE are not set\n"
            )
            try host.run(
                "enqueue", "--retries", "0", "--shell",
                """
                '\(Binary.path)' checkpoint get; echo "none $?"
                '\(Binary.path)' checkpoint set '{"a": ' 2>&1; echo "bad $?"
                '\(Binary.path)' checkpoint set '{"a": 1}'; '\(Binary.path)' checkpoint get
                '\(Binary.path)' checkpoint clear; '\(Binary.path)' checkpoint get; echo "cleared $?"
                head -c 40000 /dev/zero | tr '\\0' 7 | '\(Binary.path)' checkpoint set -; exit 3
                """)
            let runner = try host.startRunner("--slots", "1", "--drain-after", "idle")
            #expect(try runner.wait().exitCode == 0)
            let output = try host.run("logs", "1")
            #expect(
                output == """
                    none 1
                    weir: the checkpoint, column 7: this is not JSON: expected a value, but the text ends
                    bad 65
                    {"a": 1}
                    cleared 1

                    """)
            #expect(try host.run("checkpoint", "get", "1").utf8.count == 40_001)
            // Too long for a variable, so it is only printed.
            #expect(try host.run("retry", "1", "--env", "AGAIN=1") == "job 1: ready again\n")
            #expect(try host.lines("SELECT length(checkpoint) FROM jobs") == ["40000"])
            try host.run("cancel", "1")
            try host.run("retry", "1", "--fresh")
            #expect(try host.lines("SELECT checkpoint IS NULL FROM jobs") == ["1"])
        }
    }
}

@Suite(.serialized) struct `A runner that is asked to drain` {
    @Test func `ends at once when it does nothing, and others go on`() throws {
        try withHost { host in
            try host.run("init")
            let idle = try host.startRunner("--slots", "2")
            let other = try host.startRunner("--slots", "2")
            try eventually("two runners") { try host.number("SELECT count(*) FROM runners") == 2 }
            let id = try host.number("SELECT id FROM runners WHERE pid = \(idle.pid)")
            try host.run("runner", "drain", "\(id)", "--wait")
            #expect(try idle.wait(within: 5).exitCode == 0)
            try host.run("enqueue", "--wait", "--", "true")
            #expect(other.isRunning)
            let list = try host.run("runner", "list", "--format", "csv")
            #expect(list.split(separator: "\n").count == 2)
            #expect(try host.run("runner", "drain", "\(id)") == "runner \(id): has ended already\n")
            let unknown = try host.start(["runner", "drain", "77"])
            #expect(try unknown.wait().exitCode == 65)
            #expect(unknown.error == "weir: there is no runner 77; see 'weir runner list'\n")
            try host.stopRunners()
        }
    }

    @Test func `kills what does not end within the grace, and does not take a signal for a second word`() throws {
        try withHost { host in
            try host.run(
                "enqueue", "--env", "LEDGER=\(host.ledgerPath)", "--shell",
                "trap '' TERM; echo > \(host.folder)/up; while :; do sleep 1; done")
            let runner = try host.startRunner("--slots", "1", "--grace", "1s")
            try eventually("start of the job") { access("\(host.folder)/up", F_OK) == 0 }
            let slow = try host.start(["runner", "drain", "1", "--wait", "--timeout", "1ms"])
            #expect(try slow.wait().exitCode == 124)
            #expect(slow.error == "weir: still draining: runner 1\n")
            runner.send(SIGTERM)
            #expect(try runner.wait(within: 30).exitCode == 0)
            #expect(try host.lines("SELECT state, failures, attempt FROM jobs") == ["ready|0|1"])
            #expect(Files.processes(with: host.ledgerPath) == [])
        }
    }

    @Test func `is no runner of a 'weir run'`() throws {
        try withHost { host in
            try Files.write(
                "steps: [{id: a, config: {shell: 'echo > up; while ! test -e go; do sleep 0.05; done'}}]",
                to: "\(host.folder)/f.yaml")
            let run = try host.start(["run", "f.yaml"])
            try eventually("start of the step") { access("\(host.folder)/up", F_OK) == 0 }
            let drain = try host.start(["runner", "drain", "1"])
            #expect(try drain.wait().exitCode == 65)
            #expect(drain.error.contains("belongs to a 'weir run'"))
            try Files.write("", to: "\(host.folder)/go")
            #expect(try run.wait().exitCode == 0)
        }
    }
}

@Suite(.serialized) struct `A retry by hand` {
    @Test func `gives a job other arguments and variables`() throws {
        try withHost { host in
            try Files.write("echo \"$1 $X\"; test \"$1\" = good", to: "\(host.folder)/job.sh")
            try host.run("enqueue", "--retries", "0", "--", "sh", "job.sh", "bad")
            func work() throws {
                try host.run("runner", "--slots", "1", "--drain-after", "idle")
            }
            try work()
            try host.run("retry", "1", "--env", "X=y", "--with", "--", "job.sh", "good", "more")
            try work()
            #expect(try host.lines("SELECT state, args FROM jobs") == [#"succeeded|["job.sh","good","more"]"#])
            #expect(try host.run("logs", "1") == "good y\n")
            #expect(try host.run("logs", "1", "--attempt", "1") == "bad \n")
            let wrong = try host.start(["retry", "1", "2", "--with", "--", "x"])
            #expect(try wrong.wait().exitCode == 64)
            let data = try host.start(["retry", "1", "--with-data", "{"])
            #expect(try data.wait().exitCode == 65)
            #expect(data.error.hasPrefix("weir: --with-data, column 2: this is not JSON"))
        }
    }
}
