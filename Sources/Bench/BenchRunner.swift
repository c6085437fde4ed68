import Engine
import Executors
import Glibc
import Jobs
import Logging

/// One runner of a crew: the engine's own loop, with jobs that do nothing or with real scripts.
struct BenchRunner {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    func run() throws {
        let store = try settings.openStore()
        var options = RunnerOptions(
            kind: .runner, slots: try settings.int("slots", 64), scope: .queues(nil), version: "bench",
            environment: ["PATH": "/usr/bin:/bin"])
        options.monitors = try settings.text("monitors", "yes") == "yes"
        let attempts = try settings.int("drain", 0)
        options.drainAfter = attempts > 0 ? .attempts(attempts) : .idle
        if try settings.text("work", "noop") == "worker" {
            options.workers["noop"] = WorkerDefinition(
                command: try settings.text("command").split(separator: " ").map { String($0) })
        }
        let log = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let runner = try Runner(store: store, options: options, log: log)
        if try settings.text("work", "noop") == "noop" {
            let result: String? = try settings.text("results", "no") == "yes" ? #"{"answer":42}"# : nil
            runner.handler = { _ in Self.doNothing(leaving: result, at: store.timekeeper.now()) }
        }
        try waitForGo()
        _ = try runner.run()
        store.close()
    }

    private static func doNothing(leaving result: String?, at now: Timestamp) -> Outcome {
        var outcome = Outcome(.succeeded, startedAt: now, finishedAt: now)
        outcome.exitCode = 0
        outcome.result = result
        return outcome
    }

    private func waitForGo() throws {
        var byte: UInt8 = 0
        guard write(RunnerCrew.readyDescriptor, &byte, 1) == 1 else { throw BenchError("the crew is gone") }
        _ = read(RunnerCrew.goDescriptor, &byte, 1)  // 0: the pipe was closed, which is the sign
        close(RunnerCrew.readyDescriptor)
        close(RunnerCrew.goDescriptor)
    }
}
