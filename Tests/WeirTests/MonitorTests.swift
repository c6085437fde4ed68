import Glibc
import Terminals
import TestSupport
import Testing

@Suite(.enabled(if: TmuxTerminal.isThere, "there is no tmux; tools/test installs it"))
struct `weir monitor on a terminal` {
    /// A database with every sort of thing in it, and a runner with two slots that works on it.
    private func withBusyWeir(_ body: (WeirCommandLine, StartedProgram) throws -> Void) throws {
        try withWeir { weir in
            try weir("init")
            try weir.enqueue("--retries", "0", "--name", "breaks", "--", "sh", "-c", "echo oh no; exit 3")
            try weir.work()
            try weir.enqueue("--name", "talks", "--", "sh", "-c", "echo first line; echo second line; exec sleep 600")
            try weir.enqueue(
                "--name", "evil \u{1B}[2J\u{1B}]0;x\u{7}\r\n日本語 😀 " + String(repeating: "long ", count: 60), "--",
                "sh", "-c", "'\(WeirCommandLine.program)' progress 40 'half of it'; exec sleep 600")
            _ = try weir.shell("seq 30 | weir enqueue --queue \(String(repeating: "q", count: 90)) --lines -- true {}")
            try weir.enqueue("--at", "2099-01-01", "--", "true")
            let runner = try weir.start("runner", "--slots", "2")
            defer {
                runner.signal(SIGTERM)
                _ = try? runner.wait()
            }
            try poll("both to run") {
                try weir("sql", "--format", "csv", "SELECT count(*) FROM job_history WHERE state = 'running'").lines
                    .last
                    == "2"
            }
            try body(weir, runner)
        }
    }

    /// Nothing wraps or scrolls: the title is above, the keys below, and no line is wider than the terminal.
    private func expectWhole(_ terminal: TmuxTerminal) throws {
        let (screen, joined) = try terminal.screens()
        #expect(screen.count == terminal.rows)
        #expect(screen.first?.hasPrefix(" weir monitor") ?? false)
        #expect(screen.last?.hasPrefix("Tab pane") ?? false, "\(screen)")
        for line in screen { #expect(CharacterWidth.columns(of: line) <= terminal.columns, "\(line)") }
        #expect(joined == screen)
    }

    @Test(arguments: [(80, 24), (200, 60), (40, 10), (61, 17)])
    func `fits the window, and says what SQL says`(columns: Int, rows: Int) throws {
        try withBusyWeir { weir, _ in
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: columns, rows: rows)
            try terminal.until("running 2")
            try expectWhole(terminal)
            guard columns >= 80 else { return }
            let screen = try terminal.until("40%").joined(separator: "\n")
            for text in [
                "ready 30", "scheduled 1", "blocked 0", "slots 2", "2/2", "done 0", "failed 1", "talks", "breaks",
                "exited with code 3", "evil ^[[2J^[]0;x^G",
            ] {
                #expect(screen.contains(text), "\(text) in\n\(screen)")
            }
        }
    }

