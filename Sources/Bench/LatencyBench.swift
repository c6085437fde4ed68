import Glibc
import Jobs

/// How long it takes from the return of an enqueue until the job's program runs, with an idle runner elsewhere.
struct LatencyBench {
    private let settings: Settings
    private let jobs: Int
    private let stamp: String

    init(_ settings: Settings) throws {
        self.settings = settings
        jobs = try settings.int("jobs", 100)
        stamp = try settings.text("stamp")
    }

    func run() throws {
        let fifo = try settings.text("db") + "-stamps"
        unlink(fifo)
        guard mkfifo(fifo, 0o600) == 0 else { throw BenchError("mkfifo: errno \(errno)") }
        defer { unlink(fifo) }
        // Both ends: it never comes to its end of file.
        let stamps = open(fifo, O_RDWR | O_CLOEXEC)
        defer { close(stamps) }
        let store = try settings.openStore()
        var milliseconds = try (0..<jobs).map { _ in
            usleep(30_000)  // the runner stores how the last job ended, and falls asleep
            return try measure(store, fifo, stamps)
        }
        milliseconds.sort()
        report("p50_ms", milliseconds[jobs / 2])
        report("p95_ms", milliseconds[jobs * 95 / 100])
        store.close()
    }

    private func measure(_ store: JobStore, _ fifo: String, _ stamps: Int32) throws -> Double {
        var spec = JobSpec(command: stamp)
        spec.arguments = [fifo]
        _ = try store.write { try $0.enqueue(spec) }
        let enqueued = Stopwatch.nanoseconds()
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(stamps, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let started = Int(text) else { throw BenchError("no stamp: \(text)") }
        return Double(started - enqueued) / 1e6
    }
}
