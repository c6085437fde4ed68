import Glibc
import Jobs
import SQLite

/// Enqueues jobs, then lets runner processes execute them, and measures both.
struct RunBench {
    private let settings: Settings
    private let jobs: Int
    private let runners: Int
    private let shape: Workload
    private let isForWorkers: Bool

    init(_ settings: Settings) throws {
        self.settings = settings
        jobs = try settings.int("jobs")
        runners = try settings.int("runners", 1)
        guard let shape = Workload(rawValue: try settings.text("shape", "flat")) else {
            throw BenchError("shape is flat, chain or fan")
        }
        self.shape = shape
        isForWorkers = try settings.text("work", "noop") == "worker"
    }

    func run() throws {
        try settings.openStore().close()
        let emptyBytes = try fileBytes()
        try enqueue()
        // One runner ends after so many attempts: jobs that cannot start never let the database be idle.
        // With workers, that would keep it from claiming ahead.
        let drain = runners == 1 && !isForWorkers ? ["drain=\(jobs)"] : []
        let crew = try RunnerCrew(arguments: CommandLine.arguments.dropFirst(2) + drain, count: runners)
        let stopwatch = Stopwatch()
        try crew.goAndWait()
        let seconds = stopwatch.seconds
        report("per_second", Double(jobs) / seconds)
        report("us_per_job", seconds * 1e6 / Double(jobs))
        report("bytes_per_job", Double(try fileBytes() - emptyBytes) / Double(jobs))
        if runners > 1 { try reportShares() }
    }

    private func enqueue() throws {
        let specs = isForWorkers ? Workload.typed(jobs) : shape.specs(jobs)
        let store = try settings.openStore()
        let stopwatch = Stopwatch()
        _ = try store.write { try $0.enqueue(specs) }
        report("enqueue_us_per_job", stopwatch.seconds * 1e6 / Double(jobs))
        _ = try store.database.checkpoint()
        store.close()
    }

    /// Without the log, which the last connection has moved into the file.
    private func fileBytes() throws -> Int {
        var status = stat()
        guard stat(try settings.text("db"), &status) == 0 else { throw BenchError("the database is gone") }
        return status.st_size
    }

    private static let sharesSQL: SQL = "SELECT count(*) FROM attempts GROUP BY runner_id"

    /// The smallest share of a runner, where 1 is a fair one.
    private func reportShares() throws {
        let store = try settings.openStore()
        defer { store.close() }
        let counts = try store.read { try $0.all(Self.sharesSQL) { $0.int(0) } }
        let smallest = counts.count < runners ? 0 : counts.min() ?? 0
        report("smallest_share", Double(smallest * runners) / Double(jobs))
    }
}
