import Glibc
import TestSupport
import Testing

@Suite struct `Schedules from the command line` {
    private let text = """
        inputs: {month: {type: string, default: now}}
        schedule:
          - {cron: "0 4 * * *", zone: UTC, overlap: latest, catchUp: 2h}
          - "@weekly"
        steps:
          - {id: a, type: script, config: {command: echo, args: [hi]}}
        """

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        fputs(text, file)
    }

    @Test func `a job is added, shown, run, paused, resumed and removed`() throws {
        try withWeir { weir in
            let added = try weir("schedule", "add", "backup", "--cron", "0 3 * * *", "--", "echo", "saved")
            #expect(added.code == 0)
            #expect(added.errors.hasSuffix("T03:00:00+00:00\n"), "\(added.errors)")
            let shown = try weir("schedule", "show", "backup", "--next", "3")
            #expect(shown.lines.count { $0.contains("T03:00:00+00:00") } == 3)
            #expect(try weir("schedule", "run", "backup").output == "1\n")
            try weir.work()
            #expect(try weir("logs", "1").output == "saved\n")
            #expect(try weir("schedule", "pause", "backup").errors == "schedule backup: paused\n")
            #expect(try weir("schedule", "pause", "backup").errors == "schedule backup: paused already\n")
            #expect(try weir("schedule", "list").output.contains("backup  paused  0 3 * * *  UTC"))
            #expect(try weir("schedule", "resume", "backup").errors == "schedule backup: active\n")
            #expect(try weir("schedule", "remove", "backup").code == 0)
            let missing = try weir("schedule", "show", "backup")
            #expect(missing.code == 65)
            #expect(missing.errors == "weir: there are no schedules yet; 'weir schedule add' makes one\n")
            #expect(try weir.state(of: "1") == "succeeded")
        }
    }

    @Test func `a workflow brings its schedules along, and takes inputs`() throws {
        try withWeir { weir in
            try write(text, to: "\(weir.folder)/w.yaml")
            #expect(try weir("schedule", "add", "w", "--workflow", "w.yaml", "--input", "month=05").code == 0)
            let query =
                "SELECT name || ' ' || cron || ' ' || overlap || ' ' || catch_up_ms || ' ' || inputs FROM schedules"
            #expect(
                try weir("sql", "--format", "csv", query).lines.dropFirst() == [
                    "\"w-1 0 4 * * * latest 7200000 {\"\"month\"\":\"\"05\"\"}\"",
                    "\"w-2 @weekly skip 3600000 {\"\"month\"\":\"\"05\"\"}\"",
                ])
            #expect(try weir("schedule", "run", "w-2").output == "1\n")
            try weir.work()
            #expect(try weir("sql", "--format", "csv", "SELECT state FROM run_history").lines.last == "succeeded")
        }
    }

    @Test(arguments: [
        (["--cron", "0 0 31 2 *", "--", "true"], Int32(65), "weir: cron '0 0 31 2 *', column 5: it never fires"),
        (["--cron", "@often", "--", "true"], 65, "weir: cron '@often', column 1: there is no '@often'"),
        (["--cron", "@daily", "--zone", "../passwd", "--", "true"], 65, "weir: '../passwd' is no name of a time zone"),
        (["--cron", "@daily", "--zone", "europe/nowhere", "--", "true"], 65, "weir: there is no time zone"),
        (["--cron", "@daily", "--workflow", "none.yaml"], 66, "weir: none.yaml: there is no such file"),
        (
            ["--cron", "@daily", "--workflow", "w.yaml", "--input", "mont=1"], 65,
            "weir: w.yaml: the workflow has no input"
        ),
        (["--cron", "@daily"], 64, "Error: give a command after --"),
        (["--", "true"], 64, "Error: give --cron"),
        (["--cron", "@daily", "--overlap", "often", "--", "true"], 64, "Error: The value 'often' is invalid"),
    ])
    func `what cannot be is refused, and no database is made`(
        arguments: [String], code: Int32, message: String
    ) throws {
        try withWeir { weir in
            try write(text, to: "\(weir.folder)/w.yaml")
            let refused = try weir.run(["schedule", "add", "s"] + arguments)
            #expect(refused.code == code)
            #expect(refused.errors.hasPrefix(message), "\(refused.errors)")
            #expect(access(weir.database, F_OK) != 0)
        }
    }

    @Test func `a workflow's cron that never fires is refused at its place`() throws {
        try withWeir { weir in
            try write(text.replacing("0 4 * * *", with: "0 4 30 feb *"), to: "\(weir.folder)/w.yaml")
            let refused = try weir("validate", "w.yaml")
            #expect(refused.code == 65)
            #expect(refused.errors.contains("w.yaml:3:12: error:"), "\(refused.errors)")
            #expect(refused.errors.contains("it never fires"))
        }
    }
}
