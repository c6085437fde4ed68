-- What doors need to show a long history at once: what has ended, in the order of its end; what ended badly; runs that
-- are started once by a key; and traces.

-- Grows at its end, once a job. `seq` of a job that has ended is the number of the transaction that ended it.
CREATE INDEX jobs_ended ON jobs(seq, id) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_ended ON runs(seq, id) WHERE finished_at IS NOT NULL;

CREATE INDEX jobs_unsuccessful ON jobs(state, id)
WHERE state = 'failed' OR state = 'skipped' OR state = 'cancelled';

-- What makes the start of a run idempotent, for ever.
ALTER TABLE runs ADD COLUMN key TEXT;
CREATE UNIQUE INDEX runs_key ON runs(key) WHERE key IS NOT NULL;

-- W3C trace context, as TRACEPARENT has it: of whoever enqueued the job or started the run.
ALTER TABLE jobs ADD COLUMN trace TEXT;
ALTER TABLE runs ADD COLUMN trace TEXT;

CREATE INDEX runs_paused ON runs(id) WHERE state = 'paused';
