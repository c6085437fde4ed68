import JSON
package import Jobs
import SQLite

extension RunReport {
    static let runSQL: SQL = """
        SELECT workflow, version, state, error, source, directory, max_concurrency, created_at, started_at,
               coalesce(finished_at, settled_at), result, finished_at
        FROM runs
        WHERE id = :id
        """

    /// What a run started in its workflow steps; of a step that was begun anew, the last.
    static let partsSQL: SQL = """
        SELECT max(r.id), j.id
        FROM jobs j
        JOIN runs r ON r.parent_job_id = j.id
        WHERE j.run_id = :run_id AND j.kind = 'workflow' AND j.superseded = 0
        GROUP BY j.id
        """

    static let stepsSQL: SQL = """
        SELECT id, coalesce(key, ''), name, CASE WHEN kind = 'agent' THEN substr(command, 7) END, kind, state,
               coalesce(level, 1), attempt, created_at, ready_at, started_at, finished_at, exit_code, error, forgiven,
               cached, handler, exclusive, pools, progress, parent_id, runner_id, coalesce(step, key, ''), excused,
               progress_message, timeout_ms
        FROM jobs
        WHERE run_id = :run_id AND superseded = 0
        ORDER BY id
        """

    static let triesSQL: SQL = """
        SELECT a.job_id, a.started_at, a.finished_at, a.state, a.runner_id, a.max_rss_kb, a.cpu_ms
        FROM jobs j
        JOIN attempts a ON a.job_id = j.id
        WHERE j.run_id = :run_id AND j.superseded = 0
        ORDER BY a.job_id, a.attempt
        """

    /// In the order of the primary key, so that nothing is sorted and the lengths are read without the data.
    static let outputsSQL: SQL = """
        SELECT j.id, (SELECT sum(bytes)
                      FROM (SELECT max(o.start + length(o.data)) AS bytes
                            FROM outputs o
                            WHERE o.job_id = j.id
                            GROUP BY o.attempt))
        FROM jobs j
        WHERE j.run_id = :run_id AND j.superseded = 0
        """

    static let edgesSQL: SQL = """
        SELECT d.job_id, d.depends_on
        FROM jobs j
        JOIN dependencies d ON d.job_id = j.id
        WHERE j.run_id = :run_id AND j.superseded = 0
        """

    /// The workflow's own pools come after the database's and stand for them.
    static let poolsSQL: SQL = """
        SELECT name, capacity, scope
        FROM limits
        WHERE kind = 'pool' AND (scope = '' OR scope = :workflow)
        ORDER BY scope
        """

    static let stepLimitsSQL: SQL = """
        SELECT name, capacity
        FROM limits
        WHERE kind = 'step' AND scope = :workflow
        """

    static let slotsSQL: SQL = "SELECT slots FROM runners WHERE id = :id"

    static let gatesSQL: SQL = """
        SELECT job_id, coalesce(key, ''), agent, metric, label, threshold, actual, status
        FROM gate_results
        WHERE run_id = :run_id
        """

    /// - Throws: `.noSuchRun`.
    package static func read(_ run: RunID, from store: JobStore) throws -> RunReport {
        let now = store.timekeeper.now().rawValue
        return try store.read { try read(run, from: $0, now: now) }
    }

    /// - Parameter now: in milliseconds of Unix time, for what is under way.
    /// - Throws: `.noSuchRun`.
    static func read(_ run: RunID, from connection: Connection, now: Int) throws -> RunReport {
        var material = Material()
        try collect(run, from: connection, now: now, into: &material)
        let steps = material.nested()
        let report = try connection.first(runSQL, run) { row in
            let startedAt = row.optionalInt(8)
            return RunReport(
                run: run, workflow: row.text(0), version: row.text(1),
                state: RunState(rawValue: row.text(2)) ?? .running,
                error: row.optionalText(3), source: row.optionalText(4), directory: row.text(5),
                maxConcurrency: row.optionalInt(6), createdAt: row.int(7), startedAt: startedAt,
                finishedAt: row.optionalInt(11),
                elapsed: startedAt.map { max(0, (row.optionalInt(9) ?? now) - $0) } ?? 0,
                result: row.optionalText(10),
                steps: steps, gates: Self.inOrder(material.gates, of: steps))
        }
        guard var report else { throw JobStoreError.noSuchRun(run) }
        report.markCriticalPath(material.edges)
        report.measure(material)
        return report
    }

