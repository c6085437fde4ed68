import SystemSQLite
import Logging
import ServiceLifecycle
import WeirKit

/// What a job is given, and what it leaves.
struct Thumbnail: Codable, Sendable {
    var path: String
    var width: Int
}

struct Size: Codable, Sendable {
    var width: Int
    var height: Int
}

/// Shows what a program does with Weir: `swift run Library [DATABASE]`.
@main
struct Library {
    static func main() async throws {
        let path = CommandLine.arguments.dropFirst().first ?? "library.db"
        let queue = try JobQueue(path: path)
        try registerHandlers(queue)

        // The runner is a service among the program's others; SIGTERM and Ctrl-C drain it.
        let runner = JobRunner(queue, options: JobRunner.Options(slots: 4), logger: quietLogger())
        let example = Example(queue: queue)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: runner),
                    .init(service: example, successTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger()))
        try await group.run()
    }

    static func registerHandlers(_ queue: JobQueue) throws {
        try queue.register("thumbnail") { (job: Thumbnail, context: JobContext) -> Size in
            guard job.width > 0 else { throw JobFailure("a thumbnail is wider than nothing", isFinal: true) }
            context.progress(50, "half of \(job.path)")
            try await Task.sleep(for: .milliseconds(20))
            context.log("made \(job.path)")
            return Size(width: job.width, height: job.width * 2 / 3)
        }
        try queue.register("notify") { (text: String, context: JobContext) in context.log(text) }
    }

    static func quietLogger() -> Logger {
        var logger = Logger(label: "example")
        logger.logLevel = .warning
        return logger
    }
}

/// What the example does while the runner works.
struct Example: Service {
    let queue: JobQueue

    func run() async throws {
        let events = queue.events
        let listener = Task {
            var completed = 0
            for await event in events {
                switch event {
                case .taskComplete: completed += 1
                case .taskFailed(let task, let outcome): print("job \(task.job) failed: \(outcome.error ?? "?")")
                case .statsUpdate(let stats) where stats.activeTasks == 0 && stats.queuedTasks == 0:
                    print("\(stats.completedTasks) completed, \(stats.failedTasks) failed")
                default: break
                }
            }
            return completed
        }

        try await oneJob()
        try await ownTransactions()
        try await batch()
        try await conditionally()
        try await workflow()

        queue.close()
        print("\(await listener.value) jobs succeeded")
    }

    private func oneJob() async throws {
        let outcome = try await queue.submit("thumbnail", Thumbnail(path: "sea.png", width: 300))
        let size = try outcome.result(as: Size.self)
        print("sea.png: \(size.width) × \(size.height) after \(outcome.attempts) attempt")
    }

    /// The job is stored with the order, or neither is.
    private func ownTransactions() async throws {
        try await queue.transaction { transaction in
            try transaction.execute("CREATE TABLE IF NOT EXISTS orders(id INTEGER PRIMARY KEY, item TEXT)")
            try transaction.execute("INSERT INTO orders(item) VALUES (?)", [.text("a print")])
            try transaction.enqueue("notify", "an order came in")
        }
        // The same on a connection of the program's own.
        let job = try onOwnConnection(queue.path) { connection in
            sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil)
            sqlite3_exec(connection, "INSERT INTO orders(item) VALUES ('a frame')", nil, nil, nil)
            let job = try JobQueue.enqueue("notify", "another order came in", on: connection)
            sqlite3_exec(connection, "COMMIT", nil, nil, nil)
            return job
        }
        let outcome = try await queue.outcome(of: job)
        print("the notification of the second order \(outcome.state.rawValue)")
    }

    private func onOwnConnection<R>(_ path: String, _ body: (OpaquePointer) throws -> R) throws -> R {
        var handle: OpaquePointer?
        guard sqlite3_open(path, &handle) == SQLITE_OK, let connection = handle else {
            throw JobFailure("\(path) cannot be opened")
        }
        defer { sqlite3_close(connection) }
        sqlite3_busy_timeout(connection, 10_000)
        sqlite3_exec(connection, "PRAGMA wal_autocheckpoint = 0", nil, nil, nil)
        return try body(connection)
    }

    /// The runner's jobs are the executor's too: both work on one database.
    private func batch() async throws {
        let jobs = try await queue.enqueue(
            "thumbnail", batch: (1...100).map { Thumbnail(path: "\($0).png", width: $0) })
        let outcomes = try await queue.outcomes(of: jobs)
        print("\(outcomes.count(where: \.success)) of \(outcomes.count) thumbnails were made")
    }

    private func conditionally() async throws {
        let first = try await queue.submit("thumbnail", Thumbnail(path: "none.png", width: 0))
        if first.success {
            try await queue.submit("notify", "none.png is there")
        } else {
            try await queue.submit("notify", "none.png is missing: \(first.error ?? "?")")
        }
    }

    private func workflow() async throws {
        let report = try await Orchestrator(queue).run(
            .text(
                """
                name: greet
                steps:
                  - {id: hello, config: {command: echo, args: [hello]}}
                  - {id: world, config: {command: echo, args: [world]}}
                  - id: both
                    type: value
                    dependsOn: [hello, world]
                    config: {value: "${{ steps.hello.result }} ${{ steps.world.result }}"}
                """))
        let text = try report["both"]?.result(as: String.self) ?? "nothing"
        print("the workflow \(report.success ? "succeeded" : "failed"): \(text)")
    }
}
