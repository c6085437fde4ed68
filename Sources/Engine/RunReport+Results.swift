package import JSON
package import Jobs
import SQLite

extension RunReport {
    /// What a step left.
    package enum StepResult: Sendable, Equatable {
        case value(JSONValue)
        /// More than was asked for.
        case long(bytes: Int)
    }

    static let resultsSQL: SQL = """
        SELECT j.id, length(CAST(r.value AS BLOB)), CASE WHEN length(CAST(r.value AS BLOB)) <= :limit THEN r.value END
        FROM jobs j
        JOIN results r ON r.job_id = j.id
        WHERE j.run_id = :run_id AND j.superseded = 0 AND j.parent_id IS NULL
        """

    /// The results of the run's own steps that have left one.
    ///
    /// - Parameter limit: bytes of JSON of one result.
    package static func results(
        of run: RunID, upTo limit: Int, from store: JobStore
    ) throws -> [JobID: StepResult] {
        try store.read { connection in
            var results: [JobID: StepResult] = [:]
            try connection.forEach(resultsSQL, limit, run) { row in
                let value = row.optionalText(2).flatMap { try? JSONValue(parsing: $0) }
                results[JobID(row.int(0))] = value.map { .value($0) } ?? .long(bytes: row.int(1))
            }
            return results
        }
    }
}
