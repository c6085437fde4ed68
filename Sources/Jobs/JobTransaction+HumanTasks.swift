package import SQLite

/// Tasks of executions that wait for a person: no job stands for them.
extension JobTransaction {
    // Of so many open executions, that a look at all that waits costs the same however many there are.
    static let humanTasksSQL = """
        SELECT NULL AS job, e.run_id AS run, e.workflow, t.reference AS step, 'human' AS kind, NULL AS message,
               strftime('%Y-%m-%dT%H:%M:%fZ', t.scheduled_at / 1000.0, 'unixepoch') AS since, NULL AS until,
               e.id AS execution, t.id AS task
        FROM (SELECT number, id, run_id, workflow
              FROM executions
              WHERE status IN ('RUNNING', 'PAUSED')
              LIMIT 1000) e
        JOIN execution_tasks t ON t.execution = e.number
        WHERE t.type = 'HUMAN' AND t.ended_at IS NULL
        LIMIT 200
        """

    /// Tasks of type HUMAN that are open, 200 at the most, of the first 1,000 open executions. The columns are those of
    /// ``waitingForSignal()``, and the ids by which Conductor's API knows them.
    package func waitingForPeople() throws -> Table { try connection.dynamic(Self.humanTasksSQL) }
}
