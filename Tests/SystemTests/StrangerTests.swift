import Glibc
import SQLite
import TestSupport
import Testing

/// Jobs that another program inserts with SQL, without our bell.
@Suite(.serialized) struct `An insert by a stranger` {
    private static let insert = #"INSERT INTO enqueue(command, args) VALUES ('echo', '["hi"]')"#

    /// Milliseconds from the end of each insert to the start of its job.
    private func latencies(_ count: Int, on host: Host) throws -> [Int] {
        try (0..<count).map { _ in
            try host.shell(Self.insert)
            let end = wallClock()
            try eventually("end of the job", within: 60, every: 1_000) { try host.isAllFinal() }
            return try host.number("SELECT started_at FROM jobs ORDER BY id DESC LIMIT 1") - end
        }
    }

    private func judge(_ latencies: [Int], _ what: String) {
        report(
            "\(what): p50 \(percentile(0.5, latencies)) ms, p95 \(percentile(0.95, latencies)) ms, max \(latencies.max() ?? 0) ms"
        )
        if Binary.isFull { #expect(percentile(0.95, latencies) < 50) }
        // Only the safety poll would have found those.
        #expect(latencies.filter { $0 > 3_000 } == [], "\(what): a wake-up was lost")
    }

    @Test func `starts at once on an idle runner, whatever the log went through`() throws {
        try withHost { host in
            try host.run("init")
            try host.startRunner("--slots", "2")
            try host.run("enqueue", "--wait", "--", "true")
            judge(try latencies(Binary.size(10, full: 100), on: host), "idle")
            // The shell's checkpoint, then a log that is written from its beginning.
            for mode in ["PASSIVE", "RESTART", "TRUNCATE"] {
                var all: [Int] = []
                for _ in 0..<Binary.size(2, full: 30) {
                    try host.shell("PRAGMA wal_checkpoint(\(mode))")
                    all += try latencies(1, on: host)
                }
                judge(all, "after a checkpoint (\(mode))")
            }
            // A log made anew: the last connection of all takes the file with it.
            var all: [Int] = []
            for _ in 0..<Binary.size(1, full: 10) {
                try host.stopRunners()
                host.disconnect()
                try host.startRunner("--slots", "2")
                try host.run("enqueue", "--wait", "--", "true")
                all += try latencies(2, on: host)
            }
            judge(all, "after a new log")
            try host.stopRunners()
        }
    }

    @Test func `starts although the disk took long to sync it`() throws {
        try withHost { host in
            try host.run("init")
            try host.startRunner("--slots", "2")
            try host.run("enqueue", "--wait", "--", "true")
            // The event comes when the log is written, the commit shows when it is synced.
            for delay in Binary.isFull ? [100, 300, 700, 1_500] : [700] {
                let shell = try TestProcess(
                    [
                        "strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e",
                        "inject=fdatasync:delay_enter=\(delay)000", "sqlite3", host.database, Self.insert,
                    ], in: host.folder)
                #expect(try shell.wait().exitCode == 0, "\(shell.error)")
                let end = wallClock()
                try eventually("end of the job", within: 60, every: 1_000) { try host.isAllFinal() }
                let latency = try host.number("SELECT started_at FROM jobs ORDER BY id DESC LIMIT 1") - end
                report("synced in \(delay) ms: started after \(latency) ms")
                #expect(latency < 3_000)
            }
            try host.stopRunners()
        }
    }

    @Test func `is never lost under load`() throws {
        try withHost { host in
            try host.run("enqueue", "--lines", "--", "true", input: (1...20).map { "\($0)" }.joined(separator: "\n"))
            try host.startRunner("--slots", "2")
            try host.startRunner("--slots", "2")
            let each = Binary.size(20, full: 250)
            let loop =
                "i=0; while [ $i -lt \(each) ]; do sqlite3 -cmd '.timeout 60000' \(host.database) \"$0\" || exit 1; i=$((i+1)); done"
            let shells = try (0..<4).map { _ in try TestProcess(["sh", "-c", loop, Self.insert], in: host.folder) }
            while shells.contains(where: \.isRunning) { try host.run("enqueue", "--", "true") }
            for shell in shells { #expect(try shell.wait().exitCode == 0, "\(shell.error)") }
            let count = each * 4
            try eventually("end of all jobs", within: 120) { try host.isAllFinal() }
            #expect(
                try host.number("SELECT count(*) FROM jobs WHERE command = 'echo' AND state = 'succeeded'") == count)
            let waits = try host.lines("SELECT started_at - created_at FROM jobs WHERE command = 'echo'").compactMap {
                Int($0)
            }
            report(
                "\(count) inserts under load: p50 \(percentile(0.5, waits)) ms, p95 \(percentile(0.95, waits)) ms, max \(waits.max() ?? 0) ms"
            )
            try host.stopRunners()
        }
    }

    @Test func `leaves an idle runner asleep`() throws {
        try withHost { host in
            try host.run("enqueue", "--", "true")
            let trace = "\(host.folder)/trace"
            let runner = try host.startRunner(
                "--slots", "2", under: ["strace", "-f", "-ttt", "-e", "trace=epoll_wait,epoll_pwait", "-o", trace])
            try eventually("end of the job") { try host.isAllFinal() }
            // Two safety polls: what came between them came in a quiet time.
            func timeouts() -> [Double] {
                Files.read(trace).split(separator: "\n").filter { $0.hasSuffix(") = 0") || $0.hasSuffix("= 0") }
                    .compactMap { Double($0.split(separator: " ").dropFirst().first ?? "") }
            }
            let quiet = Double(wallClock()) / 1_000 + 3
            try eventually("two safety polls", within: 60, every: 200_000) {
                timeouts().filter { $0 > quiet }.count >= 2
            }
            let wakes = timeouts().filter { $0 > quiet }
            for (earlier, later) in zip(wakes, wakes.dropFirst()) {
                #expect(later - earlier >= 1, "woke at \(earlier) and at \(later)")
            }
            for pid in Files.processes(with: host.database) where pid != runner.pid { kill(pid, SIGTERM) }
            try runner.wait()
        }
    }
}
