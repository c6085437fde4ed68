import Jobs
import SQLite
import Workflows

/// The figures of a settled run that criteria are held against.
struct FigureReader {
    let store: JobStore
    let run: RunID
    let settlement: JobTransaction.Settlement

    private static let runSQL: SQL =
        "SELECT work_ms, critical_ms, coalesce(max_concurrency, jobs) FROM runs WHERE id = :id"

    private static let tasksSQL: SQL = """
        SELECT coalesce(step, key, ''), state, excused
        FROM jobs
        WHERE run_id = :run_id AND parent_id IS NULL AND superseded = 0 AND handler = 0
        ORDER BY id
        """

    // A started task waited for one of its run, if it depends on it; or it was ready and began as another ended, so for
    // what that one held: a pool that both use, or a slot.
    private static let blockingsSQL: SQL = """
        SELECT coalesce(j.step, j.key, ''),
               coalesce((SELECT coalesce(u.step, u.key) FROM dependencies d JOIN jobs u ON u.id = d.depends_on
                         WHERE d.job_id = j.id AND u.run_id = j.run_id LIMIT 1),
                        (SELECT 'pool ''' || p.key || '''' FROM json_each(j.pools) p, jobs o
                         WHERE o.run_id = j.run_id AND o.finished_at BETWEEN j.ready_at AND j.started_at
                           AND o.id <> j.id AND o.started_at IS NOT NULL
                           AND json_extract(o.pools, '$.' || json_quote(p.key)) IS NOT NULL LIMIT 1),
                        'a slot')
        FROM jobs j
        WHERE j.run_id = :run_id AND j.parent_id IS NULL AND j.superseded = 0 AND j.handler = 0
          AND j.started_at IS NOT NULL
          AND (EXISTS (SELECT 1 FROM dependencies d JOIN jobs u ON u.id = d.depends_on
                       WHERE d.job_id = j.id AND u.run_id = j.run_id AND u.parent_id IS NULL)
               OR (j.started_at - j.ready_at > 20
                   AND EXISTS (SELECT 1 FROM jobs o
                               WHERE o.run_id = j.run_id AND o.id <> j.id AND o.started_at IS NOT NULL
                                 AND o.finished_at BETWEEN j.ready_at AND j.started_at)))
        ORDER BY j.id
        LIMIT 100
        """

    func figures() throws -> RunFigures {
        let makespan = max(1, settlement.settledAt.rawValue - settlement.startedAt.rawValue)
        return try store.read { connection in
            let sums = try connection.first(Self.runSQL, run) { ($0.int(0), $0.int(1), $0.int(2)) } ?? (0, 0, 1)
            let ideal = max(Double(sums.1), Double(sums.0) / Double(max(1, sums.2)))
            return RunFigures(
                totalTime: Double(makespan) / 1000, speedup: Double(sums.0) / Double(makespan),
                efficiency: min(1, ideal / Double(makespan)),
                tasks: try connection.all(Self.tasksSQL, run) {
                    RunFigures.Task(id: $0.text(0), state: $0.text(1), isExcused: $0.bool(2))
                },
                blockings: try connection.all(Self.blockingsSQL, run) {
                    RunFigures.Blocking(task: $0.text(0), cause: $0.text(1))
                })
        }
    }
}
