import ArgumentParser
import Engine
import Glibc
import Jobs
import Logging
import SQLite

/// Executes the jobs of `weir benchmark` through a runner, on a database of their own.
struct BenchmarkQueue {
    let folder: String

    private static let spanSQL: SQL = """
        SELECT max(finished_at) - min(started_at), count(*) FILTER (WHERE state <> 'succeeded')
        FROM jobs
        """

    /// - Returns: milliseconds from the first start to the last end, as the history has them.
    /// - Throws: when a job did not succeed, or `ExitCode` 130 when a signal ended the measurement.
    func measure(_ task: BenchmarkTask, count: Int, slots: Int) throws -> Double {
        let path = "\(folder)/\(task.name)-\(slots)-\(UInt32.random(in: 0 ... .max)).db"
        let store = try JobStore(
            Database.Options(
                path: path, durability: .full, identity: .current(kind: "benchmark", mayBeKilled: true),
                stoppedHolderPatience: .seconds(15), writeLockDeadline: .seconds(30), createIfMissing: true,
                applicationID: JobStore.applicationID))
        defer { store.close() }
        var spec = JobSpec(command: task.argv[0])
        spec.arguments = Array(task.argv.dropFirst())
        spec.retries = 0
        try store.write { try $0.enqueue(Array(repeating: spec, count: count)) }
        var options = RunnerOptions(
            kind: .runner, slots: slots, scope: .queues(nil), version: Weir.version,
            environment: ProcessEnvironment.all())
        options.drainAfter = .idle
        options.drainsOnHangup = true
        let runner = try Runner(store: store, options: options, log: LogOutput.logger(.runner, level: .warning))
        if case .drained = try runner.run() { throw ExitCode(130) }
        let (span, failed) = try store.read { try $0.first(Self.spanSQL) { ($0.int(0), $0.int(1)) } } ?? (0, 0)
        guard failed == 0 else {
            throw Failure("\(failed) jobs of the benchmark did not succeed", code: Failure.software)
        }
        return Double(span)
    }
}

/// A folder that is removed when it is done with.
struct TemporaryFolder {
    let path: String

    init(prefix: String) throws {
        let base = DatabaseLocation.environment("TMPDIR") ?? "/tmp"
        var template = Array("\(base)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure("\(base): \(String(cString: strerror(errno)))", code: Failure.cannotCreate)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// It has files only.
    func remove() {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { unlink("\(path)/\(name)") }
            }
            closedir(stream)
        }
        rmdir(path)
    }
}
