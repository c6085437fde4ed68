import Jobs
import SQLite

/// Every change of a job's state, written down by a trigger that only tests install.
enum Transitions {
    static func record(in store: JobStore) throws {
        try store.write { transaction in
            try transaction.connection.script(
                """
                CREATE TABLE test_transitions(
                    id INTEGER PRIMARY KEY,
                    job_id INTEGER NOT NULL,
                    old TEXT,
                    new TEXT NOT NULL
                ) STRICT;
                CREATE TRIGGER test_transitions_of_births AFTER INSERT ON jobs
                BEGIN
                    INSERT INTO test_transitions(job_id, new) VALUES (new.id, new.state);
                END;
                CREATE TRIGGER test_transitions_of_changes AFTER UPDATE OF state ON jobs WHEN old.state <> new.state
                BEGIN
                    INSERT INTO test_transitions(job_id, old, new) VALUES (new.id, old.state, new.state);
                END;
                """)
        }
    }

    static func check(in store: JobStore) throws {
        let rows = try store.read { connection in
            try connection.all("SELECT old, new, min(job_id) FROM test_transitions GROUP BY old, new") { row in
                (old: row.optionalText(0), new: row.text(1), job: row.int(2))
            }
        }
        for row in rows where !isAllowed(from: row.old.flatMap(JobState.init), to: JobState(rawValue: row.new)) {
            throw TestFailure("job \(row.job) went from \(row.old ?? "nothing") to \(row.new)")
        }
    }

    private static func isAllowed(from old: JobState?, to new: JobState?) -> Bool {
        guard let new else { return false }
        guard let old else { return [.blocked, .scheduled, .ready, .skipped].contains(new) }
        return JobEvent.allCases.contains { old.next(on: $0) == new }
    }
}
