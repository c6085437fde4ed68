package import SQLite

/// What must hold in any database at any time, as queries that return no row. `weir doctor` runs them, and so does
/// every test that ran jobs. Each names a job, an attempt, a limit or a run that breaks the rule.
package struct Invariant: Sendable {
    package let name: String
    /// In one sentence, for people.
    package let rule: String
    /// Returns one row for each violation; its first column says where.
    package let sql: String

    package static let all: [Invariant] = [
        Invariant(
            name: "lease", rule: "a job is held by a runner exactly while it is running or reclaiming",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE (runner_id IS NOT NULL) <> (state IN ('running', 'reclaiming'))
                """),
        Invariant(
            name: "holder", rule: "whoever holds a job is a runner that has not stopped, or a remote worker",
            sql: """
                SELECT 'job ' || j.id || ', runner ' || j.runner_id FROM jobs j
                LEFT JOIN runners r ON r.id = j.runner_id
                WHERE j.runner_id IS NOT NULL AND j.runner_id <> 0
                  AND (r.id IS NULL OR r.state IN ('stopped', 'rescued'))
                """),
        Invariant(
            name: "fence", rule: "only a dead runner's jobs are being reclaimed",
            sql: """
                SELECT 'job ' || j.id FROM jobs j JOIN runners r ON r.id = j.runner_id
                WHERE j.state = 'reclaiming' AND r.state <> 'dead'
                """),
        Invariant(
            name: "attempts-dense", rule: "attempts are numbered from 1 without gaps, and the open one is the last",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE j.attempt <> (SELECT count(*) FROM attempts a WHERE a.job_id = j.id) + (j.runner_id IS NOT NULL)
                   OR j.attempt < (SELECT coalesce(max(a.attempt), 0) FROM attempts a WHERE a.job_id = j.id)
                              + (j.runner_id IS NOT NULL)
                """),
        Invariant(
            name: "tokens-grow", rule: "lease tokens grow from attempt to attempt and never pass the job's own",
            sql: """
                SELECT 'job ' || a.job_id || ', attempt ' || a.attempt FROM attempts a
                JOIN jobs j ON j.id = a.job_id
                LEFT JOIN attempts b ON b.job_id = a.job_id AND b.attempt = a.attempt + 1
                WHERE a.lease_token >= b.lease_token OR a.lease_token > j.lease_token
                   OR (j.runner_id IS NOT NULL AND a.lease_token >= j.lease_token)
                """),
        Invariant(
            name: "attempt-limit", rule: "no job fails more often than it may",
            sql: "SELECT 'job ' || id FROM jobs WHERE failures > max_attempts"),
        Invariant(
            name: "failures-counted", rule: "failures and crashes since the last retry by hand are among the attempts",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE j.failures > (SELECT count(*) FROM attempts a
                                    WHERE a.job_id = j.id AND a.state IN ('failed', 'timed_out'))
                   OR j.crashes > (SELECT count(*) FROM attempts a WHERE a.job_id = j.id AND a.state = 'lost')
                """),
        Invariant(
            name: "success", rule: "a job that succeeded has a successful attempt, and it is the last",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE (j.state = 'succeeded')
                   <> EXISTS (SELECT 1 FROM attempts a
                              WHERE a.job_id = j.id AND a.attempt = j.attempt AND a.state = 'succeeded')
                  -- what was run again after it succeeded has not begun its next attempt
                  AND (j.state IN ('succeeded', 'failed') OR j.epoch = 0)
                """),
        Invariant(
            name: "one-success", rule: "no job succeeds twice, unless it is run again by hand",
            sql: """
                SELECT 'job ' || a.job_id FROM attempts a JOIN jobs j ON j.id = a.job_id
                WHERE a.state = 'succeeded'
                GROUP BY a.job_id HAVING count(*) > 1 + max(j.epoch)
                """),
        Invariant(
            name: "result", rule: "only a job that succeeded has a result, and it is JSON",
            sql: """
                SELECT 'job ' || r.job_id FROM results r JOIN jobs j ON j.id = r.job_id
                WHERE j.state <> 'succeeded' OR NOT json_valid(r.value)
                """),
        Invariant(
            name: "failed", rule: "a failed job has used up its attempts or crashes, or says why not",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE state = 'failed' AND failures < max_attempts AND crashes < max_crashes AND error IS NULL
                """),
        Invariant(
            name: "end-time", rule: "a job has an end exactly when it is final",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE (finished_at IS NOT NULL) <> (state IN ('succeeded', 'failed', 'skipped', 'cancelled'))
                """),
        Invariant(
            name: "attempt-times", rule: "no attempt ends before it starts",
            sql: """
                SELECT 'job ' || job_id || ', attempt ' || attempt FROM attempts WHERE finished_at < started_at
                """),
        Invariant(
            name: "attempt-order", rule: "attempts of a job end in their order",
            sql: """
                SELECT 'job ' || a.job_id || ', attempt ' || a.attempt FROM attempts a
                JOIN attempts b ON b.job_id = a.job_id AND b.attempt = a.attempt + 1
                WHERE b.seq <= a.seq OR b.lease_token < a.seq
                """),
        Invariant(
            name: "unmet", rule: "a blocked job counts the unfinished jobs that it waits for",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE j.state IN ('blocked', 'scheduled', 'ready')
                  AND j.unmet <> (SELECT count(*) FROM dependencies d JOIN jobs u ON u.id = d.depends_on
                                  WHERE d.job_id = j.id AND u.finished_at IS NULL)
                              -- beside a moment, a signal is not what it has to wait for
                              + (j.state = 'blocked' AND j.awaits IS NOT NULL AND j.run_at IS NULL)
                """),
        Invariant(
            name: "blocked", rule: "a job is blocked exactly while it waits for others",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE (state = 'blocked' AND unmet = 0) OR (state IN ('scheduled', 'ready', 'running') AND unmet > 0)
                """),
        Invariant(
            name: "claimed-early", rule: "no attempt starts before the jobs that its job depends on have ended",
            sql: """
                SELECT 'job ' || d.job_id FROM dependencies d
                JOIN attempts a ON a.job_id = d.job_id AND a.attempt = 1
                JOIN attempts u ON u.job_id = d.depends_on AND u.attempt = 1
                JOIN jobs up ON up.id = d.depends_on
                -- a parent begins before the children that it waits for
                WHERE a.lease_token < u.seq AND up.parent_id IS NOT d.job_id
                  -- what never ran may run for the first time once it is taken back by hand
                  AND up.epoch = 0
                """),
        Invariant(
            name: "conditions", rule: "a job runs only when the conditions on its dependencies hold",
            sql: """
                SELECT 'job ' || d.job_id FROM dependencies d
                JOIN jobs j ON j.id = d.job_id
                JOIN jobs u ON u.id = d.depends_on
                WHERE u.finished_at IS NOT NULL
                  -- An upstream that was retried since may have ended otherwise.
                  AND (j.state IN ('scheduled', 'ready')
                       OR (j.state IN ('running', 'succeeded', 'failed') AND j.lease_token >= u.seq))
                  AND NOT CASE d.condition WHEN 'finished' THEN 1
                                           WHEN 'failed' THEN u.state = 'failed'
                                           ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1)
                                                OR (d.condition = 'passed' AND u.state = 'skipped' AND u.excused = 1) END
                """),
        Invariant(
            name: "run-counts", rule: "a run counts its unfinished and its failed jobs, and ends with its last",
            sql: """
                SELECT 'run ' || r.id FROM runs r
                WHERE r.unfinished <> (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.finished_at IS NULL)
                   OR ((r.finished_at IS NOT NULL OR r.settled_at IS NOT NULL) <> (r.unfinished = 0)
                       -- what is decided step by step may be without jobs at times
                       AND NOT (r.judged = 3 AND r.finished_at IS NULL))
                   OR (r.state = 'succeeded'
                       AND EXISTS (SELECT 1 FROM jobs j
                                   WHERE j.run_id = r.id AND j.forgiven = 0 AND j.state IN ('failed', 'cancelled')
                                     AND j.parent_id IS NULL AND j.superseded = 0)
                       AND r.outcome IS NULL AND r.judged <> 3)
                """),
        Invariant(
            name: "usage", rule: "what is used of a limit is what the jobs that run hold of it",
            sql: """
                SELECT l.kind || ' ' || l.name || ': used ' || l.used FROM limits l
                WHERE l.used <> (SELECT coalesce(sum(held.amount), 0) FROM lane_limits held
                                 JOIN jobs j ON j.lane_id = held.lane_id AND j.runner_id IS NOT NULL
                                 WHERE held.limit_id = l.id)
                """),
        Invariant(
            name: "units", rule: "a unit of an indexed pool belongs to a job that runs and is told so",
            sql: """
                SELECT 'limit ' || u.limit_id || ', unit ' || u.unit FROM limit_units u
                LEFT JOIN limits l ON l.id = u.limit_id
                LEFT JOIN jobs j ON j.id = u.job_id
                WHERE j.runner_id IS NULL
                   OR NOT EXISTS (SELECT 1 FROM json_each(j.pool_indexes) p, json_each(p.value) i
                                  WHERE p.key = l.name AND i.value = u.unit)
                UNION ALL
                SELECT 'job ' || j.id FROM jobs j, json_each(j.pool_indexes) p
                WHERE j.pool_indexes IS NOT NULL
                  AND json_array_length(p.value) <> (SELECT count(*) FROM limit_units u
                                                     JOIN limits l ON l.id = u.limit_id
                                                     WHERE u.job_id = j.id AND l.name = p.key)
                """),
        Invariant(
            name: "heads", rule: "no lane's head is worse than its best ready job",
            sql: """
                SELECT 'lane ' || l.id || ', job ' || j.id FROM lanes l
                JOIN jobs j ON j.lane_id = l.id AND j.state = 'ready'
                WHERE l.head_id IS NULL
                   OR (l.head_priority, l.head_path, -l.head_id) < (j.priority, j.path, -j.id)
                """),
        Invariant(
            name: "sleepers",
            rule: "a lane waits where there is room only behind a better one that is looked at or has it reserved",
            sql: """
                SELECT 'limit ' || w.waits_for || ', lane ' || w.id FROM lanes w
                WHERE w.waits_for >= 0 AND w.head_id IS NOT NULL  -- below 0: for a paused run
                  AND NOT EXISTS (SELECT 1 FROM lane_limits held JOIN limits l ON l.id = held.limit_id
                                  WHERE held.lane_id = w.id AND l.capacity - l.used < held.amount)
                  AND NOT EXISTS (SELECT 1 FROM lane_limits held
                                  JOIN limits l ON l.id = held.limit_id
                                  JOIN lane_limits other ON other.limit_id = held.limit_id
                                  JOIN lanes o ON o.id = other.lane_id
                                  WHERE held.lane_id = w.id AND o.id <> w.id AND o.head_id IS NOT NULL
                                    AND ((o.waits_for IS NULL AND o.queue_id = w.queue_id)
                                         OR (o.waits_for = l.id AND l.capacity - l.used < other.amount))
                                    AND (o.head_priority, o.head_path, -o.head_id)
                                        > (w.head_priority, w.head_path, -w.head_id))
                """),
        Invariant(
            name: "keys", rule: "no two jobs hold one key",
            sql: """
                SELECT 'key ' || key FROM jobs
                WHERE key IS NOT NULL AND run_id IS NULL
                  AND (key_scope = 'forever' OR (key_scope = 'unfinished' AND finished_at IS NULL)
                       OR (key_scope = 'pending' AND finished_at IS NULL AND attempt = 0))
                GROUP BY key HAVING count(*) > 1
                """),
        Invariant(
            name: "parts", rule: "what belongs to a job that has ended has ended",
            sql: """
                SELECT 'job ' || c.id FROM jobs p JOIN jobs c ON c.parent_id = p.id
                WHERE p.finished_at IS NOT NULL AND c.finished_at IS NULL AND c.stop IS NULL AND c.superseded = 0
                """),
        Invariant(
            name: "families", rule: "a part belongs to the run of its parent, which waits for it unless it is history",
            sql: """
                SELECT 'job ' || c.id FROM jobs c LEFT JOIN jobs p ON p.id = c.parent_id
                WHERE c.parent_id IS NOT NULL
                  AND (p.id IS NULL OR p.run_id IS NOT c.run_id
                       OR (c.finished_at IS NULL AND c.superseded = 0 AND p.finished_at IS NULL
                           AND NOT EXISTS (SELECT 1 FROM dependencies d
                                           WHERE d.job_id = p.id AND d.depends_on = c.id)))
                """),
        Invariant(
            name: "awaited-run", rule: "a job waits for a run exactly while that goes on and is not being cancelled",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE j.awaits = 'run'
                  AND (j.state <> 'blocked'
                       OR NOT EXISTS (SELECT 1 FROM runs r WHERE r.parent_job_id = j.id AND r.finished_at IS NULL))
                UNION ALL
                SELECT 'run ' || r.id FROM runs r LEFT JOIN jobs j ON j.id = r.parent_job_id
                WHERE r.parent_job_id IS NOT NULL AND r.finished_at IS NULL AND r.cancel_requested = 0
                  AND (j.id IS NULL OR j.awaits IS NOT 'run')
                """),
        Invariant(
            name: "roots", rule: "all runs within a run are claimed for by who claims for the outermost",
            sql: """
                SELECT 'run ' || r.id FROM runs r
                JOIN jobs j ON j.id = r.parent_job_id
                JOIN runs outer_run ON outer_run.id = j.run_id
                WHERE r.root_id IS NOT coalesce(outer_run.root_id, outer_run.id)
                UNION ALL
                SELECT 'job ' || j.id FROM jobs j
                JOIN runs r ON r.id = j.run_id
                LEFT JOIN lanes l ON l.id = j.lane_id
                WHERE j.finished_at IS NULL AND j.lane_id IS NOT NULL AND l.run_id IS NOT coalesce(r.root_id, r.id)
                """),
        Invariant(
            name: "settled", rule: "only a run that somebody judges settles, and its handlers begin only then",
            sql: """
                SELECT 'run ' || id FROM runs
                WHERE settled_at IS NOT NULL AND (judged = 0 OR finished_at IS NOT NULL OR deadline IS NOT NULL)
                UNION ALL
                SELECT 'job ' || j.id FROM jobs j JOIN runs r ON r.id = j.run_id
                WHERE j.handler = 1 AND j.superseded = 0 AND r.phase <> 'handlers'
                UNION ALL
                SELECT 'job ' || j.id FROM jobs j JOIN runs r ON r.id = j.run_id
                WHERE j.handler = 0 AND j.parent_id IS NULL AND j.finished_at IS NULL AND r.phase = 'handlers'
                """),
        Invariant(
            name: "gates", rule: "what gates say is said of an attempt that ended",
            sql: """
                SELECT 'job ' || g.job_id || ', attempt ' || g.attempt FROM gates g
                WHERE NOT EXISTS (SELECT 1 FROM attempts a WHERE a.job_id = g.job_id AND a.attempt = g.attempt)
                """),
        Invariant(
            name: "checkpoint", rule: "a checkpoint is JSON, and goes when its job succeeds",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE checkpoint IS NOT NULL AND (state = 'succeeded' OR NOT json_valid(checkpoint))
                """),
        Invariant(
            name: "executions", rule: "an execution ends with its run, once all is decided and what runs has stopped",
            sql: """
                SELECT 'execution ' || e.id FROM executions e JOIN runs r ON r.id = e.run_id
                WHERE e.is_due = 0 AND r.unfinished = 0 AND (e.ended_at IS NULL) <> (r.finished_at IS NULL)
                UNION ALL
                SELECT 'execution ' || e.id FROM executions e
                WHERE (e.ended_at IS NULL) <> (e.status = 'RUNNING' OR e.status = 'PAUSED')
                """),
        Invariant(
            name: "remote-leases", rule: "a job that a remote worker has is that of an open task, which has its token",
            sql: """
                SELECT 'job ' || j.id FROM jobs j
                WHERE j.runner_id = 0
                  AND NOT EXISTS (SELECT 1 FROM execution_tasks t
                                  WHERE t.job_id = j.id AND t.ended_at IS NULL AND t.lease_token = j.lease_token)
                UNION ALL
                SELECT 'task ' || t.id FROM execution_tasks t
                WHERE t.lease_until IS NOT NULL AND t.ended_at IS NOT NULL
                """),
        Invariant(
            name: "memory", rule: "what is remembered is JSON, and of all or of a run that is there",
            sql: """
                SELECT 'run ' || m.run_id || ', ' || m.name FROM memory m
                WHERE NOT json_valid(m.value)
                   OR (m.run_id <> 0 AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = m.run_id))
                """),
        Invariant(
            name: "sequence", rule: "no row is ahead of the sequence",
            sql: """
                SELECT 'job ' || id FROM jobs
                WHERE seq > (SELECT value FROM sequence) OR lease_token > (SELECT value FROM sequence)
                UNION ALL
                SELECT 'memory ' || name FROM memory WHERE version > (SELECT value FROM sequence)
                """),
    ]

    /// Where the rule is broken, at most `limit` places.
    package func violations(in connection: Connection, limit: Int = 10) throws -> [String] {
        try connection.dynamic("SELECT * FROM (\(sql)) LIMIT \(limit)", []).rows.map { row in
            if case .text(let place)? = row.first { place } else { "?" }
        }
    }
}
