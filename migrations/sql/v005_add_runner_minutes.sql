-- What runners did, counted by the minute, so that nobody has to count jobs for it.

-- Runners write their own rows while they work, once a second at most; an idle runner writes none. After a week they are
-- pruned.
CREATE TABLE runner_minutes(
    minute INTEGER NOT NULL,         -- Unix time in minutes
    runner_id INTEGER NOT NULL,
    succeeded INTEGER NOT NULL,      -- jobs
    failed INTEGER NOT NULL,         -- jobs that failed for good
    retried INTEGER NOT NULL,        -- attempts that failed or took too long, and are followed by another
    stopped INTEGER NOT NULL,        -- attempts that were cancelled or interrupted
    run_ms INTEGER NOT NULL,         -- durations of those that succeeded, failed or were retried
    durations TEXT NOT NULL,         -- the same by length, a JSON object: at most so many milliseconds, attempts
    short_scripts INTEGER NOT NULL,  -- scripts of less than a second
    waits INTEGER NOT NULL,          -- attempts that were begun,
    wait_ms INTEGER NOT NULL,        -- and how long they had been ready
    busy_ms INTEGER NOT NULL,        -- time in which slots were taken, summed over them
    slot_ms INTEGER NOT NULL,        -- time of all slots, taken or not, up to `written_at`
    slots INTEGER NOT NULL,
    queued INTEGER NOT NULL,         -- ready jobs of the runner's queues, summed over `samples` looks
    samples INTEGER NOT NULL,
    rss_kb INTEGER,                  -- the most memory of the runner's own process
    written_at INTEGER NOT NULL,
    PRIMARY KEY (minute, runner_id)
) STRICT, WITHOUT ROWID;

-- Jobs that failed for good, the latest few thousand: no index of `jobs` has them.
CREATE TABLE recent_failures(
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL
) STRICT;

-- Of each runner and minute in which it worked. The minute that goes on counts as far as it has come.
CREATE VIEW runner_stats AS
SELECT
    m.runner_id,
    strftime('%Y-%m-%dT%H:%M:00Z', m.minute * 60, 'unixepoch') AS minute,
    m.succeeded AS completed,
    m.failed,
    m.retried,
    m.stopped,
    CASE WHEN m.succeeded + m.failed + m.retried > 0
         THEN round(m.run_ms * 1.0 / (m.succeeded + m.failed + m.retried), 1) END AS average_ms,
    (SELECT min(d.at_most)
     FROM (SELECT CAST(h.key AS INTEGER) AS at_most,
                  sum(h.value) OVER (ORDER BY CAST(h.key AS INTEGER)) AS upto
           FROM json_each(m.durations) h) d
     WHERE d.upto >= 0.95 * (m.succeeded + m.failed + m.retried)) AS p95_ms,
    CASE WHEN m.waits > 0 THEN round(m.wait_ms * 1.0 / m.waits, 1) END AS average_wait_ms,
    round(m.succeeded * 60000.0 / m.span_ms, 1) AS throughput,
    CASE WHEN m.slot_ms + m.slots * m.rest_ms > 0
         THEN round(min(1.0, m.busy_ms * 1.0 / (m.slot_ms + m.slots * m.rest_ms)), 3) END AS utilisation,
    CASE WHEN m.samples > 0 THEN round(m.queued * 1.0 / m.samples, 1) END AS queue_length,
    m.rss_kb AS memory_kb
-- A runner that works writes at each heartbeat: only after a longer silence its slots are known to be free.
FROM (SELECT w.*, max(1, w.ended_at - w.began_at) AS span_ms,
             CASE WHEN w.ended_at - w.written_at > w.heartbeat_ms THEN w.ended_at - w.written_at ELSE 0 END AS rest_ms
      FROM (SELECT n.*, coalesce(r.lease_ms, 15000) / 3 + 1000 AS heartbeat_ms,
                   max(n.minute * 60000, coalesce(r.started_at, 0)) AS began_at,
                   min((n.minute + 1) * 60000,
                       CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER),
                       coalesce(CASE WHEN r.state IN ('dead', 'rescued') THEN r.heartbeat_at ELSE r.stopped_at END,
                                (n.minute + 1) * 60000)) AS ended_at
            FROM runner_minutes n
            LEFT JOIN runners r ON r.id = n.runner_id) w) m;
