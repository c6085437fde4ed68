import Glibc
import TestSupport
import Testing

/// What users ask with SQL, against what the jobs' own ledger says.
@Suite(.serialized) struct `The answers of SQL` {
    private static let slowest = "SELECT id FROM job_history ORDER BY duration_ms DESC, id LIMIT 10"
    private static let failures = """
        SELECT strftime('%Y-%m-%dT%H', finished_at) AS hour, exit_code, count(*) FROM attempt_history
        WHERE state = 'failed' GROUP BY 1, 2 ORDER BY 1, 2
        """
    private static let waits = """
        WITH w AS (SELECT queue, queue_ms, row_number() OVER (PARTITION BY queue ORDER BY queue_ms) AS n,
                          count(*) OVER (PARTITION BY queue) AS c FROM job_history)
        SELECT queue, max(CASE WHEN n = (c + 1) / 2 THEN queue_ms END), max(CASE WHEN n = (c * 95 + 99) / 100 THEN queue_ms END)
        FROM w GROUP BY queue ORDER BY queue
        """

    private let count = Binary.size(200, full: 1_000)

    @Test func `agree with the ledger, in the program and in the shell`() throws {
        try withHost { host in
            try host.run("enqueue", "--from", "-", input: jobs(codesIn: "\(host.folder)/codes"))
            try host.startRunner("--slots", "3", "--drain-after", "idle").wait(within: 600)
            try checkSlowest(on: host)
            try checkFailures(on: host)
            try checkWaits(on: host)
        }
    }

    /// Ten are slow, each by another length.
    private func isSlow(_ job: Int) -> Bool { job % (count / 10) == 5 }

    /// Every seventh job fails with one of three codes.
    private func jobs(codesIn path: String) -> String {
        var lines: [String] = []
        for job in 1...count {
            let seconds = isSlow(job) ? Double(job / (count / 10)) * 0.1 + 0.5 : 0
            let code = job % 7 == 0 ? job % 3 + 1 : 0
            let command = "echo \(code) >> \(path); sleep \(seconds); exit \(code)"
            lines.append(#"{"shell": "\#(command)", "queue": "q\#(job % 3)", "retries": 0}"#)
        }
        return lines.joined(separator: "\n")
    }

    private func checkSlowest(on host: Host) throws {
        let answer = try ask(host, Self.slowest)
        let expected = (1...count).filter(isSlow).reversed().map { "\($0)" }
        #expect(answer == expected)
    }

    private func checkFailures(on host: Host) throws {
        var failures: [String: Int] = [:]
        for line in try ask(host, Self.failures) {
            let fields = line.split(separator: "|").map(String.init)
            failures[fields[1], default: 0] += Int(fields[2]) ?? 0
        }
        var expected: [String: Int] = [:]
        let codes = Files.read("\(host.folder)/codes").split(separator: "\n").map(String.init)
        for code in codes where code != "0" { expected[code, default: 0] += 1 }
        #expect(codes.count == count)
        #expect(failures == expected)
    }

    private func checkWaits(on host: Host) throws {
        let answer = try ask(host, Self.waits)
        var expected: [String] = []
        for queue in 0..<3 {
            let waits = try host.lines("SELECT started_at - created_at FROM jobs WHERE id % 3 = \(queue)")
            let sorted = waits.compactMap { Int($0) }.sorted()
            expected.append(
                "q\(queue)|\(sorted[(sorted.count + 1) / 2 - 1])|\(sorted[(sorted.count * 95 + 99) / 100 - 1])")
        }
        #expect(answer == expected)
    }

    /// Of the program and of the shell, which must agree.
    private func ask(_ host: Host, _ sql: String) throws -> [String] {
        let shell = try host.shell(sql).split(separator: "\n").map(String.init)
        let csv = try host.run("sql", "--format", "csv", sql)
        let ours = csv.split(whereSeparator: \.isNewline).dropFirst().map { String($0.replacing(",", with: "|")) }
        #expect(ours == shell)
        return shell
    }
}
