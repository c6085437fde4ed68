import SQLite

/// What an agent is told besides its prompt.
extension JobTransaction {
    /// What a job left for those that depend on it, as a text for people.
    package struct UpstreamText: Sendable, Equatable {
        package let job: JobID
        package let key: String?
        package let name: String?
        package let state: JobState
        package let error: String?
        /// A text's own characters, other values as JSON, cut at a limit; `nil`: no result.
        package let result: String?
        /// Characters of the whole.
        package let length: Int
    }

    static let upstreamTextsSQL: SQL = """
        WITH RECURSIVE line(id) AS (
            VALUES (:job_id)
            UNION
            -- What a group, or a step of several copies, waits for, its parts have waited for, too.
            SELECT j.parent_id FROM jobs j JOIN line ON line.id = j.id WHERE j.parent_id IS NOT NULL
        )
        SELECT DISTINCT u.id, u.key, u.name, u.state, u.error,
               substr(CASE json_type(r.value) WHEN 'text' THEN r.value ->> '$' ELSE r.value END, 1, :limit),
               coalesce(length(CASE json_type(r.value) WHEN 'text' THEN r.value ->> '$' ELSE r.value END), 0)
        FROM line
        JOIN dependencies d ON d.job_id = line.id
        JOIN jobs u ON u.id = d.depends_on
        LEFT JOIN results r ON r.job_id = u.id
        WHERE u.parent_id IS NULL OR u.parent_id <> d.job_id
        ORDER BY u.id
        LIMIT 100
        """

    /// Of the jobs on which this one depends, itself or as a part of another.
    ///
    /// - Parameter limit: characters of each result.
    package func upstreamTexts(of job: JobID, limit: Int) throws -> [UpstreamText] {
        try connection.all(Self.upstreamTextsSQL, job, limit) { row in
            UpstreamText(
                job: JobID(row.int(0)), key: row.optionalText(1), name: row.optionalText(2),
                state: JobState(rawValue: row.text(3)) ?? .ready, error: row.optionalText(4),
                result: row.optionalText(5), length: row.int(6))
        }
    }

    static let memoryTextsSQL: SQL = """
        SELECT name, substr(value, 1, :limit)
        FROM memory
        WHERE run_id = :run_id
        ORDER BY name
        LIMIT 1000
        """

    /// The run's memory: JSON by name.
    ///
    /// - Parameter limit: characters of each value.
    package func memoryTexts(of run: RunID, limit: Int) throws -> [(name: String, value: String)] {
        try connection.all(Self.memoryTextsSQL, limit, run) { ($0.text(0), $0.text(1)) }
    }
}
