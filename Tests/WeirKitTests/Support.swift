import CSQLite
import Glibc
import Logging
import SQLite
import Synchronization
import TestSupport
import WeirKit

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Gives `body` the path of a database in a new folder, which is removed afterwards.
func withDatabase<R>(_ body: (String) async throws -> R) async throws -> R {
    // Not TMPDIR, which may be long: the path of a Unix socket has 107 bytes at the most.
    var template = Array("/tmp/weir-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder: error \(errno)") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = "\(folder)/weir.db"
    defer {
        for ending in ["", "-wal", "-shm", "-gate", "-bell", "-live", "-journal"] { unlink(path + ending) }
        rmdir(folder)
    }
    return try await body(path)
}

/// Gives `body` a queue on a new database.
func withQueue<R>(_ body: (JobQueue) async throws -> R) async throws -> R {
    try await withDatabase { path in
        let queue = try JobQueue(path: path, durability: .normal)
        defer { queue.close() }
        return try await body(queue)
    }
}

/// A runner of the queue works while `body` does.
func withRunner<R: Sendable>(
    _ queue: JobQueue, slots: Int = 4, change: (inout JobRunner.Options) -> Void = { _ in },
    _ body: () async throws -> R
) async throws -> R {
    var options = JobRunner.Options(slots: slots)
    change(&options)
    let runner = JobRunner(queue, options: options, logger: quiet)
    let work = Task { try await runner.run() }
    let result: Result<R, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    work.cancel()
    try await work.value
    return try result.get()
}

/// What tests write down in the order in which it happens, and can wait for.
final class Journal: Sendable {
    private let state = Mutex<[String]>([])
    private let stream: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() { (stream, bell) = AsyncStream.makeStream() }

    var lines: [String] { state.withLock { $0 } }

    func add(_ line: String) {
        state.withLock { $0.append(line) }
        bell.yield()
    }

    /// Returns once there are so many lines. One waits at a time.
    func wait(for count: Int) async {
        guard lines.count < count else { return }
        for await _ in stream where lines.count >= count { return }
    }
}

/// The rows of a query, as the shell of SQLite prints them.
func rows(_ path: String, _ sql: String) throws -> [String] {
    let connection = try Connection(path: path, kind: .reader)
    defer { connection.close() }
    return try connection.dynamic(sql, []).rows.map { $0.map(\.plainText).joined(separator: "|") }
}

/// Gives `body` a connection as another part of a program would open it.
@discardableResult
func onOwnConnection<R>(_ path: String, _ body: (OpaquePointer) throws -> R) throws -> R {
    var handle: OpaquePointer?
    guard sqlite3_open(path, &handle) == SQLITE_OK, let handle else { throw TestFailure("no connection") }
    defer { sqlite3_close(handle) }
    sqlite3_busy_timeout(handle, 10_000)
    sqlite3_exec(handle, "PRAGMA wal_autocheckpoint = 0", nil, nil, nil)
    return try body(handle)
}

/// Looks until `condition` holds.
func eventually(_ what: String, _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while !(try condition()) {
        guard ContinuousClock.now < deadline else { throw TestFailure("not within 60 s: \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
