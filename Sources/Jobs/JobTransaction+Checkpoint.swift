import SQLite

extension JobTransaction {
    private static let setCheckpointSQL: SQL = """
        UPDATE jobs
        SET checkpoint = :checkpoint
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    /// Keeps what the job's next attempt is given, should this one not succeed.
    ///
    /// - Parameter checkpoint: JSON of at most 1 MiB; `nil` forgets what was kept.
    /// - Throws: `.leaseLost` when the attempt is not open any more; `.invalid` when it is too long.
    package func setCheckpoint(_ job: JobID, leaseToken: Int, _ checkpoint: String?) throws {
        guard checkpoint?.utf8.count ?? 0 <= JobStore.resultLimit else {
            throw JobStoreError.invalid(
                "the checkpoint has \(checkpoint?.utf8.count ?? 0) bytes; \(JobStore.resultLimit) is the most")
        }
        guard try connection.execute(Self.setCheckpointSQL, checkpoint, job, leaseToken) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
    }
}
