-- What workflows need beyond plain jobs: steps that are decided when they are reached, jobs within jobs, runs within
-- runs, runs that somebody judges at their end, gates, a cache.

-- Two checks get wider. Neither touches a row, so the tables' own text is changed, as SQLite's documentation describes
-- it (lang_altertable, section 7): a copy of both tables would take minutes in a large database.
PRAGMA writable_schema = ON;

UPDATE sqlite_schema
SET sql = replace(sql, 'CHECK (kind IN (''script''))', 'CHECK (kind <> '''')')
WHERE type = 'table' AND name = 'jobs';

UPDATE sqlite_schema
SET sql = replace(sql, 'condition = ''finished'' OR condition = ''failed''',
                  'condition = ''finished'' OR condition = ''failed'' OR condition = ''passed''')
WHERE type = 'table' AND name = 'dependencies';

PRAGMA writable_schema = RESET;

-- JSON that says what to execute where that is known only once the job is claimed, and what it may refer to.
ALTER TABLE jobs ADD COLUMN template TEXT;
ALTER TABLE jobs ADD COLUMN locals TEXT;
-- How often the job was parked, what it left for itself, what it waits for beside jobs ('run', 'signal'), and what a
-- signal brought.
ALTER TABLE jobs ADD COLUMN phase INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN memo TEXT;
ALTER TABLE jobs ADD COLUMN awaits TEXT;
ALTER TABLE jobs ADD COLUMN signal TEXT;
-- The job that this one is a part of, and the step's plain id: `key` is unique in the run.
ALTER TABLE jobs ADD COLUMN parent_id INTEGER;
ALTER TABLE jobs ADD COLUMN step TEXT;
-- Skipped, but not through an error.
ALTER TABLE jobs ADD COLUMN excused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cached INTEGER NOT NULL DEFAULT 0;
-- Runs at the end of its run, once all others have ended.
ALTER TABLE jobs ADD COLUMN handler INTEGER NOT NULL DEFAULT 0;
-- Its parent was begun anew: kept as history only.
ALTER TABLE jobs ADD COLUMN superseded INTEGER NOT NULL DEFAULT 0;
-- How often it was taken back by hand after it had ended.
ALTER TABLE jobs ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN progress REAL;
ALTER TABLE jobs ADD COLUMN progress_message TEXT;

CREATE INDEX jobs_of_parent ON jobs(parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_of_step ON jobs(run_id, step) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_awaiting ON jobs(awaits, id) WHERE awaits IS NOT NULL;

ALTER TABLE runs ADD COLUMN inputs TEXT;          -- JSON object
ALTER TABLE runs ADD COLUMN result TEXT;          -- JSON
ALTER TABLE runs ADD COLUMN parent_job_id INTEGER;
ALTER TABLE runs ADD COLUMN root_id INTEGER;      -- the run that all of its family are claimed for; NULL: itself
-- 0: it ends with its last job. 1: somebody judges it then. 2: the same, and there are handlers.
ALTER TABLE runs ADD COLUMN judged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN settled_at INTEGER;   -- all jobs have ended, and it is to be judged
ALTER TABLE runs ADD COLUMN phase TEXT NOT NULL DEFAULT 'main';  -- or 'handlers'
-- What became of it before its handlers, or what a step that ended it said.
ALTER TABLE runs ADD COLUMN outcome TEXT;
ALTER TABLE runs ADD COLUMN outcome_error TEXT;
ALTER TABLE runs ADD COLUMN timeout_ms INTEGER;
ALTER TABLE runs ADD COLUMN deadline INTEGER;     -- milliseconds of Unix time

CREATE INDEX runs_settled ON runs(id) WHERE settled_at IS NOT NULL AND finished_at IS NULL;
CREATE INDEX runs_deadline ON runs(deadline) WHERE deadline IS NOT NULL AND finished_at IS NULL;
CREATE INDEX runs_of_parent ON runs(parent_job_id) WHERE parent_job_id IS NOT NULL;
CREATE INDEX runs_of_root ON runs(root_id) WHERE root_id IS NOT NULL AND finished_at IS NULL;

-- What steps of a run have set.
CREATE TABLE variables(
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,                          -- JSON
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

-- How the metrics in a job's result compare with what was asked of them.
CREATE TABLE gates(
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    position INTEGER NOT NULL,
    metric TEXT NOT NULL,
    label TEXT NOT NULL,
    threshold TEXT NOT NULL,
    actual TEXT,
    status TEXT NOT NULL CHECK (status = 'passed' OR status = 'failed' OR status = 'missing'),
    PRIMARY KEY (job_id, attempt, position)
) STRICT, WITHOUT ROWID;

-- Results that stand for an execution.
CREATE TABLE cache(
    workflow TEXT NOT NULL,
    step TEXT NOT NULL,
    key TEXT NOT NULL,
    result TEXT,
    job_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workflow, step, key)
) STRICT, WITHOUT ROWID;

DROP VIEW job_history;
CREATE VIEW job_history AS
SELECT
    j.id,
    j.run_id,
    r.workflow,
    j.key,
    j.name,
    q.name AS queue,
    j.kind,
    CASE WHEN j.args IS NULL OR j.args = '[]' THEN j.command
         ELSE j.command || ' ' || (SELECT group_concat(a.value, ' ') FROM json_each(j.args) a) END AS command,
    (SELECT p.key FROM json_each(j.pools) p LIMIT 1) AS pool,
    j.priority,
    j.state,
    j.attempt AS attempts,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.created_at / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.ready_at / 1000.0, 'unixepoch') AS ready_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', j.finished_at / 1000.0, 'unixepoch') AS finished_at,
    -- of a job that is ready again, `started_at` is that of the attempt before
    CASE WHEN j.started_at >= j.ready_at THEN j.started_at - j.ready_at END AS queue_ms,
    j.finished_at - j.started_at AS duration_ms,
    j.exit_code,
    j.error,
    result.value AS result,
    coalesce(j.step, j.key) AS step,
    j.parent_id,
    j.cached,
    j.progress,
    j.progress_message
