import Glibc
import TestSupport
import Testing

@Suite(.serialized) struct `Output` {
    @Test func `of a flood is bounded in memory and in the database`() throws {
        try withHost { host in
            let bytes = Binary.size(300 << 20, full: 10_000_000_000)
            try host.run(
                "enqueue", "--retries", "0", "--shell", "head -c \(bytes) /dev/zero | tr '\\0' 'x'; echo; echo end")
            try host.run("enqueue", "--", "echo", "beside it")
            let runner = try host.startRunner("--slots", "2")
            try eventually("start") { try host.number("SELECT count(*) FROM jobs WHERE attempt > 0") == 2 }
            let before = Files.peakMemory(of: runner.pid)
            try eventually("end of the flood", within: 600, every: 50_000) { try host.isAllFinal() }
            let peak = Files.peakMemory(of: runner.pid)
            report("\(bytes >> 20) MiB of output: the runner's peak memory went from \(before) KiB to \(peak) KiB")
            #expect(peak - before < 16 << 10)
            #expect(try host.lines("SELECT state FROM jobs") == ["succeeded", "succeeded"])
            #expect(try host.number("SELECT sum(length(data)) FROM outputs WHERE job_id = 1") <= 1 << 20)
            let tail = try host.lines(
                "SELECT CAST(data AS TEXT) FROM outputs WHERE job_id = 1 ORDER BY start DESC LIMIT 1")
            #expect(tail.first?.hasSuffix("\nend\n") == true)
            try host.stopRunners()
        }
    }

    @Test func `held open by a grandchild delays no end`() throws {
        try withHost { host in
            try host.run("enqueue", "--retries", "0", "--shell", "setsid sleep 600 & echo before")
            try host.run("enqueue", "--retries", "0", "--shell", "(setsid sleep 600 &); kill -9 $$")
            let runner = try host.startRunner("--slots", "2", "--drain-after", "idle")
            try runner.wait(within: 60)
            #expect(try host.lines("SELECT state FROM jobs ORDER BY id") == ["succeeded", "failed"])
            #expect(try host.lines("SELECT signal FROM attempts WHERE job_id = 2") == ["9"])
            #expect(try host.lines("SELECT CAST(data AS TEXT) FROM outputs WHERE job_id = 1") == ["before\n"])
            #expect(Files.processes(with: "WEIR_DB=\(host.database)").isEmpty)
        }
    }

    @Test func `that is no text is kept byte for byte`() throws {
        try withHost { host in
            try host.run("enqueue", "--retries", "0", "--shell", #"printf '\377\376a\000b\303'; printf '\200' >&2"#)
            try host.startRunner("--slots", "1", "--drain-after", "idle").wait()
            #expect(try host.lines("SELECT state FROM jobs") == ["succeeded"])
            #expect(
                try host.lines("SELECT group_concat(hex(data), '') FROM outputs WHERE stream = 1") == ["FFFE610062C3"])
            #expect(try host.lines("SELECT hex(data) FROM outputs WHERE stream = 2") == ["80"])
            #expect(try host.number("SELECT count(*) FROM results WHERE NOT json_valid(value)") == 0)
        }
    }
}
