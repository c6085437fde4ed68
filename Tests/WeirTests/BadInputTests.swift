import Glibc
import SQLite
import TestSupport
import Testing

/// Arguments that must be refused, with which code, and a part of what is said.
struct BadCommandLine: CustomTestStringConvertible, Sendable {
    let arguments: [String]
    let code: Int32
    let message: String
    var testDescription: String { arguments.joined(separator: " ").prefix(80) + " → \(code)" }

    init(_ arguments: [String], _ code: Int32, _ message: String) {
        self.arguments = arguments
        self.code = code
        self.message = message
    }

    static let all: [BadCommandLine] = usage + enqueue + unknown

    private static let usage: [BadCommandLine] = [
        BadCommandLine(["enqueu", "--", "true"], 64, "there is no command 'enqueu'; did you mean 'enqueue'?"),
        BadCommandLine(["enqueue", "--prioritty", "1", "--", "true"], 64, "Did you mean '--priority'?"),
        BadCommandLine(["enqueue"], 64, "give a command after --"),
        BadCommandLine(["enqueue", "make"], 64, "give a command after --"),
        BadCommandLine(["enqueue", "--nope"], 64, "Unknown option '--nope'"),
        BadCommandLine(
            ["enqueue", "--prioritty", "1"], 64, "Unknown option '--prioritty'. Did you mean '--priority'?"),
        BadCommandLine(["enqueue", "--priority", "100", "--nope"], 64, "Unknown option '--nope'"),
        BadCommandLine(["wait", "--nope"], 64, "Unknown option '--nope'"),
        BadCommandLine(["schedule", "add", "a", "--crn", "@daily"], 64, "Did you mean '--cron'?"),
        BadCommandLine(["enqueue", "--priority", "100", "--", "true"], 64, "from 0 to 99, not 100"),
        BadCommandLine(["enqueue", "--priority=-1", "--", "true"], 64, "from 0 to 99, not -1"),
        BadCommandLine(["enqueue", "--priority", "99999999999999999999", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--retries=-1", "--", "true"], 64, "from 0 to 1000000, not -1"),
        BadCommandLine(["enqueue", "--timeout=-5", "--", "true"], 64, "'-5' is invalid"),
        BadCommandLine(["enqueue", "--in", "99999999d", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--pool", "gpu=0", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--memory", "5K", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--memory", "much", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--after", "0", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--after", "1:suceeded", "--", "true"], 64, "invalid"),
        BadCommandLine(["enqueue", "--env", "NO_SUCH_VARIABLE", "--", "true"], 64, "write NO_SUCH_VARIABLE=VALUE"),
        BadCommandLine(["enqueue", "--at", "tomorrow", "--", "true"], 64, "invalid"),
        BadCommandLine(["list", "--state", "faild"], 64, "did you mean 'failed'?"),
        BadCommandLine(["list", "--limit", "0"], 64, "from 1 to 1000000, not 0"),
        BadCommandLine(["list", "--format", "xml"], 64, "invalid"),
        BadCommandLine(["wait"], 64, "name a job"),
        BadCommandLine(["wait", "x"], 64, "invalid"),
        BadCommandLine(["pool", "set", "gpu", "--", "-1"], 64, "from 0 to 1000000, not -1"),
        BadCommandLine(["runner", "--slots", "0"], 64, "from 1 to 10000, not 0"),
    ]

    private static let enqueue: [BadCommandLine] = [
        BadCommandLine(["enqueue", "--", ""], 65, "the command is empty"),
        BadCommandLine(["enqueue", "--after", "999", "--", "true"], 65, "there is no job 999"),
        BadCommandLine(["enqueue", "--queue", "a b", "--", "true"], 65, "queue 'a b': a name has"),
        BadCommandLine(["enqueue", "--queue", "", "--", "true"], 65, "queue '': a name has"),
        BadCommandLine(["enqueue", "--pool", "a,b", "--", "true"], 65, "pool 'a,b': a name has"),
        BadCommandLine(["enqueue", "--from", "missing.ndjson"], 66, "missing.ndjson: No such file or directory"),
        BadCommandLine(["enqueue", "--from", "/tmp"], 66, "/tmp: Is a directory"),
        BadCommandLine(["enqueue", "--stdin", "missing", "--", "cat"], 66, "missing: No such file or directory"),
        BadCommandLine(["enqueue", "--db", "/proc/none/weir.db", "--", "true"], 73, "the database cannot be made"),
        BadCommandLine(["enqueue", "--db", "/dev/null", "--", "true"], 65, "not a Weir database"),
    ]

    private static let unknown: [BadCommandLine] = [
        BadCommandLine(["show", "99"], 65, "there is no job 99"),
        BadCommandLine(["show", "run:7"], 65, "there is no run 7"),
        BadCommandLine(["logs", "99"], 65, "there is no job 99"),
        BadCommandLine(["logs", "-f", "99"], 65, "there is no job 99"),
        BadCommandLine(["wait", "99"], 65, "there is no job 99"),
        BadCommandLine(["wait", "--run", "7"], 65, "there is no run 7"),
        BadCommandLine(["cancel", "99"], 65, "there is no job 99"),
        BadCommandLine(["cancel", "--run", "7"], 65, "there is no run 7"),
        BadCommandLine(["retry", "99"], 65, "there is no job 99"),
        BadCommandLine(["explain", "99"], 65, "there is no job 99"),
        BadCommandLine(["list", "--queue", "defalt"], 65, "did you mean 'default'?"),
        BadCommandLine(["list", "--run", "r7"], 65, "there is no run 7"),
        BadCommandLine(["list", "--workflow", "Release"], 65, "there are no runs yet"),
        BadCommandLine(["queue", "pause", "defalt"], 65, "did you mean 'default'?"),
        BadCommandLine(["runner", "--queues", "defalt", "--drain-after", "idle"], 65, "did you mean 'default'?"),
        BadCommandLine(["sql", "DELETE FROM jobs"], 65, "only SELECT is allowed here"),
        BadCommandLine(["sql", "SELECT * FROM job"], 65, "no such table: job"),
        BadCommandLine(["sql", "SELECT 1; SELECT 2"], 65, "one statement at a time"),
        BadCommandLine(["sql", "--db", "missing.db", "SELECT 1"], 66, "there is no database"),
        BadCommandLine(["list", "--db", "missing.db"], 66, "there is no database"),
        BadCommandLine(["list", "--db", "/etc/passwd"], 65, "not a Weir database"),
        BadCommandLine(["sql", "--db", "/etc/passwd", "SELECT 1"], 65, "not a Weir database"),
        BadCommandLine(["list", "--db", "/tmp"], 65, "not a Weir database"),
    ]
}

/// Lines of NDJSON, of which one must be refused.
struct BadBatch: CustomTestStringConvertible, Sendable {
    let lines: [String]
    let message: String
    var testDescription: String { lines.joined(separator: " ").prefix(80) + "" }

    init(_ lines: String..., says message: String) {
        self.lines = lines
        self.message = message
    }

    static let all: [BadBatch] = [
        BadBatch(#"{"command":"true","args":["a\u0000b"]}"#, says: "<stdin>:1: argument 1 holds a NUL byte"),
        BadBatch(#"{"command":"true","name":"a\u0000b"}"#, says: "<stdin>:1: the name holds a NUL byte"),
        BadBatch(#"{"command":"true","queue":"a\u0000b"}"#, says: "<stdin>:1: queue 'a^@b': a name has"),
        BadBatch(#"{"command":"true","pool":{"a\u0000b":1}}"#, says: "<stdin>:1: pool 'a^@b': a name has"),
        BadBatch(
            #"{"command":"true","env":{"A":"x\u0000"}}"#, says: "<stdin>:1: the environment variable 'A' holds a NUL"),
        BadBatch(#"{"command":"true","env":{"A=B":"x"}}"#, says: "<stdin>:1: 'A=B' cannot be the name"),
        BadBatch(
            #"{"command":"a","name":"a","after":["b"]}"#, #"{"command":"b","name":"b","after":["a"]}"#,
            says: "<stdin>:1: jobs wait for one another: 'a' → 'b' → 'a'"),
        BadBatch(#"{"command":"a","name":"a","after":["a"]}"#, says: "<stdin>:1: job 'a' depends on itself"),
        BadBatch(#"{"command":"a"}"#, #"{"command":"b","after":[77]}"#, says: "<stdin>:2: there is no job 77"),
        BadBatch(
            #"{"command":"a","name":"fetch"}"#, #"{"command":"b","after":["fetsh"]}"#,
            says: "<stdin>:2: after 'fetsh': no job of the batch has this name, and it is no id; did you mean 'fetch'?"),
        BadBatch(
            #"{"command":"true","priority":-1}"#, says: "<stdin>:1: 'priority' must be a whole number from 0 to 99"),
        BadBatch(#"{"command":"true","priority":1e30}"#, says: "<stdin>:1: 'priority' must be a whole number"),
        BadBatch(#"{"command":"true","timeout":-5}"#, says: "<stdin>:1: 'timeout' must be"),
        BadBatch(#"{"command":"true""#, says: "<stdin>:1:18: this is not JSON: expected ',' or '}'"),
        BadBatch(#"[1]"#, says: "<stdin>:1: this is JSON, but no object"),
        BadBatch(#"{"comand":"true"}"#, says: "<stdin>:1: unknown key 'comand'; did you mean 'command'?"),
        BadBatch(#"{"args":["x"]}"#, says: "<stdin>:1: give either 'command', 'shell' or 'type'"),
        BadBatch("", says: "<stdin>: no jobs"),
        BadBatch(
            #"{"command":"a","key":"k"}"#, #"{"command":"b","key":"k"}"#,
            says: "jobs 1 and 2 of the batch have the same key 'k'"),
    ]
}

@Suite struct `Bad input` {
    @Test(arguments: BadCommandLine.all)
    func `is refused with a reason and the right exit code`(bad: BadCommandLine) throws {
        try withWeir { weir in
            try weir("init")
            let finished = try weir.run(bad.arguments)
            #expect(finished.code == bad.code)
            #expect(finished.errors.contains(bad.message), "\(finished.errors)")
            #expect(finished.output == "")
            if bad.code != 64 { #expect(finished.errors.split(separator: "\n").count == 1, "\(finished.errors)") }
            #expect(try weir("list", "--format", "json").output == "[]\n")
        }
    }

    @Test(arguments: BadBatch.all)
    func `in a batch is told with its line, and enqueues nothing`(bad: BadBatch) throws {
        try withWeir { weir in
            try weir("init")
            let finished = try weir("enqueue", "--from", "-", input: bad.lines.map { $0 + "\n" }.joined())
            #expect(finished.code == 65)
            #expect(finished.errors.hasPrefix("weir: " + bad.message), "\(finished.errors)")
            #expect(finished.errors.split(separator: "\n").count == 1)
            #expect(finished.output == "")
            #expect(try weir("list", "--format", "json").output == "[]\n")
        }
    }

    @Test func `at line 57 of a batch names line 57 and enqueues nothing`() throws {
        try withWeir { weir in
            try weir("init")
            var lines = Array(repeating: #"{"command":"true"}"#, count: 100)
            lines[56] = #"{"command":"true","retries":"many"}"#
            let finished = try weir("enqueue", "--from", "-", input: lines.joined(separator: "\n"))
            #expect(finished.code == 65)
            #expect(finished.errors == "weir: <stdin>:57: 'retries' must be a whole number from 0 to 1000000\n")
            #expect(try weir("list", "--format", "json").output == "[]\n")
        }
    }

    @Test func `over the system's limits is refused when it is enqueued`() throws {
        try withWeir { weir in
            let long = String(repeating: "x", count: 131_072)
            let one = try weir("enqueue", "--from", "-", input: "{\"command\":\"true\",\"args\":[\"\(long)\"]}\n")
            #expect(one.code == 65)
            #expect(one.errors.contains("argument 1 has 131072 bytes, and the kernel takes 131071"))
            let part = "\"" + String(repeating: "x", count: 100_000) + "\""
            let parts = Array(repeating: part, count: 25).joined(separator: ",")
            let all = try weir("enqueue", "--from", "-", input: "{\"command\":\"true\",\"args\":[\(parts)]}\n")
            #expect(all.code == 65)
            #expect(all.errors.contains("bytes together, and the kernel takes"))
        }
    }

    @Test func `that is no UTF-8 is refused, not mended into another text`() throws {
        try withWeir { weir in
            let argument = try weir.shell(#"weir enqueue -- cat $'a\xffb'"#)
            #expect(argument.code == 65)
            #expect(argument.errors == "weir: argument 4 is not UTF-8: 'a\u{FFFD}b'; jobs are stored as text\n")
            let variable = try weir.shell(#"export X=$'\xff'; weir enqueue --env X -- true"#)
            #expect(variable.code == 65)
            let line = try weir.run(["enqueue", "--lines", "--", "cat"], input: [0x61, 0x0A, 0xFF, 0x0A])
            #expect(line.code == 65)
            #expect(line.errors == "weir: <stdin>:2: this line is not UTF-8\n")
            #expect(access(weir.database, F_OK) != 0)
        }
    }

    @Test func `that is no UTF-8 is refused in a batch`() throws {
        try withWeir { weir in
            let bytes = Array(#"{"command":"tr"#.utf8) + [0xFF] + Array(#"ue"}"#.utf8)
            let finished = try weir.run(["enqueue", "--from", "-"], input: bytes)
            #expect(finished.code == 65)
            #expect(
                finished.errors.hasPrefix("weir: <stdin>:1:13: this is not JSON: a string is not UTF-8"),
                "\(finished.errors)")
        }
    }
}
