import TestSupport
import Testing
import WeirKit

@Suite struct `A parallel executor` {
    private func withExecutor<R>(
        _ options: ParallelExecutor.Options = ParallelExecutor.Options(maxWorkers: 4),
        _ body: (ParallelExecutor) async throws -> R
    ) async throws -> R {
        try await withQueue { queue in
            let executor = ParallelExecutor(queue: queue, options: options, logger: quiet)
            let result: Result<R, any Error>
            do { result = .success(try await body(executor)) } catch { result = .failure(error) }
            await executor.shutdown()
            return try result.get()
        }
    }

    @Test func `executes a thousand tasks of one batch, and returns their outcomes in its order`() async throws {
        try await withExecutor { executor in
            try executor.register("double") { (number: Int, _) in number * 2 }
            let tasks = (0..<1_000).map { ParallelTask(id: "\($0)", type: "double", data: $0) }
            let outcomes = try await executor.submitBatch(tasks)
            let results = try outcomes.map { try $0.result(as: Int.self) }
            #expect(results == (0..<1_000).map { $0 * 2 })
            #expect(outcomes.map(\.name) == (0..<1_000).map { "\($0)" })
            let attempts = try rows(executor.queue.path, "SELECT count(*) FROM attempt_history")
            #expect(attempts == ["1000"])
        }
    }

    @Test func `lets a program decide by the outcome of a task, which never throws`() async throws {
        try await withExecutor(ParallelExecutor.Options(maxWorkers: 2, retries: 0)) { executor in
            try executor.register("first") { (isGood: Bool, _) in
                guard isGood else { throw TestFailure("not today") }
            }
            try executor.register("then") { (word: String, _) in word }
            for isGood in [true, false] {
                let first = try await executor.submitTask(ParallelTask(id: "1", type: "first", data: isGood))
                let next =
                    if first.success {
                        try await executor.submitTask(ParallelTask(id: "2", type: "then", data: "task"))
                    } else {
                        try await executor.submitTask(ParallelTask(id: "3", type: "then", data: "alternative"))
                    }
                #expect(first.success == isGood)
                #expect(first.error == (isGood ? nil : "not today"))
                let word = try next.result(as: String.self)
                #expect(word == (isGood ? "task" : "alternative"))
            }
        }
    }

    @Test func `tells of starts, ends and failures in their order, and of figures`() async throws {
        try await withExecutor(ParallelExecutor.Options(maxWorkers: 1, retries: 0)) { executor in
            try executor.register("tool") { (isGood: Bool, _) in
                guard isGood else { throw TestFailure("broken tool") }
            }
            let events = executor.events
            let outcomes = try await executor.submitBatch([
                ParallelTask(id: "good", type: "tool", priority: 10, data: true),
                ParallelTask(id: "bad", type: "tool", priority: 8, data: false),
            ])
            #expect(outcomes.map(\.success) == [true, false])
            var told: [String] = []
            var figures: Statistics?
            for await event in events {
                switch event {
                case .taskStarted(let task): told.append("\(task.id ?? "?") starts")
                case .taskComplete(let task, let outcome):
                    told.append("\(task.id ?? "?") \(outcome.state.rawValue) \(outcome.attempts)")
                case .taskFailed(let task, let outcome):
                    told.append("\(task.id ?? "?") \(outcome.state.rawValue): \(outcome.error ?? "")")
                case .taskRetry: told.append("retry")
                case .statsUpdate(let statistics): figures = statistics
                }
                if let figures, figures.completedTasks + figures.failedTasks == 2 { break }
            }
            #expect(told == ["good starts", "good succeeded 1", "bad starts", "bad failed: broken tool"])
            let last = try #require(figures)
            #expect(last.completedTasks == 1)
            #expect(last.failedTasks == 1)
            #expect(last.activeTasks == 0)
            #expect(last.queuedTasks == 0)
            #expect(last.throughput > 0)
            #expect((0...1).contains(last.utilization))
        }
    }

    @Test func `stores nothing of a batch of which a task cannot be`() async throws {
        try await withExecutor { executor in
            try executor.register("a") { (_: Int, _) in }
            await #expect(throws: WeirError.self) {
                try await executor.submitBatch([
                    ParallelTask(id: "1", type: "a", data: 1), ParallelTask(id: "2", type: "not a type", data: 2),
                ])
            }
            let jobs = try rows(executor.queue.path, "SELECT count(*) FROM jobs")
            #expect(jobs == ["0"])
        }
    }

    @Test func `gives its time limit and retries to each task, unless the task has its own`() async throws {
        try await withExecutor(ParallelExecutor.Options(maxWorkers: 2, timeout: .seconds(90), retries: 2)) { executor in
            try executor.register("a") { (_: Int, _) in }
            var own = ParallelTask(id: "own", type: "a", data: 1)
            own.timeout = .seconds(5)
            own.retries = 0
            _ = try await executor.submitBatch([own, ParallelTask(id: "usual", type: "a", data: 1)])
            let jobs = try rows(executor.queue.path, "SELECT name, timeout_ms, max_attempts FROM jobs ORDER BY id")
            #expect(jobs == ["own|5000|1", "usual|90000|3"])
        }
    }

    @Test func `begins anew after a shutdown`() async throws {
        try await withExecutor { executor in
            try executor.register("a") { (number: Int, _) in number }
            for number in 1...3 {
                let outcome = try await executor.submitTask(ParallelTask(id: "\(number)", type: "a", data: number))
                #expect(outcome.success)
                await executor.shutdown()
            }
        }
    }
}