    /// Reads a run and those within it. Each is younger than the step that started it, so this comes to an end.
    private static func collect(
        _ run: RunID, from connection: Connection, now: Int, into material: inout Material
    ) throws {
        var next: [(run: RunID, parent: JobID?)] = [(run, nil)]
        while let (run, parent) = next.popLast() {
            material.add(try steps(of: run, under: parent, from: connection, now: now))
            try connection.forEach(edgesSQL, run) { row in
                material.edges.append((JobID(row.int(0)), JobID(row.int(1))))
            }
            material.gates += try gates(of: run, from: connection)
            material.limits[run] = try limits(of: run, from: connection)
            next += try connection.all(partsSQL, run) { (RunID($0.int(0)), JobID($0.int(1))) }.reversed()
        }
        for runner in Set(material.steps.flatMap { $0.tries.map(\.runner) }) {
            material.slots += try connection.first(slotsSQL, runner) { $0.int(0) } ?? 0
        }
    }

    private static func steps(
        of run: RunID, under parent: JobID?, from connection: Connection, now: Int
    ) throws -> [Step] {
        var positions: [JobID: Int] = [:]
        var steps: [Step] = []
        try connection.forEach(stepsSQL, run) { row in
            var step = Step(
                job: JobID(row.int(0)), run: run, key: row.text(1), id: row.text(22), name: row.optionalText(2),
                agent: row.optionalText(3), kind: JobKind(rawValue: row.text(4)) ?? .script,
                state: JobState(rawValue: row.text(5)) ?? .ready, group: row.int(6), attempts: row.int(7),
                createdAt: row.int(8), readyAt: row.optionalInt(9), startedAt: row.optionalInt(10),
                finishedAt: row.optionalInt(11), exitCode: row.optionalInt(12), error: row.optionalText(13),
                isForgiven: row.bool(14), isExcused: row.bool(23), isCached: row.bool(15), isHandler: row.bool(16),
                isExclusive: row.bool(17),
                pools: amounts(row.optionalText(18)), progress: row.optionalDouble(19),
                progressMessage: row.optionalText(24), timeout: row.optionalInt(25),
                parent: row.optionalInt(20).map { JobID($0) } ?? parent, moment: now)
            if let runner = row.optionalInt(21), let start = row.optionalInt(10) {
                step.tries = [
                    Try(
                        startedAt: start, finishedAt: nil, state: nil, runner: runner, memory: nil, processorTime: nil,
                        moment: now)
                ]
            }
            positions[step.job] = steps.count
            steps.append(step)
        }
        try connection.forEach(triesSQL, run) { row in
            guard let position = positions[JobID(row.int(0))] else { return }
            let ended = Try(
                startedAt: row.int(1), finishedAt: row.int(2), state: AttemptState(rawValue: row.text(3)),
                runner: row.int(4), memory: row.optionalInt(5), processorTime: row.optionalInt(6), moment: now)
            // The open one, which comes last, is there already.
            let isOpen = steps[position].tries.last?.finishedAt == nil && !steps[position].tries.isEmpty
            steps[position].tries.insert(ended, at: steps[position].tries.count - (isOpen ? 1 : 0))
        }
        try connection.forEach(outputsSQL, run) { row in
            guard let position = positions[JobID(row.int(0))] else { return }
            steps[position].outputBytes = row.int(1)
        }
        return steps
    }

    private static func amounts(_ json: String?) -> [String: Int] {
        json.flatMap { try? JSONValue(parsing: $0).object }?.compactMapValues(\.integer) ?? [:]
    }

    private static func gates(of run: RunID, from connection: Connection) throws -> [Gate] {
        try connection.all(gatesSQL, run) { row in
            Gate(
                job: JobID(row.int(0)), key: row.text(1), agent: row.optionalText(2), metric: row.text(3),
                label: row.text(4), threshold: row.text(5), actual: row.optionalText(6), status: row.text(7))
        }
    }

    /// Without those of steps that were begun anew.
    private static func inOrder(_ gates: [Gate], of steps: [Step]) -> [Gate] {
        guard !gates.isEmpty else { return [] }
        let ofJob = Dictionary(grouping: gates, by: \.job)
        return steps.flatMap { ofJob[$0.job] ?? [] }
    }

    private static func limits(of run: RunID, from connection: Connection) throws -> Material.Limits {
        let found = try connection.first(runSQL, run) { ($0.text(0), $0.optionalInt(6)) }
        guard let (workflow, maxConcurrency) = found else { return Material.Limits() }
        var limits = Material.Limits(maxConcurrency: maxConcurrency)
        try connection.forEach(poolsSQL, workflow) { row in
            limits.pools[row.text(0)] = Material.Pool(scope: row.text(2), name: row.text(0), capacity: row.int(1))
        }
        try connection.forEach(stepLimitsSQL, workflow) { limits.steps[$0.text(0)] = $0.int(1) }
        return limits
    }
}
