import SQLite

extension JobTransaction {
    private static let changeableSQL: SQL = "SELECT template IS NOT NULL, type, env FROM jobs WHERE id = :id"

    private static let changeSQL: SQL = """
        UPDATE jobs
        SET args = CASE WHEN :has_args THEN :args ELSE args END, data = coalesce(:data, data), env = :env
        WHERE id = :id AND state IN ('blocked', 'scheduled', 'ready')
        """

    /// Retries the job (see `retry`) with something else to do.
    ///
    /// - Returns: every job that was reopened.
    /// - Throws: what `retry` throws, and `.invalid` when the job is not of a sort that has what is to be changed.
    @discardableResult
    package func retry(_ job: JobID, with change: RetryChange) throws -> [JobID] {
        let reopened = try retry(job)
        if change.isOfOneJob { try apply(change, to: job) }
        if change.isFresh {
            for job in reopened { try clearCheckpoint(of: job) }
        }
        return reopened
    }

    private func apply(_ change: RetryChange, to job: JobID) throws {
        let found = try connection.first(Self.changeableSQL, job) { row in
            (
                isLate: row.bool(0), type: row.optionalText(1),
                environment: try JSONText.stringsByName(row.optionalText(2))
            )
        }
        guard let found else { throw JobStoreError.noSuchJob(job) }
        guard !found.isLate else {
            throw JobStoreError.invalid(
                "job \(job) is a step whose work is decided when it starts; change the workflow or its inputs, and run "
                    + "it again")
        }
        if change.arguments != nil || !change.environment.isEmpty, let type = found.type {
            throw JobStoreError.invalid(
                "job \(job) is of type '\(type)' and has data, not arguments or variables; give it other data instead")
        }
        if let data = change.data {
            guard found.type != nil else {
                throw JobStoreError.invalid(
                    "job \(job) has no type, so it has no data; give it other arguments instead")
            }
            guard data.utf8.count <= Self.templateLimit else {
                throw JobStoreError.invalid(
                    "the data have \(data.utf8.count) bytes; \(Self.templateLimit) is the most")
            }
            try requireJSON(data, "the data")
        }
        let environment = found.environment.merging(change.environment) { $1 }
        let changed = try connection.execute(
            Self.changeSQL, change.arguments != nil, change.arguments.flatMap { JSONText.array($0) }, change.data,
            JSONText.object(environment), job)
        guard changed == 1 else { throw JobStoreError.invalid("job \(job) did not become ready again") }
    }
}
