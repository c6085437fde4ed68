import Glibc
import TestSupport

/// Workers of tests, and jobs for them.
extension Host {
    /// Stores jobs of a type as another program does.
    func enqueue(_ type: String, data: String = "null", count: Int = 1, retries: Int = 0, timeout: Int? = nil) throws {
        try run("init")
        let limit = timeout.map(String.init) ?? "NULL"
        try shell(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
            INSERT INTO enqueue(type, data, retries, timeout_ms)
            SELECT '\(type)', '\(data)', \(retries), \(limit) FROM n
            """)
    }

    /// A worker in Python that has the line as `line`, the message as `m`, and `say(answer)`; `body` is done for each.
    func pythonWorker(_ name: String, start: String = "say({'ready': True})", _ body: String) throws -> String {
        let indented = body.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
        try Files.write(
            """
            import json, os, signal, sys, time
            def say(answer):
                os.write(1, (json.dumps(answer) + "\\n").encode())
            count = 0
            \(start)
            for line in sys.stdin:
                count += 1
                m = json.loads(line)
            \(indented.joined(separator: "\n"))
            """, to: "\(folder)/\(name).py")
        return "work=python3 \(folder)/\(name).py"
    }

    /// Lets a runner do all jobs, and gives it back ended.
    @discardableResult
    func work(_ arguments: String...) throws -> TestProcess {
        let runner = try start(["runner", "--drain-after", "idle"] + arguments)
        let end = try runner.wait(within: 120)
        guard end.exitCode == 0 else { throw TestFailure("runner: \(end) \(runner.error)") }
        return runner
    }

    /// What the jobs' logs hold, standard error only.
    func errors() throws -> String {
        try lines("SELECT CAST(data AS TEXT) FROM outputs WHERE stream = 2 ORDER BY job_id, attempt, start").joined()
    }
}
