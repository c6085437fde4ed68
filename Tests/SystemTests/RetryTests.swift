import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `A job with retries` {
    @Test func `has its delays drawn once, whoever is killed in between`() throws {
        try withHost { host in
            // Fails twice, then succeeds.
            try host.run(
                "enqueue", "--retries", "3", "--shell",
                "echo x >> \(host.folder)/tries; test $(wc -l < \(host.folder)/tries) -ge 3")
            var delays: [Int] = []
            for attempt in 1...2 {
                var runner = try host.startRunner("--slots", "1")
                try eventually("failure \(attempt)", every: 500) {
                    try host.number("SELECT failures FROM jobs WHERE state = 'scheduled' OR attempt > \(attempt)")
                        >= attempt
                }
                try runner.kill()
                host.forget(runner)
                let times = "SELECT run_at FROM jobs WHERE state = 'scheduled' AND attempt = \(attempt)"
                let dueAt = try host.number(times)
                let failedAt = try host.number("SELECT max(finished_at) FROM attempts")
                guard dueAt > 0 else { continue }  // drawn so short that the next attempt has begun
                delays.append(dueAt - failedAt)
                // What it finds is due at the same moment, or it has become due meanwhile.
                runner = try host.startRunner("--slots", "1", "--queues", "default")
                try runner.kill()
                host.forget(runner)
                let again = try host.number(times)
                #expect(again == dueAt || again == 0)
            }
            let runner = try host.startRunner("--slots", "1", "--drain-after", "idle")
            try runner.wait()
            #expect(try host.lines("SELECT state, attempt - crashes, failures FROM jobs") == ["succeeded|3|2"])
            for (delay, longest) in zip(delays, [1_000, 2_000]) {
                // A rescue or the turn itself may take a moment between the end and the draw.
                #expect(delay >= 0 && delay <= longest + 1_000, "delay \(delay)")
            }
            try host.checkInvariants()
        }
    }
}
