-- What runners need to execute more than scripts: jobs that are taken by their type, limits of memory, checkpoints,
-- what agents cost, and what jobs tell one another.

-- Who must take the job: a worker, a handler or an agent of that name; NULL: any runner. With what, as JSON.
ALTER TABLE jobs ADD COLUMN type TEXT;
ALTER TABLE jobs ADD COLUMN data TEXT;
-- What all processes of an attempt may have resident together.
ALTER TABLE jobs ADD COLUMN memory_kb INTEGER;
-- JSON that an attempt leaves for the next one.
ALTER TABLE jobs ADD COLUMN checkpoint TEXT;
-- While it runs, JSON: which units of indexed pools are its own.
ALTER TABLE jobs ADD COLUMN pool_indexes TEXT;

ALTER TABLE attempts ADD COLUMN input_tokens INTEGER;
ALTER TABLE attempts ADD COLUMN output_tokens INTEGER;

-- Each unit of the limit has a number, and a job is told which are its own.
ALTER TABLE limits ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
-- 'machine': the capacity is what the machine has, and nobody set it.
ALTER TABLE limits ADD COLUMN origin TEXT;

ALTER TABLE runners ADD COLUMN drain_requested INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runners ADD COLUMN rss_kb INTEGER;
ALTER TABLE runners ADD COLUMN profile TEXT;
-- JSON array of the types that it serves, '' for jobs without one. NULL: those only.
ALTER TABLE runners ADD COLUMN types TEXT;

-- Jobs of one lane have one type: a runner looks only at the lanes of what it serves. '': what every runner can.
ALTER TABLE lanes ADD COLUMN type TEXT NOT NULL DEFAULT '';

DROP INDEX lanes_open;
CREATE INDEX lanes_open ON lanes(queue_id, type, head_priority DESC, head_path DESC, head_id)
WHERE head_id IS NOT NULL AND waits_for IS NULL;

DROP INDEX lanes_open_of_run;
CREATE INDEX lanes_open_of_run ON lanes(run_id, type, head_priority DESC, head_path DESC, head_id)
WHERE head_id IS NOT NULL AND waits_for IS NULL AND run_id IS NOT NULL;

DROP INDEX lanes_waiting_of_queue;
CREATE INDEX lanes_waiting_of_queue ON lanes(waits_for, queue_id, type, head_priority DESC, head_path DESC, head_id)
WHERE waits_for IS NOT NULL AND head_id IS NOT NULL;

-- What jobs leave for one another. Of run 0: for all.
CREATE TABLE memory(
    run_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,             -- JSON
    version INTEGER NOT NULL,        -- of the growing sequence: another one with each change
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER memory_goes_with_run AFTER DELETE ON runs
BEGIN
    DELETE FROM memory WHERE run_id = old.id;
END;

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
    j.progress_message,
    j.type,
    j.data,
    j.memory_kb,
    j.checkpoint
FROM jobs j
JOIN queues q ON q.id = j.queue_id
LEFT JOIN runs r ON r.id = j.run_id
LEFT JOIN results result ON result.job_id = j.id;

DROP VIEW attempt_history;
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
    a.cpu_ms,
    a.input_tokens,
    a.output_tokens
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
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM jobs j
WHERE j.runner_id IS NOT NULL;

DROP TRIGGER enqueue_insert;
DROP VIEW enqueue;

-- As before, and with jobs that have a type.
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
    NULL AS stdin,
    NULL AS type,        -- instead of command and shell: who serves this type takes the job
    NULL AS data         -- JSON, for a job with a type
WHERE false;

CREATE TRIGGER enqueue_insert INSTEAD OF INSERT ON enqueue
BEGIN
    SELECT RAISE(ABORT, 'enqueue: give either command or shell or type')
    WHERE (new.command IS NOT NULL) + (new.shell IS NOT NULL) + (new.type IS NOT NULL) <> 1
       OR coalesce(new.command, new.shell, new.type) = ''
       OR instr(coalesce(new.command, new.shell, new.type), char(0)) > 0;
    SELECT RAISE(ABORT, 'enqueue: type must be a name of at most 128 letters, digits and . _ - : /')
    WHERE new.type IS NOT NULL AND (length(new.type) > 128 OR new.type GLOB '*[^A-Za-z0-9._:/-]*');
    SELECT RAISE(ABORT, 'enqueue: data must be JSON of at most 1,048,576 bytes, of a job with a type')
    WHERE new.data IS NOT NULL
      AND (new.type IS NULL OR NOT json_valid(new.data) OR length(CAST(new.data AS BLOB)) > 1048576);
    SELECT RAISE(ABORT, 'enqueue: a job with a type has data, and no args, cwd, env or stdin')
    WHERE new.type IS NOT NULL
      AND (new.args IS NOT NULL OR new.cwd IS NOT NULL OR new.env IS NOT NULL OR new.stdin IS NOT NULL);
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
                     error, key, key_scope, name, command, args, shell, env, cwd, stdin, pools, timeout_ms,
                     kind, type, data)
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
        coalesce(new.command, new.shell, 'worker ' || new.type),
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
        new.timeout_ms,
        CASE WHEN new.type IS NULL THEN 'script' ELSE 'worker' END,
        new.type,
        CASE WHEN new.type IS NOT NULL THEN coalesce(json(new.data), 'null') END
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
