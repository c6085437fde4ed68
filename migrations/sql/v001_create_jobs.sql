-- Jobs, what holds them back, who runs them, and what became of them.
--
-- Columns that end in _at are whole milliseconds of Unix time; those that end in _ms are lengths in milliseconds.
-- Lease times are milliseconds of CLOCK_BOOTTIME, valid within one boot only. The views at the end are the public
-- contract; the tables may change between releases.
--
-- Checks of rows that change often compare with OR: for more than two values of an IN, SQLite makes a table each time
-- that it checks a row, which took a quarter of the time of a claim.

-- What holds for the whole database. `database_id` tells its processes from those of another database.
CREATE TABLE settings(
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO settings(name, value) VALUES ('database_id', lower(hex(randomblob(16))));

-- One row: grows by one with each transaction that changes jobs. Lease tokens are values of it, so they only grow,
-- and rows that carry one have an order that no clock can change.
CREATE TABLE sequence(
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL
) STRICT;

INSERT INTO sequence(id, value) VALUES (1, 0);

CREATE TABLE queues(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    paused_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

INSERT INTO queues(id, name, created_at)
VALUES (1, 'default', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));

-- Processes that claim jobs. A runner is alive while it holds the lock on byte `id` of the file DB-live.
CREATE TABLE runners(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('runner', 'run', 'embedded')),
    state TEXT NOT NULL CHECK (state IN ('live', 'suspended', 'draining', 'stopped', 'dead', 'rescued')),
    slots INTEGER NOT NULL CHECK (slots >= 0),
    queues TEXT,                     -- JSON array of names; NULL: every queue
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    pid_start INTEGER NOT NULL,      -- clock ticks since boot, field 22 of /proc/PID/stat
    pid_namespace INTEGER NOT NULL,  -- inode of /proc/self/ns/pid
    boot_id TEXT NOT NULL,
    version TEXT NOT NULL,
    lease_ms INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,    -- milliseconds of CLOCK_BOOTTIME
    heartbeat_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    stopped_at INTEGER
) STRICT;

CREATE INDEX runners_open ON runners(id) WHERE state NOT IN ('stopped', 'rescued');

-- One execution of a workflow.
CREATE TABLE runs(
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    workflow TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'pending' OR state = 'running' OR state = 'paused' OR state = 'succeeded'
                               OR state = 'failed' OR state = 'cancelled'),
    source TEXT,                     -- the document's path, as it was given
    definition TEXT,                 -- the document's text
    directory TEXT NOT NULL,         -- where relative commands resolve from
    search_path TEXT,                -- PATH of whoever started the run
    max_concurrency INTEGER CHECK (max_concurrency >= 1),
    jobs INTEGER NOT NULL,
    unfinished INTEGER NOT NULL CHECK (unfinished >= 0),
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),  -- jobs whose end makes the run fail
    work_ms INTEGER NOT NULL DEFAULT 0,      -- sum of the final attempts' durations
    critical_ms INTEGER NOT NULL DEFAULT 0,  -- the longest chain of durations along dependencies
    error TEXT,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    CHECK ((finished_at IS NOT NULL) = (state = 'succeeded' OR state = 'failed' OR state = 'cancelled'))
) STRICT;

CREATE INDEX runs_open ON runs(id) WHERE finished_at IS NULL;

-- Everything that bounds how many jobs run at once. `used` is kept by the triggers below, for any writer.
CREATE TABLE limits(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('pool', 'run', 'step')),
    scope TEXT NOT NULL,             -- a workflow's name, or '' for the database's own pools; a run's id
    name TEXT NOT NULL,
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
    widest INTEGER NOT NULL DEFAULT 1 CHECK (widest >= 1),  -- the greatest amount that a lane asks of it
    UNIQUE (kind, scope, name)
) STRICT;

-- The ready jobs of one queue (and run) that hold the same amounts of the same limits. The head is a hint: never
-- worse than the lane's best ready job. A lane whose head does not fit waits for the one limit that stopped it.
CREATE TABLE lanes(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,        -- 'q1|r7|3=1|8=2': queue, run, limit=amount in the order of ids
    queue_id INTEGER NOT NULL REFERENCES queues,
    run_id INTEGER,
    waits_for INTEGER,
    head_priority INTEGER,
    head_path INTEGER,
    head_id INTEGER
) STRICT;

