import Jobs
import SQLite
import TestSupport
import Testing

@Suite struct `The view enqueue` {
    @Test func `takes all that a job may have`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 3) }
            let first = try store.enqueue("first")
            try store.asStranger(
                """
                INSERT INTO enqueue(command, args, name, queue, priority, pool, key, after, retries, timeout_ms, cwd, env, stdin)
                VALUES ('convert', '["a b", 7, "ü"]', 'pictures', 'images', 9, '{"p": 2}', 'k', '[\(first)]', 0, 5000,
                        '/tmp', '{"A": "1"}', x'00ff')
                """)
            #expect(try store.column("SELECT state FROM jobs ORDER BY id") == ["ready", "blocked"])
            try store.finish(#require(try store.claim(9, for: runner).first))
            let claim = try #require(try store.claim(9, for: runner).first)
            #expect(claim.command == "convert" && claim.arguments == ["a b", "7", "ü"] && !claim.shell)
            #expect(claim.name == "pictures" && claim.key == "k" && claim.timeout == 5_000 && claim.directory == "/tmp")
            #expect(claim.environment == ["A": "1"] && claim.standardInput == [0, 255])
            #expect(try store.lines("SELECT queue, priority, pool FROM job_history WHERE id = 2") == ["images|9|p"])
            #expect(try store.column("SELECT used FROM pool_usage") == ["2"])
            #expect(try store.finish(claim, .failed) == .failed)
        }
    }

    @Test func `takes a line for the shell, one unit of a pool by its name, and nothing else`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            try store.write { try $0.setPool("p", capacity: 1) }
            for _ in 0..<2 { try store.asStranger("INSERT INTO enqueue(shell, pool) VALUES ('echo a | wc', 'p')") }
            try store.asStranger("INSERT INTO enqueue(command) VALUES ('true')")
            let claims = try store.claim(9, for: runner)
            #expect(claims.map(\.command) == ["echo a | wc", "true"])
            #expect(claims.map(\.shell) == [true, false])
            #expect(try store.column("SELECT max_attempts || '/' || priority FROM jobs WHERE id = 3") == ["4/5"])
        }
    }

    @Test func `does nothing while an unfinished job has the key`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let other = try store.enqueue("other") { $0.priority = 0 }
            for _ in 0..<3 {
                try store.asStranger("INSERT INTO enqueue(command, key, after) VALUES ('a', 'k', '[]')")
                try store.asStranger("INSERT INTO enqueue(command, key, after) VALUES ('a', 'k', '[\(other)]')")
            }
            #expect(try store.column("SELECT count(*) FROM jobs") == ["2"])
            #expect(try store.column("SELECT count(*) FROM dependencies") == ["0"])
            let held = try store.enqueue("a") { $0.key = UniqueKey("k") }
            #expect(held == JobID(2))
            try store.finish(#require(try store.claim(for: runner).first))
            try store.asStranger("INSERT INTO enqueue(command, key) VALUES ('a', 'k')")
            #expect(try store.column("SELECT count(*) FROM jobs") == ["3"])
        }
    }

    @Test func `knows the conditions of what a job comes after`() throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let (good, bad, open) = (try store.enqueue(), try store.enqueue { $0.retries = 0 }, try store.enqueue())
            try store.finish(#require(try store.claim(for: runner).first))
            try store.finish(#require(try store.claim(for: runner).first), .failed)
            for after in [
                #"[\#(good)]"#, #"["\#(good):failed"]"#, #"[\#(bad)]"#, #"["\#(bad):failed", "\#(good):finished"]"#,
                #"[\#(good), \#(open)]"#, #"[\#(bad), \#(open)]"#, #"["\#(open):failed"]"#, #"[\#(open), "\#(open)"]"#,
            ] {
                try store.asStranger("INSERT INTO enqueue(command, after) VALUES ('a', ?)", [.text(after)])
            }
            #expect(
                try store.column("SELECT state FROM jobs WHERE id > 3 ORDER BY id")
                    == ["ready", "skipped", "skipped", "ready", "blocked", "skipped", "blocked", "blocked"])
            let last = try #require(try store.claim(9, for: runner).first { $0.job == open })
            try store.finish(last)
            #expect(
                try store.column("SELECT state FROM jobs WHERE id IN (8, 10, 11) ORDER BY id")
                    == ["ready", "skipped", "ready"])
        }
    }

    @Test func `takes a time as a number or a text`() throws {
        try withJobStore { store, time in
            let runner = try store.runner()
            try store.asStranger("INSERT INTO enqueue(command, run_at) VALUES ('number', 4102444800000)")
            try store.asStranger("INSERT INTO enqueue(command, run_at) VALUES ('text', '2100-01-01 00:00:00')")
            try store.asStranger("INSERT INTO enqueue(command, run_at) VALUES ('past', '2020-01-01')")
            #expect(try store.column("SELECT run_at FROM jobs WHERE id < 3") == ["4102444800000", "4102444800000"])
            #expect(try store.claim(9, for: runner).map(\.command) == ["past"])
            time.advance(by: 4_102_444_800_000 - time.now.rawValue)
            #expect(try store.claim(9, for: runner).map(\.command) == ["number", "text"])
        }
    }

    /// What SQLite takes for JSON and other readers do not: it must not stop the claims of everybody.
    @Test(arguments: [
        ("args", #"["\ud800"]"#), ("env", #"{"A": "\ud800"}"#), ("env", #"{"A": "1", "A": "2"}"#),
        ("pool", #"{"\udfff": 1}"#), ("pool", #"{"p": 1, "p": 1}"#), ("args", #"["\u0000"]"#),
        ("env", #"{"A": "\u0000b"}"#), ("args", "[1e400, 99999999999999999999]"), ("env", "{}"), ("pool", "{}"),
    ])
    func `makes jobs that can be claimed, or none`(column: String, value: String) throws {
        try withJobStore { store, _ in
            let runner = try store.runner()
            let isRefused: Bool
            do {
                try store.asStranger("INSERT INTO enqueue(command, \(column)) VALUES ('a', ?)", [.text(value)])
                isRefused = false
            } catch is SQLiteError {
                isRefused = true
            }
            #expect(try store.claim(9, for: runner).count == (isRefused ? 0 : 1))
        }
    }

    @Test(arguments: [
        ("shell, command", "'a', 'b'", "give either command or shell"),
        ("name", "'a'", "give either command or shell"),
        ("command", "''", "give either command or shell"),
        ("command", "'a' || char(0)", "give either command or shell"),
        ("command, args", "'a', 'b'", "args must be a JSON array of strings or numbers"),
        ("command, args", "'a', '{}'", "args must be a JSON array of strings or numbers"),
        ("command, args", "'a', '[[]]'", "args must be a JSON array of strings or numbers"),
        ("command, args", "'a', '[null]'", "args must be a JSON array of strings or numbers"),
        ("command, args", "'a', json_array(hex(zeroblob(65536)))", "over the system's limit of 131,071 bytes"),
        ("shell", "hex(zeroblob(65536))", "over the system's limit of 131,071 bytes"),
        ("command, env", "'a', '[]'", "env must be a JSON object of strings"),
        ("command, env", "'a', '{\"A\": 1}'", "env must be a JSON object of strings"),
        ("command, env", "'a', '{\"A=\": \"1\"}'", "env must be a JSON object of strings"),
        ("command, env", "'a', 'A=1'", "env must be a JSON object of strings"),
        ("command, pool", "'a', ' '", "pool must be a name or a JSON object"),
        ("command, pool", "'a', '{\"p\": 0}'", "pool must be a name or a JSON object"),
        ("command, pool", "'a', '{\"p\": 1.5}'", "pool must be a name or a JSON object"),
        ("command, pool", "'a', '{\"q\": 99999999999999999999}'", "pool must be a name or a JSON object"),
        ("command, pool", "'a', '{'", "pool must be a name or a JSON object"),
        ("command, pool", "'a', '{\"p\": 3}'", "a pool has less capacity than the job asks for"),
        ("command, after", "'a', '1'", "after must be a JSON array"),
        ("command, after", "'a', '[\"1:ended\"]'", "after must be a JSON array"),
        ("command, after", "'a', '[1.5]'", "after must be a JSON array"),
        ("command, after", "'a', '[99]'", "after names a job that does not exist"),
        ("command, priority", "'a', 100", "priority must be a whole number from 0 to 99"),
        ("command, priority", "'a', 'x'", "priority must be a whole number from 0 to 99"),
        ("command, retries", "'a', -1", "retries must be a whole number from 0 to 1000000"),
        ("command, timeout_ms", "'a', 0", "timeout_ms must be a whole number from 1 to 315360000000"),
        ("command, run_at", "'a', 'soon'", "run_at must be milliseconds of Unix time"),
        ("command, queue", "'a', ''", "queue must be a name"),
    ])
    func `refuses what cannot be meant, and says so`(columns: String, values: String, message: String) throws {
        try withJobStore { store, _ in
            try store.write { try $0.setPool("p", capacity: 2) }
            let error = #expect(throws: SQLiteError.self) {
                try store.asStranger("INSERT INTO enqueue(\(columns)) VALUES (\(values))")
            }
            #expect(error?.message.contains(message) ?? false, "\(error?.message ?? "")")
            #expect(try store.column("SELECT count(*) FROM jobs") == ["0"])
            #expect(try store.column("SELECT name FROM queues") == ["default"])
        }
    }
}
