import SQLite

/// What an attempt leaves so that the next one goes on from there.
extension JobTransaction {
    /// Bytes of a checkpoint.
    package static let checkpointLimit = 1 << 20

    static let setCheckpointSQL: SQL = """
        UPDATE jobs
        SET checkpoint = :checkpoint
        WHERE id = :id AND lease_token = :lease_token AND state = 'running'
        """

    private static let checkpointSQL: SQL = "SELECT checkpoint FROM jobs WHERE id = :id"
    private static let clearCheckpointSQL: SQL =
        "UPDATE jobs SET checkpoint = NULL WHERE id = :id AND checkpoint IS NOT NULL"

    /// Saves the running attempt's checkpoint, or clears it with `nil`. It stays through failed, interrupted and lost
    /// attempts, and goes when the job succeeds.
    ///
    /// - Parameter json: at most `checkpointLimit` bytes.
    /// - Throws: `.leaseLost` when the attempt is over: a later one's checkpoint is not overwritten; `.invalid`.
    package func setCheckpoint(_ job: JobID, leaseToken: Int, _ json: String?) throws {
        if let json {
            guard json.utf8.count <= Self.checkpointLimit else {
                throw JobStoreError.invalid(
                    "the checkpoint has \(json.utf8.count) bytes; \(Self.checkpointLimit) is the most")
            }
            try requireJSON(json, "the checkpoint")
        }
        guard try connection.execute(Self.setCheckpointSQL, json, job, leaseToken) == 1 else {
            throw JobStoreError.leaseLost(job)
        }
    }

    private static let isHeldSQL: SQL =
        "SELECT 1 FROM jobs WHERE id = :id AND lease_token = :lease_token AND state = 'running'"

    /// - Throws: `.leaseLost` when the attempt is over: what is left of it may change nothing any more.
    package func requireHeld(_ job: JobID, leaseToken: Int) throws {
        guard try connection.first(Self.isHeldSQL, job, leaseToken, read: { $0.int(0) }) != nil else {
            throw JobStoreError.leaseLost(job)
        }
    }

    /// What the last attempt that saved something left; `nil`: nothing.
    ///
    /// - Throws: `.noSuchJob`
    package func checkpoint(of job: JobID) throws -> String? {
        guard let found = try connection.first(Self.checkpointSQL, job, read: { $0.optionalText(0) }) else {
            throw JobStoreError.noSuchJob(job)
        }
        return found
    }

    /// Lets a job that is no longer running begin from its start.
    func clearCheckpoint(of job: JobID) throws { try connection.execute(Self.clearCheckpointSQL, job) }
}