CREATE INDEX lanes_open ON lanes(queue_id, head_priority DESC, head_path DESC, head_id)
WHERE head_id IS NOT NULL AND waits_for IS NULL;

CREATE INDEX lanes_open_of_run ON lanes(run_id, head_priority DESC, head_path DESC, head_id)
WHERE head_id IS NOT NULL AND waits_for IS NULL AND run_id IS NOT NULL;

CREATE INDEX lanes_waiting ON lanes(waits_for, head_priority DESC, head_path DESC, head_id)
WHERE waits_for IS NOT NULL AND head_id IS NOT NULL;

CREATE INDEX lanes_waiting_of_queue ON lanes(waits_for, queue_id, head_priority DESC, head_path DESC, head_id)
WHERE waits_for IS NOT NULL AND head_id IS NOT NULL;

CREATE INDEX lanes_of_run ON lanes(run_id) WHERE run_id IS NOT NULL;

CREATE TABLE lane_limits(
    lane_id INTEGER NOT NULL,
    limit_id INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 1),
    PRIMARY KEY (lane_id, limit_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX lane_limits_of_limit ON lane_limits(limit_id);

CREATE TABLE jobs(
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,            -- of the last change
    state TEXT NOT NULL CHECK (state = 'succeeded' OR state = 'running' OR state = 'ready' OR state = 'blocked'
                               OR state = 'scheduled' OR state = 'reclaiming' OR state = 'failed'
                               OR state = 'skipped' OR state = 'cancelled'),
    queue_id INTEGER NOT NULL REFERENCES queues,
    lane_id INTEGER,                 -- NULL: not placed yet; of an ended job, a lane that may be gone
    run_id INTEGER REFERENCES runs ON DELETE CASCADE,
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 99),
    path INTEGER NOT NULL DEFAULT 0, -- jobs on the longest chain below this one
    unmet INTEGER NOT NULL DEFAULT 0 CHECK (unmet >= 0),
    attempt INTEGER NOT NULL DEFAULT 0,      -- the number of the last attempt
    failures INTEGER NOT NULL DEFAULT 0,     -- attempts that failed: what retries are counted by
    crashes INTEGER NOT NULL DEFAULT 0,      -- attempts that were lost
    max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),
    max_crashes INTEGER NOT NULL DEFAULT 5,
    lease_token INTEGER NOT NULL DEFAULT 0,
    runner_id INTEGER,               -- who holds the lease; set while running and reclaiming
    pid INTEGER,                     -- of the open attempt, once it is known
    stop TEXT CHECK (stop IN ('cancel')),    -- what its runner is asked to do with the open attempt
    run_at INTEGER,
    created_at INTEGER NOT NULL,
    ready_at INTEGER,
    started_at INTEGER,
    finished_at INTEGER,
    chain_ms INTEGER NOT NULL DEFAULT 0,     -- the longest chain of durations that ended before it
    exit_code INTEGER,
    error TEXT,
    ended_by INTEGER,                -- the job whose end skipped or cancelled this one
    kind TEXT NOT NULL DEFAULT 'script' CHECK (kind IN ('script')),
    key TEXT,                        -- a step's id in its run; else what makes the enqueue idempotent
    key_scope TEXT CHECK (key_scope = 'unfinished' OR key_scope = 'pending' OR key_scope = 'forever'),
    name TEXT,
    command TEXT NOT NULL,           -- a program, or a line for /bin/sh when `shell` is 1
    args TEXT,                       -- JSON array of strings
    shell INTEGER NOT NULL DEFAULT 0,
    env TEXT,                        -- JSON object of strings
    cwd TEXT,
    stdin BLOB,
    pools TEXT,                      -- JSON object: pool, amount
    timeout_ms INTEGER CHECK (timeout_ms BETWEEN 1 AND 315360000000),
    level INTEGER,                   -- a step's group: its topological level, from 1
    isolate INTEGER,                 -- isolateErrors, where it is explicit
    forgiven INTEGER NOT NULL DEFAULT 0,     -- continueOnError
    exclusive INTEGER NOT NULL DEFAULT 0,    -- runs alone in its run
    CHECK ((finished_at IS NOT NULL)
           = (state = 'succeeded' OR state = 'failed' OR state = 'skipped' OR state = 'cancelled')),
    CHECK ((runner_id IS NOT NULL) = (state IN ('running', 'reclaiming'))),
    CHECK (state <> 'blocked' OR unmet > 0),
    CHECK (unmet = 0 OR state = 'blocked' OR state = 'skipped' OR state = 'cancelled'),
    CHECK (state <> 'scheduled' OR run_at IS NOT NULL)
) STRICT;

