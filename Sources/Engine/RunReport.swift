package import Jobs
import SQLite

/// How a run went: read from the database, so that it is the same for whoever asks.
package struct RunReport: Sendable {
    package struct Step: Sendable {
        package let job: JobID
        package let id: String
        package let name: String?
        package let state: String
        /// The topological level, from 1.
        package let group: Int
        package let attempts: Int
        package let startedAt: Int?
        package let finishedAt: Int?
        /// Between being ready and being started, in milliseconds.
        package let wait: Int?
        package let exitCode: Int?
        package let error: String?
        package let forgiven: Bool
        /// A part of another step.
        package let isPart: Bool
        /// Its time is work, and not that of its parts or of waiting.
        package let isWork: Bool
        /// In KiB.
        package let peakMemory: Int
        package var isCritical = false

        /// Of the last attempt, in milliseconds.
        package var duration: Int { startedAt.flatMap { start in finishedAt.map { max(0, $0 - start) } } ?? 0 }
    }

    package let run: RunID
    package let workflow: String
    package let version: String
    package let state: String
    package let error: String?
    /// From the first start to the end, in milliseconds.
    package let elapsed: Int
    package let speedup: Double?
    package let efficiency: Double?
    package var steps: [Step]

    /// Sum of the final attempts' durations.
    package var sequential: Int { steps.reduce(0) { $0 + ($1.isWork ? $1.duration : 0) } }

    /// Whether the run has ended.
    package var isOver: Bool { RunState(rawValue: state)?.isFinal ?? false }
    /// The chain of steps, each waiting for the one before, that took longest.
    package var criticalPath: [Step] { steps.filter(\.isCritical).sorted { ($0.startedAt ?? 0) < ($1.startedAt ?? 0) } }

    package func count(_ state: JobState) -> Int { steps.count { $0.state == state.rawValue } }

    private static let runSQL: SQL = """
        SELECT r.workflow, r.version, r.state, r.error, coalesce(r.finished_at - r.started_at, 0), h.speedup, h.efficiency
        FROM runs r
        JOIN run_history h ON h.id = r.id
        WHERE r.id = :id
        """

    private static let stepsSQL: SQL = """
        SELECT id, coalesce(key, ''), name, state, coalesce(level, 1), attempt, started_at, finished_at,
               started_at - ready_at, exit_code, error, forgiven, parent_id IS NOT NULL,
               kind IN ('script', 'agent', 'http'),
               coalesce((SELECT max(max_rss_kb) FROM attempts WHERE job_id = jobs.id), 0)
        FROM jobs
        WHERE run_id = :run_id AND superseded = 0
        ORDER BY id
        """

    private static let edgesSQL: SQL = """
        SELECT d.job_id, d.depends_on
        FROM jobs j
        JOIN dependencies d ON d.job_id = j.id
        WHERE j.run_id = :run_id
        ORDER BY d.job_id
        """

    /// - Throws: `.noSuchRun`.
    package static func read(_ run: RunID, from store: JobStore) throws -> RunReport {
        try store.read { connection in
            let steps = try connection.all(stepsSQL, run) { row in
                Step(
                    job: JobID(row.int(0)), id: row.text(1), name: row.optionalText(2), state: row.text(3),
                    group: row.int(4), attempts: row.int(5), startedAt: row.optionalInt(6),
                    finishedAt: row.optionalInt(7), wait: row.optionalInt(8), exitCode: row.optionalInt(9),
                    error: row.optionalText(10), forgiven: row.bool(11),
                    isPart: row.bool(12), isWork: row.bool(13), peakMemory: row.int(14))
            }
            let edges = try connection.all(edgesSQL, run) { (job: JobID($0.int(0)), upstream: JobID($0.int(1))) }
            let report = try connection.first(runSQL, run) { row in
                RunReport(
                    run: run, workflow: row.text(0), version: row.text(1), state: row.text(2),
                    error: row.optionalText(3), elapsed: row.int(4), speedup: row.optionalDouble(5),
                    efficiency: row.optionalDouble(6), steps: steps)
            }
            guard var report else { throw JobStoreError.noSuchRun(run) }
            report.markCriticalPath(edges)
            return report
        }
    }

    /// Steps are in the order of the plan, so that each comes after those it waits for.
    private mutating func markCriticalPath(_ edges: [(job: JobID, upstream: JobID)]) {
        var positions: [JobID: Int] = [:]
        for (position, step) in steps.enumerated() { positions[step.job] = position }
        var upstreams = Array(repeating: [Int](), count: steps.count)
        for edge in edges {
            guard let job = positions[edge.job], let upstream = positions[edge.upstream] else { continue }
            upstreams[job].append(upstream)
        }
        var length = steps.map(\.duration)
        var before = [Int?](repeating: nil, count: steps.count)
        for position in steps.indices {
            guard let longest = upstreams[position].max(by: { length[$0] < length[$1] }) else { continue }
            before[position] = longest
            length[position] += length[longest]
        }
        var next = steps.indices.max { length[$0] < length[$1] }
        while let position = next {
            if steps[position].startedAt != nil { steps[position].isCritical = true }
            next = before[position]
        }
    }
}
