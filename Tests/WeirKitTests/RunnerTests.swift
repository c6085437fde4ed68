import CSQLite
import Glibc
import ServiceLifecycle
import TestSupport
import Testing
import WeirKit

@Suite struct `An embedded runner` {
    private func service(
        _ queue: JobQueue, shutdown: JobRunner.Shutdown = .handBack
    ) -> (group: ServiceGroup, work: Task<Void, any Error>) {
        var options = JobRunner.Options(slots: 2)
        options.shutdown = shutdown
        let group = ServiceGroup(services: [JobRunner(queue, options: options, logger: quiet)], logger: quiet)
        return (group, Task { try await group.run() })
    }

    @Test func `gives its job back when its group shuts down, and another goes on from the checkpoint`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            try queue.register("count") { (last: Int, context) -> Int in
                if let done = try context.checkpoint(as: Int.self) { return last - done }
                try context.saveCheckpoint(3)
                journal.add("began")
                try await Task.sleep(for: .seconds(3_600))
                return 0
            }
            let job = try await queue.enqueue("count", 10)
            let (group, work) = service(queue)
            await journal.wait(for: 1)
            await group.triggerGracefulShutdown()
            try await work.value
            let left = try rows(queue.path, "SELECT state, attempts, checkpoint FROM job_history")
            #expect(left == ["ready|1|3"])
            let outcome = try await withRunner(queue) { try await queue.outcome(of: job) }
            let result = try outcome.result(as: Int.self)
            #expect(result == 7)
            let attempts = try rows(queue.path, "SELECT state, error FROM attempt_history ORDER BY attempt")
            #expect(attempts == ["interrupted|its runner drained", "succeeded|"])
        }
    }

    @Test func `lets its jobs come to their end where that was asked for, and begins no more`() async throws {
        try await withQueue { queue in
            let journal = Journal()
            let (gate, opener) = AsyncStream<Void>.makeStream()
            try queue.register("wait") { (number: Int, _) -> Int in
                journal.add("began")
                for await _ in gate { break }
                return number
            }
            let job = try await queue.enqueue("wait", 5)
            let (group, work) = service(queue, shutdown: .finish)
            await journal.wait(for: 1)
            await group.triggerGracefulShutdown()
            try await eventually("the runner drains") {
                try rows(queue.path, "SELECT state FROM runners") == ["draining"]
            }
            let later = try await queue.enqueue("wait", 6)
            opener.finish()
            try await work.value
            let outcome = try await queue.outcome(of: job)
            #expect(outcome.success)
            let none = try await queue.outcomeIfEnded(of: later)
            #expect(none == nil)
        }
    }

    @Test func `ends by itself when nothing is left, and may run again`() async throws {
        try await withQueue { queue in
            try queue.register("square") { (number: Int, _) in number * number }
            var options = JobRunner.Options(slots: 2)
            options.endsWhenIdle = true
            let runner = JobRunner(queue, options: options, logger: quiet)
            for round in 1...2 {
                let jobs = try await queue.enqueue("square", batch: Array(1...20))
                try await runner.run()
                let outcomes = try await queue.outcomes(of: jobs)
                #expect(outcomes.map(\.success) == Array(repeating: true, count: 20), "round \(round)")
                let results = try outcomes.map { try $0.result(as: Int.self) }
                #expect(results == (1...20).map { $0 * $0 })
            }
        }
    }

    @Test func `takes only jobs of its types and queues, and no scripts unasked`() async throws {
        try await withQueue { queue in
            try queue.register("mine") { (_: Int, _) in }
            var elsewhere = EnqueueOptions()
            elsewhere.queue = "elsewhere"
            let other = try await queue.enqueue("mine", 1, options: elsewhere)
            let foreign = try await queue.enqueue("foreign", 1)
            try onOwnConnection(queue.path) { handle in
                sqlite3_exec(handle, "INSERT INTO enqueue(command) VALUES ('true')", nil, nil, nil)
            }
            try await withRunner(queue, change: { $0.queues = ["default"] }) { _ = try await queue.submit("mine", 2) }
            let states = try rows(queue.path, "SELECT state FROM jobs ORDER BY id")
            #expect(states == ["ready", "ready", "ready", "succeeded"])
            try await withRunner(queue, change: { $0.executesScripts = true }) {
                _ = try await queue.outcome(of: other)
                let script = try await queue.outcome(of: JobID(rawValue: foreign.rawValue + 1))
                #expect(script.success)
                #expect(script.exitCode == 0)
            }
        }
    }

    @Test func `kills what a script left behind, wherever it went`() async throws {
        try await withQueue { queue in
            try onOwnConnection(queue.path) { handle in
                let line = "INSERT INTO enqueue(shell) VALUES ('setsid sleep 3600 > /dev/null 2>&1 & echo $!')"
                sqlite3_exec(handle, line, nil, nil, nil)
            }
            let outcome = try await withRunner(queue, change: { $0.executesScripts = true }) {
                try await queue.outcome(of: JobID(rawValue: 1))
            }
            let pid = try outcome.result(as: Int32.self)
            // setsid may fork, so that its child has another number; in any case none of that name may live.
            try await eventually("the sleeping process is gone") { kill(pid, 0) != 0 && errno == ESRCH }
        }
    }

    @Test func `refuses options that cannot be`() async throws {
        try await withQueue { queue in
            for change: (inout JobRunner.Options) -> Void in [
                { $0.slots = 0 }, { $0.lease = .milliseconds(1) }, { $0.queues = [] }, { $0.batchSize = 0 },
                { $0.queues = ["no such queue"] },
            ] {
                var options = JobRunner.Options()
                change(&options)
                await #expect(throws: WeirError.self) {
                    try await JobRunner(queue, options: options, logger: quiet).run()
                }
            }
        }
    }
}

@Suite struct `A program that embeds a runner` {
    @Test func `may be killed, and its jobs go on in another's runner`() async throws {
        try await withQueue { queue in
            let jobs = try await queue.enqueue("endless", batch: [1, 2])
            let program = try EmbeddingProcess(database: queue.path)
            let began = await program.lines(2)
            #expect(began == ["began", "began"])
            // Its checkpoints are stored within a moment.
            try queue.register("endless") { (number: Int, context) -> String in
                "\(number) in attempt \(context.attempt)"
            }
            let outcomes = try await withRunner(queue) {
                program.send(SIGKILL)
                return try await queue.outcomes(of: jobs)
            }
            let end = await program.end()
            #expect(end == .signal(SIGKILL))
            let results = try outcomes.map { try $0.result(as: String.self) }
            #expect(results == ["1 in attempt 2", "2 in attempt 2"])
            let attempts = try rows(queue.path, "SELECT attempt, state FROM attempt_history ORDER BY attempt, job_id")
            #expect(attempts == ["1|lost", "1|lost", "2|succeeded", "2|succeeded"])
        }
    }

    @Test func `ends by SIGTERM as if there were no runner in it`() async throws {
        try await withQueue { queue in
            let job = try await queue.enqueue("endless", 1)
            let program = try EmbeddingProcess(database: queue.path)
            let began = await program.lines(1)
            #expect(began == ["began"])
            program.send(SIGTERM)
            let end = await program.end()
            #expect(end == .signal(SIGTERM))
            try queue.register("endless") { (_: Int, _) in }
            let outcome = try await withRunner(queue) { try await queue.outcome(of: job) }
            #expect(outcome.success)
        }
    }
}
