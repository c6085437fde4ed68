package import Jobs
import SQLite

/// The jobs of a run and who waits for whom: what a picture of it is drawn from.
package struct RunGraph: Sendable {
    package struct Job: Sendable {
        package let id: JobID
        package let key: String
        package let name: String?
        package let state: JobState
        /// Of the last attempt; of one under way, until now.
        package let milliseconds: Int?
        package let attempts: Int
        package let error: String?
        package let isCritical: Bool
        /// `script`, `agent`, `foreach`, …
        package let kind: String
        /// Its result was taken over from an earlier run.
        package let isCached: Bool
        /// Index of the job that it is a part of.
        package fileprivate(set) var parent: Int?
    }

    package struct Edge: Sendable {
        /// Indices of `jobs`.
        package let from: Int
        package let to: Int
        package let condition: String
    }

    package let run: RunID
    package let workflow: String
    package let version: String
    package let state: String
    /// From the first start to the end, or until now; `nil`: nothing was started.
    package let elapsed: Int?
    package let jobs: [Job]
    package let edges: [Edge]

    private static let runSQL: SQL = """
        SELECT workflow, version, state, coalesce(finished_at, :now) - started_at
        FROM runs
        WHERE id = :id
        """

    private static let jobsSQL: SQL = """
        SELECT id, coalesce(key, ''), name, state, coalesce(finished_at, CASE WHEN state = 'running' THEN :now END) - started_at,
               attempt, error, kind, cached, parent_id
        FROM jobs
        WHERE run_id = :run_id
        ORDER BY id
        """

    private static let edgesSQL: SQL = """
        SELECT d.depends_on, d.job_id, d.condition
        FROM jobs j
        JOIN dependencies d ON d.job_id = j.id
        WHERE j.run_id = :run_id
        ORDER BY d.job_id, d.depends_on
        """

    /// On one snapshot.
    ///
    /// - Throws: `.noSuchRun`.
    package init(of run: RunID, in store: JobStore) throws {
        let now = store.timekeeper.now()
        let path = try store.look { Set(try $0.criticalPath(of: run)) }
        let read = try store.read { connection in
            (
                head: try connection.first(Self.runSQL, now, run) { row in
                    (row.text(0), row.text(1), row.text(2), row.optionalInt(3))
                },
                jobs: try connection.all(Self.jobsSQL, now, run) { row in
                    (
                        Job(
                            id: JobID(row.int(0)), key: row.text(1), name: row.optionalText(2),
                            state: JobState(rawValue: row.text(3)) ?? .blocked, milliseconds: row.optionalInt(4),
                            attempts: row.int(5), error: row.optionalText(6),
                            isCritical: path.contains(JobID(row.int(0))),
                            kind: row.text(7), isCached: row.bool(8)), row.optionalInt(9).map { JobID($0) }
                    )
                },
                edges: try connection.all(Self.edgesSQL, run) { row in
                    (from: JobID(row.int(0)), to: JobID(row.int(1)), condition: row.text(2))
                }
            )
        }
        guard let head = read.head else { throw JobStoreError.noSuchRun(run) }
        var positions: [JobID: Int] = [:]
        for (position, read) in read.jobs.enumerated() { positions[read.0.id] = position }
        self.run = run
        (workflow, version, state, elapsed) = head
        jobs = read.jobs.map { job, parent in
            var job = job
            job.parent = parent.flatMap { positions[$0] }
            return job
        }
        let jobs = self.jobs
        let edges = read.edges.compactMap { edge -> Edge? in
            guard let from = positions[edge.from], let to = positions[edge.to] else { return nil }
            // A job with parts waits for them however they end: that is no condition of its author's.
            return Edge(from: from, to: to, condition: jobs[from].parent == to ? "succeeded" : edge.condition)
        }
        self.edges = edges + Self.entries(jobs, edges)
    }

    /// A part that waits for no other part begins when what its parent waited for has ended.
    private static func entries(_ jobs: [Job], _ edges: [Edge]) -> [Edge] {
        var upstreams = [[Edge]](repeating: [], count: jobs.count)
        for edge in edges where jobs[edge.from].parent != edge.to { upstreams[edge.to].append(edge) }
        return jobs.indices.flatMap { part -> [Edge] in
            guard upstreams[part].isEmpty, var ancestor = jobs[part].parent else { return [] }
            // Parents are older than their parts, so that this ends.
            while upstreams[ancestor].isEmpty, let next = jobs[ancestor].parent, next < ancestor { ancestor = next }
            return upstreams[ancestor].map { Edge(from: $0.from, to: part, condition: $0.condition) }
        }
    }
}
