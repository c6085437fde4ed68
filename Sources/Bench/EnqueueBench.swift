import Jobs
import SQLite

/// Enqueues jobs in batches, a transaction each, with the checkpoints that they make due.
struct EnqueueBench {
    private let settings: Settings
    private let jobs: Int
    private let batch: Int

    init(_ settings: Settings) throws {
        self.settings = settings
        jobs = try settings.int("jobs")
        batch = try settings.int("batch", 100)
    }

    func run() throws {
        let store = try settings.openStore()
        let specs = Workload.flat.specs(batch)
        let stopwatch = Stopwatch()
        for _ in 0..<jobs / batch {
            _ = try store.write { try $0.enqueue(specs) }
            _ = try store.database.checkpoint(atLeast: 1_000)
        }
        report("per_second", Double(jobs / batch * batch) / stopwatch.seconds)
        store.close()
    }
}