    @Test func `tells jobs in slots from those that were claimed ahead`() throws {
        try withWeir { weir in
            let worker = """
                import json, sys
                for line in sys.stdin:
                    job = json.loads(line)
                    if job["data"] is None:
                        print(json.dumps({"taskId": job["id"], "result": None}), flush=True)
                """
            try writeFile(weir.folder + "/w.py", Array(worker.utf8))
            // Many that are answered at once, so that more are claimed ahead, and then some that never are.
            let lines = (0..<3_000).map { #"{"type": "t"\#($0 < 1_000 ? "" : #", "data": 1"#)}"# }.joined(
                separator: "\n")
            try weir.run(["enqueue", "--from", "-"], input: Array(lines.utf8))
            let runner = try weir.start("runner", "--slots", "2", "--grace", "0s", "--worker", "t=python3 w.py")
            defer {
                runner.signal(SIGTERM)
                _ = try? runner.wait()
            }
            try poll("both slots to be kept") {
                let held = "SELECT count(*) FROM job_history WHERE state = 'running'"
                return Int(try weir("sql", "--format", "csv", held).lines.last ?? "") ?? 0 > 2
            }
            try poll("the quick ones to be over") {
                let open = "SELECT count(*) FROM jobs WHERE data IS NULL AND state <> 'succeeded'"
                return try weir("sql", "--format", "csv", open).lines.last == "0"
            }
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 80, rows: 24)
            let screen = try terminal.until(" claimed)").joined(separator: "\n")
            #expect(screen.contains("running 2 (+"), "\(screen)")
            #expect(screen.contains("3 Running (2)"), "\(screen)")
            #expect(screen.contains("2/2+"), "\(screen)")
            try expectWhole(terminal)
        }
    }

    @Test func `says that it does not know what a runner without monitoring does`() throws {
        try withWeir { weir in
            try weir("init")
            let runner = try weir.start("runner", "--slots", "1", "--no-monitoring")
            defer {
                runner.signal(SIGTERM)
                _ = try? runner.wait()
            }
            #expect(try weir("wait", try weir.enqueue("--", "true")).code == 0)
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 80, rows: 24)
            try terminal.until("runner 1 counts nothing, as monitoring is off")
            let screen = try terminal.until("per minute –").joined(separator: "\n")
            #expect(screen.contains("busy –"), "\(screen)")
        }
    }

    @Test func `redraws in place, without clearing or scrolling, and follows the window's size`() throws {
        try withBusyWeir { weir, _ in
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 80, rows: 24)
            try terminal.until("running 2")
            let record = "\(weir.folder)/record"
            try terminal.record(to: record)
            let before = readFile(record).count
            try terminal.press("j", "Tab", "k", "?")
            try terminal.until("Keys")
            try terminal.press("x")
            try poll("frames") { readFile(record).count > before + 200 }
            let written = String(decoding: readFile(record), as: UTF8.self)
            #expect(!written.contains("\u{1B}[2J"))
            #expect(!written.contains("\n"))
            #expect(written.contains("\u{1B}[?2026h"))
            try terminal.resize(columns: 120, rows: 40)
            try terminal.until("the new size") { $0.count == 40 && $0.last?.hasPrefix("Tab pane") ?? false }
            try expectWhole(terminal)
            try terminal.resize(columns: 30, rows: 8)
            try terminal.until("weir monitor needs 40×10")
            try terminal.resize(columns: 80, rows: 24)
            try terminal.until("the size of before") { $0.count == 24 && $0.last?.hasPrefix("Tab pane") ?? false }
            try expectWhole(terminal)
        }
    }

    @Test func `shows a log, cancels, retries and pauses by keys`() throws {
        try withBusyWeir { weir, _ in
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 100, rows: 30)
            try terminal.until("talks")
            try terminal.press("Enter")
            let log = try terminal.until("second line")
            #expect(log.contains("first line"))
            try terminal.press("Escape")
            try terminal.until("1 Queues")
            try terminal.press("c")
            try terminal.until("cancel job 2 (talks)? y/n")
            try terminal.press("n")
            try terminal.until("not cancelled")
            try terminal.press("c")
            try terminal.until("y/n")
            try terminal.press("y")
            try terminal.until("job 2: asked to stop")
            try poll("the job's end") { try weir.state(of: "2") == "cancelled" }
            try terminal.until("the job to leave the pane") { !$0.contains { $0.contains("talks") } }
            try terminal.press("4")
            try terminal.press("r")
            try terminal.until("job 1: ready again")
            try terminal.press("1")
            try terminal.press("p")
            try terminal.until("queue default: paused")
            try terminal.until("default (paused)")
            #expect(try weir("queue", "list", "--format", "csv").output.contains("default,paused"))
            try terminal.press("p")
            try terminal.until("queue default: open")
        }
    }

    @Test(arguments: [("q", 0), ("C-c", 0), ("TERM", 143), ("HUP", 129), ("SEGV", 139)])
    func `gives the terminal back`(way: String, code: Int) throws {
        try withBusyWeir { weir, _ in
            let line = """
                echo above; stty -g > before
                '\(WeirCommandLine.program)' monitor & echo $! > pid; fg > /dev/null
                echo "code $?"; stty -g > after; exec sleep 600
                """
            let terminal = try TmuxTerminal("set -m; cd '\(weir.folder)'\n\(line)", of: weir, columns: 80, rows: 24)
            try terminal.until("running 2")
            if code != 0 {
                let pid = String(decoding: readFile("\(weir.folder)/pid"), as: UTF8.self)
                _ = try weir.shell("kill -\(way) \(pid)")
            } else {
                try terminal.press(way)
            }
            let screen = try terminal.until("code \(code)")
            #expect(screen.first == "above")
            try poll("the terminal's mode") { !readFile("\(weir.folder)/after").isEmpty }
            #expect(readFile("\(weir.folder)/after") == readFile("\(weir.folder)/before"))
        }
    }

    @Test func `is suspended by Ctrl-Z and comes back whole`() throws {
        try withBusyWeir { weir, _ in
            let line = """
                '\(WeirCommandLine.program)' monitor
                echo stopped; read -r _; fg > /dev/null; exec sleep 600
                """
            let terminal = try TmuxTerminal("set -m\n\(line)", of: weir, columns: 80, rows: 24)
            try terminal.until("running 2")
            try terminal.press("C-z")
            try terminal.until("stopped")
            try terminal.press("Enter")
            try terminal.until("running 2")
            try expectWhole(terminal)
        }
    }

    @Test func `counts a hundred thousand jobs, and stays at hand`() throws {
        try withWeir { weir in
            _ = try weir.shell("seq 100000 | weir enqueue --queue many --lines -- true {} > ids")
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 80, rows: 24)
            try terminal.until("ready 100,000")
            try expectWhole(terminal)
            try terminal.press("1", "j", "p")
            try terminal.until("queue many: paused")
            let screen = try terminal.until("many (paused)")
            #expect(screen.contains { $0.contains("many (paused)") && $0.contains("100,000") })
            #expect(
                try weir("sql", "--format", "csv", "SELECT ready FROM queue_stats WHERE queue = 'many'").lines.last
                    == "100000")
        }
    }

    @Test func `opens on an empty database`() throws {
        try withWeir { weir in
            try weir("init")
            let terminal = try TmuxTerminal("weir monitor", of: weir, columns: 80, rows: 24)
            try terminal.until("no runner lives")
            try expectWhole(terminal)
        }
    }

    @Test func `prints lines where the terminal can only print`() throws {
        try withWeir { weir in
            try weir("init")
            let terminal = try TmuxTerminal("TERM=dumb weir monitor", of: weir, columns: 160, rows: 24)
            let screen = try terminal.until("queued=0 running=0")
            #expect(screen.first?.contains("TERM is unset or 'dumb'") ?? false)
        }
    }
}

