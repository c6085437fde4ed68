import Testing

@Suite struct `The output of jobs` {
    @Test func `both streams are printed in their order, or one alone`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--shell", "echo one; echo two >&2")
            try weir.work()
            #expect(try weir("logs", job).lines.sorted() == ["one", "two"])
            #expect(try weir("logs", job, "--stdout").output == "one\n")
            #expect(try weir("logs", job, "--stderr").output == "two\n")
        }
    }

    @Test func `what was not kept is counted on standard error`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--shell", "head -c 3000000 /dev/zero | tr '\\0' x; echo end")
            try weir.work()
            let logs = try weir("logs", job)
            #expect(logs.output.utf8.count < 1_200_000)
            #expect(logs.output.hasSuffix("xend\n"))
            let gap = try #require(logs.errors.split(separator: " ").compactMap { Int($0) }.first)
            #expect(logs.errors == "[... \(gap) bytes not kept ...]\n")
            #expect(gap + logs.output.utf8.count == 3_000_004)
        }
    }

    @Test func `bytes that are no UTF-8 come out as they went in`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--shell", #"printf '\377\376\000x'"#)
            try weir.work()
            let logs = try weir.shell("weir logs \(job) | od -An -tx1")
            #expect(logs.output == " ff fe 00 78\n")
            #expect(try weir("show", job, "--format", "json").code == 0)
        }
    }

    @Test func `a terminal is shown escapes instead of obeying them, unless raw`() throws {
        try withWeir { weir in
            let job = try weir.enqueue(
                "--name", "\u{1B}[31mred\u{9B}0m", "--shell",
                #"printf '\033[31mred\302\2330m\r\n\303'; printf '\244\n'"#)
            try weir.work()
            let line = "script -qec '\(WeirCommandLine.program) %' /dev/null"
            let logs = try weir.shell(line.replacing("%", with: "logs \(job)"))
            #expect(logs.output == "^[[31mred\\u{9b}0m\r\nä\r\n")
            #expect(try weir.shell(line.replacing("%", with: "logs --raw \(job)")).output.contains("\u{1B}[31m"))
            for command in [
                "list", "list --format csv", "list --format json", "show \(job)", "show \(job) --format json",
            ] {
                let shown = try weir.shell(line.replacing("%", with: command)).output
                #expect(shown.contains("red"))
                #expect(!shown.contains("\u{1B}"), "\(command)")
                #expect(!shown.contains("\u{9B}"), "\(command)")
            }
        }
    }

    @Test func `a reader that goes away ends the command quietly`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--shell", "head -c 900000 /dev/zero | tr '\\0' x")
            try weir.work()
            let piped = try weir.shell("weir logs \(job) | head -c 1; echo \" ${PIPESTATUS[0]}\"")
            #expect(piped.output == "x 141\n")
            #expect(piped.errors == "")
        }
    }

    @Test func `an attempt that there was not is an error`() throws {
        try withWeir { weir in
            let job = try weir.enqueue("--", "true")
            try weir.work()
            let logs = try weir("logs", job, "--attempt", "2")
            #expect(logs.code == 65)
            #expect(logs.errors == "weir: job 1 has had 1 attempt, so there is no attempt 2\n")
        }
    }
}
