import CLinux
import Engine
import Jobs
import SQLite
import Stores

/// Reads the figures at each scrape, at a cost that no history and no backlog raises.
final class MetricsReader: Sendable {
    private let store: StoreService
    private let work: WorkCounter

    init(store: StoreService) {
        self.store = store
        work = WorkCounter(store: store)
    }

    func read() async throws -> PrometheusText {
        var text = PrometheusText()
        try await addQueues(to: &text)
        try await addRunners(to: &text)
        try await addWork(to: &text)
        addProcess(to: &text)
        return text
    }

    private func addQueues(to text: inout PrometheusText) async throws {
        let (queues, runs) = try await store.read { (try $0.queueOverviews(), try $0.openRuns()) }
        let now = store.timekeeper.now()
        text.add(
            "weir_queue_jobs", .gauge, "Jobs of each queue by state.",
            queues.flatMap { queue in
                [
                    ("ready", queue.ready.value), ("scheduled", queue.scheduled.value),
                    ("blocked", queue.blocked.value), ("running", queue.running),
                ].map { ([("queue", queue.name), ("state", $0.0)], Double($0.1)) }
            })
        text.add(
            "weir_queue_oldest_ready_seconds", .gauge, "How long the oldest ready job has waited.",
            queues.compactMap { queue in
                queue.oldestReadyAt.map {
                    ([("queue", queue.name)], Double(max(0, now.rawValue - $0.rawValue)) / 1_000)
                }
            })
        text.add(
            "weir_queue_paused", .gauge, "1 while the queue is paused.",
            queues.map { ([("queue", $0.name)], $0.isPaused ? 1 : 0) })
        text.add("weir_open_runs", .gauge, "Runs that have not ended.", Double(runs.value))
    }

    private func addRunners(to text: inout PrometheusText) async throws {
        let entries = try await store.inspect { try RunnerSurvey(of: $0).entries }
        func samples(_ value: (RunnerSurvey.Entry) -> Int?) -> [(labels: [(String, String)], value: Double)] {
            entries.compactMap { entry in value(entry).map { ([("runner", "\(entry.runner.id)")], Double($0)) } }
        }
        let conditions = Dictionary(grouping: entries, by: \.condition.rawValue)
        text.add(
            "weir_runners", .gauge, "Runners by state.",
            conditions.sorted { $0.key < $1.key }.map { ([("state", $0.key)], Double($0.value.count)) })
        text.add("weir_runner_slots", .gauge, "Slots of each runner.", samples { $0.runner.slots })
        text.add("weir_runner_busy_slots", .gauge, "Slots that are taken.", samples { $0.runner.running })
        text.add(
            "weir_runner_lease_seconds", .gauge, "Until the runner's lease ends; below 0 once it has.",
            samples { $0.leaseLeft / 1_000 })
        text.add(
            "weir_runner_memory_bytes", .gauge, "What the runner and its jobs have resident.",
            samples { $0.runner.memory.map { $0 * 1_024 } })
    }

    private func addWork(to text: inout PrometheusText) async throws {
        let figures = try await work.read()
        let totals = figures.totals
        text.add(
            "weir_attempts_total", .counter, "Attempts that ended, since the server began.",
            [
                ("succeeded", totals.succeeded), ("failed", totals.failed), ("retried", totals.retried),
                ("stopped", totals.stopped),
            ].map { ([("outcome", $0.0)], Double($0.1)) })
        text.add(
            "weir_run_seconds", "How long attempts ran that were not stopped.",
            BucketCounts(figures.runLengths, milliseconds: totals.run))
        text.add(
            "weir_wait_seconds", "How long jobs were ready before they began.",
            BucketCounts(figures.waitLengths, milliseconds: figures.waits.milliseconds))
        text.add(
            "weir_busy_slot_seconds_total", .counter, "Time in which slots were taken.", Double(totals.busy) / 1_000)
    }

    private func addProcess(to text: inout PrometheusText) {
        let waits = store.waits.sums
        text.add(
            "weir_lock_wait_seconds", "How long the server's writes waited for the database.",
            sum: Double(waits.milliseconds) / 1_000, count: waits.count)
        text.add(
            "weir_database_bytes", .gauge, "Size of the database file.", Double(max(0, clinux_file_bytes(store.path))))
        text.add(
            "weir_wal_bytes", .gauge, "Size of the write-ahead log.",
            Double(max(0, clinux_file_bytes(store.path + "-wal"))))
        text.add(
            "weir_server_memory_bytes", .gauge, "What the server has resident.",
            Double(ResidentMemory.ofThisProcess() * 1_024))
    }
}
