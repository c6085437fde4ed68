import SQLite

/// Leases of remote workers that end by themselves, and who asks for work.
extension JobTransaction {
    static let lapsedSQL: SQL = """
        SELECT job_id
        FROM execution_tasks
        WHERE lease_until IS NOT NULL AND lease_until <= :boottime
        ORDER BY lease_until
        LIMIT :count
        """
    static let nextLapseSQL: SQL = "SELECT min(lease_until) FROM execution_tasks WHERE lease_until IS NOT NULL"
    private static let endEarlierBootsSQL: SQL = """
        UPDATE execution_tasks
        SET lease_until = 0
        WHERE lease_until IS NOT NULL AND lease_until > 0 AND boot_id <> :boot_id
        """

    /// A reboot ends every lease. Called once by a process that hands out jobs.
    package func endLeasesOfEarlierBoots(than bootID: String) throws {
        try connection.execute(Self.endEarlierBootsSQL, bootID)
    }

    /// Milliseconds of CLOCK_BOOTTIME; `nil`: no lease can end.
    package func nextLapse() throws -> Int? {
        try connection.first(Self.nextLapseSQL) { $0.optionalInt(0) } ?? nil
    }

    /// Takes back what remote workers have not spoken of for as long as their leases. Any process may.
    ///
    /// - Returns: whether something was.
    @discardableResult
    package func endLapsedLeases() throws -> Bool {
        let lapsed = try connection.all(Self.lapsedSQL, store.timekeeper.boottime(), Self.batch) { JobID($0.int(0)) }
        for job in lapsed {
            guard var task = try openTask(of: job) else { continue }
            do {
                _ = try finishRemote(
                    &task, as: .timedOut, error: "no word for \(task.responseTimeout) s (responseTimeoutSeconds)",
                    retryIn: task.retryDelay)
            } catch JobStoreError.leaseLost {
                // Somebody ended the job, and nobody has decided yet what follows.
                endLease(of: &task)
            }
            try save(task)
            try setExecutionDue(number: task.execution)
        }
        return !lapsed.isEmpty
    }

    private static let lastAttemptSQL: SQL = """
        SELECT state
        FROM attempts
        WHERE job_id = :job_id
        ORDER BY attempt DESC
        LIMIT 1
        """

    /// How the job's last attempt that has ended did so.
    package func stateOfLastAttempt(at job: JobID) throws -> AttemptState? {
        try connection.first(Self.lastAttemptSQL, job) { AttemptState(rawValue: $0.text(0)) } ?? nil
    }

    // MARK: Polls

    /// When a worker last asked.
    package struct Poll: Sendable {
        package let type: RemoteType
        package let worker: String
        package let at: Timestamp
    }

    private static let notePollSQL: SQL = """
        INSERT INTO polls(type, domain, worker_id, polled_at)
        VALUES (:type, :domain, :worker_id, :now)
        ON CONFLICT DO UPDATE SET polled_at = excluded.polled_at
        """
    static let pollsSQL: SQL = "SELECT domain, worker_id, polled_at FROM polls WHERE type = :type"

    package func notePoll(of type: RemoteType, by worker: String) throws {
        try connection.execute(Self.notePollSQL, type.name, type.domain ?? "", worker, now)
    }

    package func polls(of name: String) throws -> [Poll] {
        try connection.all(Self.pollsSQL, name) { row in
            Poll(
                type: RemoteType(name, domain: row.text(0).isEmpty ? nil : row.text(0)), worker: row.text(1),
                at: Timestamp(row.int(2)))
        }
    }

    private static let queueSizesSQL: SQL = """
        SELECT type, count(*)
        FROM jobs
        WHERE state = 'ready' AND kind = 'external'
        GROUP BY type
        """

    /// Ready jobs for remote workers, by their type as jobs have it.
    package func remoteQueueSizes() throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        try connection.forEach(Self.queueSizesSQL) { sizes[$0.text(0)] = $0.int(1) }
        return sizes
    }
}
