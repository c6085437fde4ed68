-- How long jobs were ready before they began, by length: what `durations` is for run times.
ALTER TABLE runner_minutes ADD COLUMN wait_lengths TEXT NOT NULL DEFAULT '{}';
