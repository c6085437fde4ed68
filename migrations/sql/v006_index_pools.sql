-- Pools whose units have numbers: each job that runs is told which ones are its own. And limits of memory for the
-- jobs of schedules.

-- A unit is one job's at most, by the primary key.
CREATE TABLE limit_units(
    limit_id INTEGER NOT NULL,
    unit INTEGER NOT NULL CHECK (unit >= 0),
    job_id INTEGER NOT NULL,
    PRIMARY KEY (limit_id, unit)
) STRICT, WITHOUT ROWID;

CREATE INDEX limit_units_of_job ON limit_units(job_id);

-- Whatever frees the pool frees its units: any writer that ends or returns the job.
CREATE TRIGGER jobs_release_units AFTER UPDATE OF state ON jobs
WHEN old.pool_indexes IS NOT NULL AND new.state NOT IN ('running', 'reclaiming')
BEGIN
    DELETE FROM limit_units WHERE job_id = new.id;
    UPDATE jobs SET pool_indexes = NULL WHERE id = new.id;
END;

-- Graphics cards are what numbers are asked for.
UPDATE limits SET indexed = 1 WHERE kind = 'pool' AND name = 'gpu';

ALTER TABLE schedules ADD COLUMN memory_kb INTEGER;

DROP VIEW pool_usage;
-- workflow: whose pool it is; '' for the database's own. origin: 'machine' where the machine says the capacity.
CREATE VIEW pool_usage AS
SELECT
    l.name AS pool,
    l.capacity,
    l.used,
    (SELECT count(*)
     FROM lane_limits ll
     JOIN jobs j ON j.lane_id = ll.lane_id AND j.state = 'ready'
     WHERE ll.limit_id = l.id) AS waiting,
    l.scope AS workflow,
    l.indexed,
    l.origin
FROM limits l
WHERE l.kind = 'pool';

DROP VIEW job_pools;
-- indexes: while the job runs, the units of an indexed pool that are its own, as a JSON array.
CREATE VIEW job_pools AS
SELECT
    j.id AS job_id,
    p.key AS pool,
    CAST(p.value AS INTEGER) AS amount,
    (SELECT i.value FROM json_each(j.pool_indexes) i WHERE i.key = p.key) AS indexes
FROM jobs j, json_each(j.pools) p
WHERE j.pools IS NOT NULL;