-- Partial indexes hold only what may still move, so that history costs a claim nothing.
CREATE INDEX jobs_ready ON jobs(lane_id, priority DESC, path DESC, id) WHERE state = 'ready';
CREATE INDEX jobs_scheduled ON jobs(run_at) WHERE state = 'scheduled';
CREATE INDEX jobs_held ON jobs(runner_id) WHERE runner_id IS NOT NULL;
CREATE INDEX jobs_to_stop ON jobs(runner_id) WHERE runner_id IS NOT NULL AND stop IS NOT NULL;
CREATE INDEX jobs_blocked ON jobs(queue_id) WHERE state = 'blocked';

-- Also the index of a run's jobs.
CREATE UNIQUE INDEX jobs_step ON jobs(run_id, key) WHERE run_id IS NOT NULL;

-- A key is taken while its job is pending (not started yet), unfinished, or for ever.
CREATE UNIQUE INDEX jobs_key ON jobs(key)
WHERE key IS NOT NULL AND run_id IS NULL
  AND (key_scope = 'forever'
       OR (key_scope = 'unfinished' AND finished_at IS NULL)
       OR (key_scope = 'pending' AND finished_at IS NULL AND attempt = 0));

-- Most jobs hold nothing: asking that first is cheaper than an UPDATE of no rows.
CREATE TRIGGER jobs_hold_limits AFTER UPDATE OF state ON jobs
WHEN new.state IN ('running', 'reclaiming') AND old.state NOT IN ('running', 'reclaiming')
 AND EXISTS (SELECT 1 FROM lane_limits WHERE lane_id = new.lane_id)
BEGIN
    UPDATE limits SET used = used + held.amount
    FROM lane_limits held
    WHERE held.lane_id = new.lane_id AND limits.id = held.limit_id;
END;

CREATE TRIGGER jobs_release_limits AFTER UPDATE OF state ON jobs
WHEN old.state IN ('running', 'reclaiming') AND new.state NOT IN ('running', 'reclaiming')
 AND EXISTS (SELECT 1 FROM lane_limits WHERE lane_id = old.lane_id)
BEGIN
    UPDATE limits SET used = used - held.amount
    FROM lane_limits held
    WHERE held.lane_id = old.lane_id AND limits.id = held.limit_id;
END;

CREATE TABLE dependencies(
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    depends_on INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    condition TEXT NOT NULL DEFAULT 'succeeded'
        CHECK (condition = 'succeeded' OR condition = 'finished' OR condition = 'failed'),
    PRIMARY KEY (job_id, depends_on),
    CHECK (job_id <> depends_on)
) STRICT, WITHOUT ROWID;

CREATE INDEX dependencies_of_upstream ON dependencies(depends_on, job_id, condition);

-- Attempts that ended. The open one is in its job's row.
CREATE TABLE attempts(
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    seq INTEGER NOT NULL,            -- of the transaction that ended it
    lease_token INTEGER NOT NULL,
    runner_id INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state = 'succeeded' OR state = 'failed' OR state = 'timed_out' OR state = 'cancelled'
                               OR state = 'interrupted' OR state = 'lost'),
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    pid INTEGER,
    exit_code INTEGER,
    signal INTEGER,
    error TEXT,
    max_rss_kb INTEGER,
    cpu_ms INTEGER,
    PRIMARY KEY (job_id, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE results(
    job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    value TEXT NOT NULL              -- JSON
) STRICT;

-- What attempts wrote, in the order in which it came. A gap in the offsets is output that was not kept.
CREATE TABLE outputs(
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    start INTEGER NOT NULL,          -- offset in bytes, over both streams
    stream INTEGER NOT NULL CHECK (stream IN (1, 2)),  -- standard output, standard error
    data BLOB NOT NULL,
    PRIMARY KEY (job_id, attempt, start)
) STRICT, WITHOUT ROWID;

-- The public contract.

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
    result.value AS result
FROM jobs j
JOIN queues q ON q.id = j.queue_id
LEFT JOIN runs r ON r.id = j.run_id
LEFT JOIN results result ON result.job_id = j.id;

CREATE VIEW attempt_history AS
SELECT
    a.job_id,
    a.attempt,
    j.run_id,
    j.key,
    a.runner_id,
    a.pid,
    a.state,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', a.finished_at / 1000.0, 'unixepoch') AS finished_at,
    a.finished_at - a.started_at AS duration_ms,
    a.exit_code,
    a.signal,
    a.error,
    a.max_rss_kb,
    a.cpu_ms
FROM attempts a
JOIN jobs j ON j.id = a.job_id
UNION ALL
SELECT
    j.id,
    j.attempt,
    j.run_id,
    j.key,
    j.runner_id,
    j.pid,
    'running',
    strftime('%Y-%m-%dT%H:%M:%fZ', j.started_at / 1000.0, 'unixepoch'),
    NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM jobs j
WHERE j.runner_id IS NOT NULL;

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
                             / (r.finished_at - r.started_at)), 3) END AS efficiency