@Suite struct `weir monitor in a pipe` {
    @Test func `prints a line per second`() throws {
        try withWeir { weir in
            try weir.enqueue("--", "true")
            let finished = try weir.shell("weir monitor | head -n 2")
            #expect(finished.lines.count == 2)
            for line in finished.lines { #expect(line.contains("Z queued=1 running=0 scheduled=0 blocked=0 done=0 ")) }
        }
    }

    @Test func `counts what runners did, once for all`() throws {
        try withWeir { weir in
            try weir.enqueue("--retries", "0", "--", "false")
            _ = try weir.shell("seq 40 | weir enqueue --lines -- true {}")
            try weir.work(slots: 3)
            let json = try weir("monitor", "--once", "--format", "json").output
            for text in [
                #""completed_last_hour": 40"#, #""failed_last_hour": 1"#, #""ready": 0"#, #""name": "false""#,
                #""advice": "100% are scripts of under a second"#,
            ] {
                #expect(json.contains(text), "\(json)")
            }
            let stats = try weir("sql", "--format", "csv", "SELECT sum(completed), sum(failed) FROM runner_stats")
            #expect(stats.lines.last == "40,1")
        }
    }

    @Test func `counts nothing where monitoring is off`() throws {
        try withWeir { weir in
            weir.environment["PARALLEL_MONITORING"] = "false"
            try weir.enqueue("--", "true")
            try weir.work()
            let stats = try weir("sql", "--format", "csv", "SELECT count(*) FROM runner_stats")
            #expect(stats.lines.last == "0")
        }
    }

    @Test func `refuses options that contradict each other`() throws {
        try withWeir { weir in
            let both = try weir("monitor", "--plain", "--once")
            #expect(both.code == 64)
            let format = try weir("monitor", "--format", "json")
            #expect(format.errors.contains("add --once"))
            let none = try weir("monitor", "--once", "--db", "\(weir.folder)/none.db")
            #expect(none.code == 66)
        }
    }
}
