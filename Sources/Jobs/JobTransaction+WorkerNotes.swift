import SQLite

/// What a runner has to say of its workers, for whoever asks why a job does not go on.
package struct WorkerNotes: Sendable, Equatable {
    /// By type: why none of its workers starts.
    package var broken: [String: String] = [:]
    /// Since when the worker that has the job has said nothing.
    package var silent: [JobID: Timestamp] = [:]

    package init() {}
}

/// Rows `worker.RUNNER.type.TYPE` and `worker.RUNNER.job.ID` of `settings`, which go with the runner.
extension JobTransaction {
    static let workerNotesSQL: SQL = """
        SELECT substr(name, length(:prefix) + 1), value
        FROM settings
        WHERE name >= :prefix AND name < :end
        """

    private static let addWorkerNoteSQL: SQL = """
        INSERT INTO settings(name, value)
        VALUES (:name, :value)
        """

    static let removeWorkerNotesSQL: SQL = "DELETE FROM settings WHERE name >= :prefix AND name < :end"

    static let removeStaleWorkerNotesSQL: SQL = """
        DELETE FROM settings
        WHERE name >= 'worker.' AND name < 'worker/'  -- '/' follows '.'
          AND NOT EXISTS (
              SELECT 1
              FROM runners r
              WHERE r.state NOT IN ('stopped', 'rescued') AND settings.name LIKE 'worker.' || r.id || '.%')
        """

    package func workerNotes(of runner: RunnerID) throws -> WorkerNotes {
        var notes = WorkerNotes()
        let (prefix, end) = Self.noteRange(of: runner)
        try connection.forEach(Self.workerNotesSQL, prefix, end) { row in
            let name = row.text(0)
            if name.hasPrefix("type.") {
                notes.broken[String(name.dropFirst(5))] = row.text(1)
            } else if name.hasPrefix("job."), let job = Int(name.dropFirst(4)), let since = Int(row.text(1)) {
                notes.silent[JobID(job)] = Timestamp(since)
            }
        }
        return notes
    }

    /// Replaces what the runner said before.
    package func setWorkerNotes(_ notes: WorkerNotes, of runner: RunnerID) throws {
        let (prefix, end) = Self.noteRange(of: runner)
        try connection.execute(Self.removeWorkerNotesSQL, prefix, end)
        for (type, reason) in notes.broken {
            try connection.execute(Self.addWorkerNoteSQL, "\(prefix)type.\(type)", reason)
        }
        for (job, since) in notes.silent {
            try connection.execute(Self.addWorkerNoteSQL, "\(prefix)job.\(job)", "\(since.rawValue)")
        }
    }

    /// Forgets what runners said that are gone.
    func removeStaleWorkerNotes() throws { try connection.execute(Self.removeStaleWorkerNotesSQL) }

    private static func noteRange(of runner: RunnerID) -> (prefix: String, end: String) {
        ("worker.\(runner).", "worker.\(runner)/")  // '/' follows '.'
    }
}