FROM runs r;

CREATE VIEW queue_stats AS
SELECT
    q.name AS queue,
    (SELECT count(*) FROM jobs j WHERE j.state = 'ready' AND j.queue_id = q.id) AS ready,
    (SELECT count(*) FROM jobs j WHERE j.state = 'scheduled' AND j.queue_id = q.id) AS scheduled,
    (SELECT count(*) FROM jobs j WHERE j.state = 'blocked' AND j.queue_id = q.id) AS blocked,
    (SELECT count(*) FROM jobs j WHERE j.runner_id IS NOT NULL AND j.queue_id = q.id) AS running,
    (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) - min(j.ready_at)
     FROM jobs j WHERE j.state = 'ready' AND j.queue_id = q.id) AS oldest_ready_ms
FROM queues q;

-- satisfied: 1 when the condition holds, 0 when it can no longer hold, NULL while that is open.
CREATE VIEW dependency_history AS
SELECT
    d.job_id,
    d.depends_on,
    d.condition,
    CASE WHEN u.finished_at IS NULL THEN NULL
         WHEN d.condition = 'finished' THEN 1
         WHEN d.condition = 'failed' THEN u.state = 'failed'
         ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1) END AS satisfied
FROM dependencies d
JOIN jobs u ON u.id = d.depends_on;

-- workflow: whose pool it is; '' for the database's own.
CREATE VIEW pool_usage AS
SELECT
    l.name AS pool,
    l.capacity,
    l.used,
    (SELECT count(*)
     FROM lane_limits ll
     JOIN jobs j ON j.lane_id = ll.lane_id AND j.state = 'ready'
     WHERE ll.limit_id = l.id) AS waiting,
    l.scope AS workflow
FROM limits l
WHERE l.kind = 'pool';

CREATE VIEW job_pools AS
SELECT j.id AS job_id, p.key AS pool, CAST(p.value AS INTEGER) AS amount
FROM jobs j, json_each(j.pools) p
WHERE j.pools IS NOT NULL;

-- Any program that speaks SQLite enqueues by an INSERT here, in a transaction of its own. A runner gives the job
-- its lane at the start of its next turn.
CREATE VIEW enqueue AS
SELECT
    NULL AS command,     -- a program
    NULL AS args,        -- JSON array of strings
    NULL AS shell,       -- instead of command: a line for /bin/sh
    NULL AS name,
    NULL AS queue,       -- 'default'; made when it is new
    NULL AS priority,    -- 0 to 99, 5; higher first
    NULL AS pool,        -- a name, for one unit, or a JSON object of names and amounts
    NULL AS run_at,      -- milliseconds of Unix time, or a text that SQLite reads as a time (UTC)
    NULL AS key,         -- the INSERT does nothing while an unfinished job has this key
    NULL AS after,       -- JSON array of job ids, or of texts 'ID:condition'
    NULL AS retries,     -- 3
    NULL AS timeout_ms,
    NULL AS cwd,
    NULL AS env,         -- JSON object of strings
    NULL AS stdin
WHERE false;