FROM jobs j
JOIN queues q ON q.id = j.queue_id
LEFT JOIN runs r ON r.id = j.run_id
LEFT JOIN results result ON result.job_id = j.id;

DROP VIEW run_history;
CREATE VIEW run_history AS
SELECT
    r.id,
    r.workflow,
    r.version,
    r.state,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.created_at / 1000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.finished_at / 1000.0, 'unixepoch') AS finished_at,
    r.finished_at - r.started_at AS duration_ms,
    r.jobs,
    (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.state = 'succeeded') AS succeeded,
    (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.state = 'failed') AS failed,
    (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.state = 'skipped') AS skipped,
    (SELECT count(*) FROM jobs j WHERE j.run_id = r.id AND j.state = 'cancelled') AS cancelled,
    CASE WHEN r.finished_at > r.started_at
         THEN round(r.work_ms * 1.0 / (r.finished_at - r.started_at), 3) END AS speedup,
    CASE WHEN r.finished_at > r.started_at
         THEN round(min(1.0, max(r.critical_ms * 1.0, r.work_ms * 1.0 / coalesce(r.max_concurrency, r.jobs))
                             / (r.finished_at - r.started_at)), 3) END AS efficiency,
    r.error,
    r.inputs,
    r.result,
    r.parent_job_id
FROM runs r;

DROP VIEW dependency_history;
CREATE VIEW dependency_history AS
SELECT
    d.job_id,
    d.depends_on,
    d.condition,
    CASE WHEN u.finished_at IS NULL THEN NULL
         WHEN d.condition = 'finished' THEN 1
         WHEN d.condition = 'failed' THEN u.state = 'failed'
         ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1)
              OR (d.condition = 'passed' AND u.state = 'skipped' AND u.excused = 1) END AS satisfied
FROM dependencies d
JOIN jobs u ON u.id = d.depends_on;

-- Of each job's last attempt that had gates.
CREATE VIEW gate_results AS
SELECT
    g.job_id,
    j.run_id,
    j.key,
    j.name,
    CASE WHEN j.kind = 'agent' THEN substr(j.command, 7) END AS agent,
    g.attempt,
    g.metric,
    g.label,
    g.threshold,
    g.actual,
    g.status
FROM gates g
JOIN jobs j ON j.id = g.job_id
WHERE g.attempt = (SELECT max(o.attempt) FROM gates o WHERE o.job_id = g.job_id);
