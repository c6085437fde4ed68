-- What is enqueued at set times, and what became of each time.

-- The columns from `command` on are those of the job to enqueue, as in `jobs`, or of the run to start.
CREATE TABLE schedules(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('job', 'workflow')),
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,              -- an IANA name
    overlap TEXT NOT NULL CHECK (overlap IN ('skip', 'all', 'latest')),
    catch_up_ms INTEGER NOT NULL CHECK (catch_up_ms >= 0),
    created_at INTEGER NOT NULL,
    paused_at INTEGER,
    next_at INTEGER,                 -- NULL: never again
    last_at INTEGER,                 -- the last time that was dealt with
    command TEXT,
    args TEXT,
    shell INTEGER NOT NULL DEFAULT 0,
    env TEXT,
    stdin BLOB,
    pools TEXT,
    queue TEXT,
    priority INTEGER,
    retries INTEGER,
    timeout_ms INTEGER,
    job_name TEXT,
    file TEXT,                       -- the workflow's document; it is read anew each time
    inputs TEXT,                     -- JSON object
    search_path TEXT,
    directory TEXT,                  -- where the job or the run works
    CHECK ((kind = 'job') = (command IS NOT NULL)),
    CHECK ((kind = 'workflow') = (file IS NOT NULL))
) STRICT;

CREATE INDEX schedules_due ON schedules(next_at) WHERE paused_at IS NULL AND next_at IS NOT NULL;

-- One row for each time, whoever comes first: that is what keeps runners from enqueueing twice.
CREATE TABLE schedule_fires(
    schedule_id INTEGER NOT NULL REFERENCES schedules ON DELETE CASCADE,
    fire_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('fired', 'skipped', 'missed', 'failed')),
    by_hand INTEGER NOT NULL DEFAULT 0,
    times INTEGER NOT NULL DEFAULT 1 CHECK (times >= 1),  -- that the row stands for, from fire_at on
    job_id INTEGER,                  -- what was enqueued; it may have been pruned since
    run_id INTEGER,
    is_open INTEGER NOT NULL DEFAULT 0,  -- it had not ended when that was last asked
    reason TEXT,                     -- why nothing was enqueued
    created_at INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, fire_at),
    CHECK ((state = 'fired') = ((job_id IS NULL) <> (run_id IS NULL))),
    CHECK (state = 'fired' OR reason IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX schedule_fires_open ON schedule_fires(schedule_id, fire_at) WHERE is_open = 1;

CREATE VIEW schedule_history AS
SELECT
    s.name AS schedule,
    strftime('%Y-%m-%dT%H:%M:%fZ', f.fire_at / 1000.0, 'unixepoch') AS fire_at,
    f.state,
    f.by_hand,
    f.times,
    f.job_id,
    f.run_id,
    coalesce(j.state, r.state) AS outcome,
    f.reason,
    f.created_at - f.fire_at AS late_ms
FROM schedule_fires f
JOIN schedules s ON s.id = f.schedule_id
LEFT JOIN jobs j ON j.id = f.job_id
LEFT JOIN runs r ON r.id = f.run_id;