CREATE TRIGGER enqueue_insert INSTEAD OF INSERT ON enqueue
BEGIN
    SELECT RAISE(ABORT, 'enqueue: give either command or shell')
    WHERE (new.command IS NULL) = (new.shell IS NULL)
       OR coalesce(new.command, new.shell) = '' OR instr(coalesce(new.command, new.shell), char(0)) > 0;
    SELECT RAISE(ABORT, 'enqueue: args must be a JSON array of strings or numbers')
    WHERE new.args IS NOT NULL
      AND NOT CASE WHEN json_valid(new.args)
                   THEN json_type(new.args) = 'array'
                        AND NOT EXISTS (SELECT 1 FROM json_each(new.args) a
                                        WHERE a.type NOT IN ('text', 'integer', 'real')
                                           OR instr(a.value, char(0)) > 0)
                   ELSE 0 END;
    SELECT RAISE(ABORT, 'enqueue: an argument is over the system''s limit of 131,071 bytes')
    WHERE length(CAST(coalesce(new.command, new.shell) AS BLOB)) > 131071
       OR EXISTS (SELECT 1 FROM json_each(new.args) a WHERE length(CAST(a.value AS BLOB)) > 131071);
    SELECT RAISE(ABORT, 'enqueue: env must be a JSON object of strings')
    WHERE new.env IS NOT NULL
      AND NOT CASE WHEN json_valid(new.env)
                   THEN json_type(new.env) = 'object'
                        AND NOT EXISTS (SELECT 1 FROM json_each(new.env) e
                                        WHERE e.type <> 'text' OR e.key = '' OR instr(e.key, '=') > 0)
                   ELSE 0 END;
    SELECT RAISE(ABORT, 'enqueue: pool must be a name or a JSON object of names and whole amounts of at least 1')
    WHERE new.pool IS NOT NULL
      AND CASE WHEN substr(trim(new.pool), 1, 1) <> '{' THEN trim(new.pool) = ''
               WHEN json_valid(new.pool)
               THEN EXISTS (SELECT 1 FROM json_each(new.pool) p
                            WHERE p.type <> 'integer' OR typeof(p.value) <> 'integer' OR p.value < 1)
               ELSE 1 END;
    SELECT RAISE(ABORT, 'enqueue: a pool has less capacity than the job asks for')
    WHERE substr(trim(new.pool), 1, 1) = '{'
      AND EXISTS (SELECT 1 FROM json_each(new.pool) p
                  JOIN limits l ON l.kind = 'pool' AND l.scope = '' AND l.name = p.key
                  WHERE p.value > l.capacity);
    SELECT RAISE(ABORT, 'enqueue: after must be a JSON array of job ids or of texts ID:condition')
    WHERE new.after IS NOT NULL
      AND NOT CASE WHEN json_valid(new.after)
                   THEN json_type(new.after) = 'array'
                        AND NOT EXISTS (
                            SELECT 1 FROM json_each(new.after) d
                            WHERE NOT (d.type = 'integer'
                                       OR (d.type = 'text'
                                           AND d.value IN (CAST(CAST(d.value AS INTEGER) AS TEXT),
                                                           CAST(d.value AS INTEGER) || ':succeeded',
                                                           CAST(d.value AS INTEGER) || ':finished',
                                                           CAST(d.value AS INTEGER) || ':failed'))))
                   ELSE 0 END;
    SELECT RAISE(ABORT, 'enqueue: after names a job that does not exist')
    WHERE EXISTS (SELECT 1 FROM json_each(new.after) d
                  WHERE NOT EXISTS (SELECT 1 FROM jobs u WHERE u.id = CAST(d.value AS INTEGER)));
    SELECT RAISE(ABORT, 'enqueue: priority must be a whole number from 0 to 99')
    WHERE new.priority IS NOT NULL AND NOT (typeof(new.priority) = 'integer' AND new.priority BETWEEN 0 AND 99);
    SELECT RAISE(ABORT, 'enqueue: queue must be a name')
    WHERE new.queue = '';
    SELECT RAISE(ABORT, 'enqueue: retries must be a whole number from 0 to 1000000')
    WHERE new.retries IS NOT NULL AND NOT (typeof(new.retries) = 'integer' AND new.retries BETWEEN 0 AND 1000000);
    SELECT RAISE(ABORT, 'enqueue: timeout_ms must be a whole number from 1 to 315360000000 (ten years)')
    WHERE new.timeout_ms IS NOT NULL
      AND NOT (typeof(new.timeout_ms) = 'integer' AND new.timeout_ms BETWEEN 1 AND 315360000000);
    SELECT RAISE(ABORT, 'enqueue: run_at must be milliseconds of Unix time or a time such as 2030-01-31 08:00:00')
    WHERE new.run_at IS NOT NULL AND typeof(new.run_at) <> 'integer' AND julianday(new.run_at) IS NULL;

    INSERT INTO queues(name, created_at)
    SELECT new.queue, CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
    WHERE new.queue IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queues WHERE name = new.queue);

    UPDATE sequence SET value = value + 1;

    INSERT INTO jobs(seq, state, queue_id, priority, unmet, max_attempts, run_at, created_at, ready_at, finished_at,
                     error, key, key_scope, name, command, args, shell, env, cwd, stdin, pools, timeout_ms)
    SELECT
        s.value,
        CASE WHEN w.doomed THEN 'skipped'
             WHEN w.unmet > 0 THEN 'blocked'
             WHEN w.run_at > w.now THEN 'scheduled'
             ELSE 'ready' END,
        (SELECT id FROM queues WHERE name = coalesce(new.queue, 'default')),
        coalesce(new.priority, 5),
        w.unmet,
        coalesce(new.retries, 3) + 1,
        w.run_at,
        w.now,
        CASE WHEN NOT w.doomed AND w.unmet = 0 AND coalesce(w.run_at, 0) <= w.now THEN w.now END,
        CASE WHEN w.doomed THEN w.now END,
        CASE WHEN w.doomed THEN 'a job that it comes after did not end as it must' END,
        new.key,
        CASE WHEN new.key IS NOT NULL THEN 'unfinished' END,
        new.name,
        coalesce(new.command, new.shell),
        (SELECT json_group_array(CAST(a.value AS TEXT)) FROM json_each(new.args) a HAVING count(*) > 0),
        new.shell IS NOT NULL,
        -- Written anew, since SQLite takes for JSON what other readers refuse: a half of a surrogate pair.
        (SELECT json_group_object(e.key, e.value) FROM json_each(new.env) e HAVING count(*) > 0),
        new.cwd,
        CAST(new.stdin AS BLOB),
        CASE WHEN new.pool IS NULL THEN NULL
             WHEN substr(trim(new.pool), 1, 1) = '{'
             THEN (SELECT json_group_object(p.key, p.value) FROM json_each(new.pool) p HAVING count(*) > 0)
             ELSE json_object(trim(new.pool), 1) END,
        new.timeout_ms
    FROM sequence s,
         (SELECT
              CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now,
              CASE WHEN typeof(new.run_at) = 'text'
                   THEN CAST(round((julianday(new.run_at) - 2440587.5) * 86400000) AS INTEGER)
                   ELSE new.run_at END AS run_at,
              (SELECT count(DISTINCT u.id) FROM json_each(new.after) d JOIN jobs u ON u.id = CAST(d.value AS INTEGER)
               WHERE u.finished_at IS NULL) AS unmet,
              EXISTS (SELECT 1 FROM json_each(new.after) d JOIN jobs u ON u.id = CAST(d.value AS INTEGER)
                      WHERE u.finished_at IS NOT NULL
                        AND NOT CASE WHEN d.value LIKE '%:finished' THEN 1
                                     WHEN d.value LIKE '%:failed' THEN u.state = 'failed'
                                     ELSE u.state = 'succeeded' OR (u.state = 'failed' AND u.forgiven = 1) END
                     ) AS doomed) w
    WHERE NOT EXISTS (SELECT 1 FROM jobs held
                      WHERE held.key = new.key AND held.key IS NOT NULL AND held.run_id IS NULL
                        AND (held.key_scope = 'forever'
                             OR (held.key_scope = 'unfinished' AND held.finished_at IS NULL)
                             OR (held.key_scope = 'pending' AND held.finished_at IS NULL AND held.attempt = 0)));

    INSERT OR IGNORE INTO dependencies(job_id, depends_on, condition)
    SELECT
        last_insert_rowid(),
        CAST(d.value AS INTEGER),
        CASE WHEN d.value LIKE '%:finished' THEN 'finished' WHEN d.value LIKE '%:failed' THEN 'failed'
             ELSE 'succeeded' END
    FROM json_each(new.after) d
    WHERE changes() = 1;
END;
