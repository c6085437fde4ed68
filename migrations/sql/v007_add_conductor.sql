-- Workflows in Conductor's own way: definitions, executions of them, and tasks that remote workers poll.
--
-- An execution is a run (judged = 3) that is decided step by step: each task of type SIMPLE is a job of that run, and
-- each attempt at it is a row of its own here. Tasks that do no work (FORK, JOIN, SWITCH, …) are rows only.

CREATE TABLE task_definitions(
    name TEXT PRIMARY KEY,
    definition TEXT NOT NULL,        -- JSON, as it was given
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workflow_definitions(
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL,        -- JSON, as it was given
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE executions(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,         -- UUID: what the API calls a workflow's id
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,  -- the run of the last start
    workflow TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status = 'RUNNING' OR status = 'PAUSED' OR status = 'COMPLETED' OR status = 'FAILED'
                                OR status = 'TIMED_OUT' OR status = 'TERMINATED'),
    is_parallel INTEGER NOT NULL,    -- all tasks at once, and one that fails stops no other
    is_flat INTEGER NOT NULL,        -- so, and nothing follows from the end of a task but that of the whole
    definition TEXT NOT NULL,        -- JSON: a copy, which later changes do not touch
    input TEXT NOT NULL,             -- JSON objects
    output TEXT NOT NULL DEFAULT '{}',
    variables TEXT NOT NULL DEFAULT '{}',
    task_to_domain TEXT NOT NULL DEFAULT '{}',
    correlation_id TEXT,
    idempotency_key TEXT,
    priority INTEGER NOT NULL,
    reason TEXT,
    failed_tasks TEXT NOT NULL DEFAULT '[]',  -- JSON: reference names
    parent_task_id TEXT,             -- the SUB_WORKFLOW task that waits for it
    rerun_from TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    retried_at INTEGER,
    deadline INTEGER,                -- milliseconds of Unix time
    is_due INTEGER NOT NULL DEFAULT 0  -- something happened that has not been decided upon
) STRICT;

CREATE INDEX executions_of_run ON executions(run_id);
CREATE INDEX executions_due ON executions(number) WHERE is_due = 1;
CREATE INDEX executions_deadline ON executions(deadline) WHERE deadline IS NOT NULL AND ended_at IS NULL;
CREATE INDEX executions_of_workflow ON executions(workflow, number);
CREATE INDEX executions_of_status ON executions(status, number);
CREATE INDEX executions_correlated ON executions(correlation_id, number) WHERE correlation_id IS NOT NULL;
CREATE UNIQUE INDEX executions_idempotent ON executions(workflow, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE execution_tasks(
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,         -- UUID
    execution INTEGER NOT NULL REFERENCES executions ON DELETE CASCADE,
    position INTEGER NOT NULL,       -- from 1, in the order of their making
    job_id INTEGER,                  -- of those that are worked on
    reference TEXT NOT NULL,         -- within a loop with its round: name__2
    type TEXT NOT NULL,              -- SIMPLE, FORK, JOIN, …
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    input TEXT NOT NULL,             -- JSON objects
    output TEXT NOT NULL DEFAULT '{}',
    iteration INTEGER NOT NULL DEFAULT 0,
    retry_count INTEGER NOT NULL DEFAULT 0,
    poll_count INTEGER NOT NULL DEFAULT 0,
    is_retried INTEGER NOT NULL DEFAULT 0,
    retried_task_id TEXT,
    worker_id TEXT,
    domain TEXT,
    reason TEXT,
    child_id TEXT,                   -- the execution that it waits for
    definition TEXT,                 -- JSON, of a task that is not in the execution's definition
    start_delay_s INTEGER NOT NULL DEFAULT 0,
    callback_after_s INTEGER NOT NULL DEFAULT 0,
    response_timeout_s INTEGER NOT NULL DEFAULT 0,
    retry_ms INTEGER NOT NULL DEFAULT 0,      -- before the next attempt
    scheduled_at INTEGER NOT NULL,
    started_at INTEGER,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    wake_at INTEGER,                 -- when its time is over, or its waiting; milliseconds of Unix time
    lease_token INTEGER,             -- while a remote worker has it
    lease_until INTEGER,             -- milliseconds of CLOCK_BOOTTIME; NULL: without end
    boot_id TEXT
) STRICT;

CREATE INDEX execution_tasks_of_execution ON execution_tasks(execution, position);
CREATE INDEX execution_tasks_open_job ON execution_tasks(job_id) WHERE job_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX execution_tasks_leased ON execution_tasks(lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX execution_tasks_waking ON execution_tasks(wake_at) WHERE wake_at IS NOT NULL AND ended_at IS NULL;

CREATE TABLE task_logs(
    task INTEGER NOT NULL REFERENCES execution_tasks ON DELETE CASCADE,
    position INTEGER NOT NULL,
    line TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (task, position)
) STRICT, WITHOUT ROWID;

-- Who asked last for which type of tasks.
CREATE TABLE polls(
    type TEXT NOT NULL,
    domain TEXT NOT NULL,            -- '': none
    worker_id TEXT NOT NULL,
    polled_at INTEGER NOT NULL,
    PRIMARY KEY (type, domain, worker_id)
) STRICT, WITHOUT ROWID;

-- The public contract: one row for each attempt at a task.
CREATE VIEW task_history AS
SELECT
    t.id AS task_id,
    e.id AS workflow_id,
    e.workflow,
    e.run_id,
    t.job_id,
    t.reference,
    t.type,
    t.name,
    t.status,
    t.retry_count,
    t.poll_count,
    t.worker_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.scheduled_at / 1000.0, 'unixepoch') AS scheduled_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.started_at / 1000.0, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.ended_at / 1000.0, 'unixepoch') AS finished_at,
    t.input,
    t.output,
    t.reason
FROM execution_tasks t
JOIN executions e ON e.number = t.execution;
