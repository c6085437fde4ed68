import SQLite

/// What a request to cancel did.
package enum Cancellation: Sendable, Equatable {
    case cancelled
    /// It runs; its runner was asked to stop it.
    case requested
    case alreadyFinal(JobState)
}

extension JobTransaction {
    private static let stateSQL: SQL = "SELECT state FROM jobs WHERE id = :id"
    private static let stopSQL: SQL = """
        UPDATE jobs
        SET stop = 'cancel'
        WHERE id = :id AND runner_id IS NOT NULL
        """

    package func state(of job: JobID) throws -> JobState {
        let state = try connection.first(Self.stateSQL, job) { JobState(rawValue: $0.text(0)) } ?? nil
        guard let state else { throw JobStoreError.noSuchJob(job) }
        return state
    }

    /// Stops the job, or keeps it from starting. Those that depend on its success are skipped.
    @discardableResult
    package func cancel(_ job: JobID, because reason: String = "cancelled by an operator") throws -> Cancellation {
        let state = try state(of: job)
        if state.isFinal { return .alreadyFinal(state) }
        if state == .running, try cancelRemote(job, because: reason) { return .cancelled }
        if state == .running || state == .reclaiming {
            try connection.execute(Self.stopSQL, job)
            alertsRunners = true
            return .requested
        }
        // The job is alive, so its end cannot end its run before the dependents are settled.
        _ = try end(job, as: .cancelled, because: reason, by: nil)
        try releaseDependents(of: job, ended: .cancelled, forgiven: false, chain: 0, cause: job)
        alertsRunners = true
        return .cancelled
    }

    private static let partsSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE parent_id = :parent_id AND parent_id IS NOT NULL AND finished_at IS NULL
        ORDER BY id
        """
    private static let childRunsSQL: SQL = """
        SELECT id
        FROM runs
        WHERE parent_job_id = :parent_job_id AND parent_job_id IS NOT NULL AND finished_at IS NULL
        """

    /// Cancels what belongs to a job that has ended: its children, theirs, and the runs that they wait for.
    func cancelParts(of job: JobID, because reason: String) throws {
        for part in try connection.all(Self.partsSQL, job, read: { JobID($0.int(0)) }) {
            try cancel(part, because: reason)
        }
        for run in try connection.all(Self.childRunsSQL, job, read: { RunID($0.int(0)) }) { try cancel(run) }
    }

    private static let cancelRunSQL: SQL = """
        UPDATE runs
        SET cancel_requested = 1, deadline = NULL
        WHERE id = :id AND finished_at IS NULL
        RETURNING judged, settled_at
        """
    private static let runExistsSQL: SQL = "SELECT state FROM runs WHERE id = :id"
    private static let unfinishedOfRunSQL: SQL = """
        SELECT id
        FROM jobs
        WHERE run_id = :run_id AND finished_at IS NULL
        ORDER BY id
        """

    /// Cancels all that is left of the run. Returns `false` when it had ended.
    @discardableResult
    package func cancel(_ run: RunID) throws -> Bool {
        guard try connection.first(Self.runExistsSQL, run, read: { $0.text(0) }) != nil else {
            throw JobStoreError.noSuchRun(run)
        }
        let found = try connection.first(Self.cancelRunSQL, run) { (judged: $0.int(0), isSettled: !$0.isNull(1)) }
        guard let found else { return false }
        if found.isSettled, found.judged == 1 {
            // As with the last job of a run that is being cancelled: nobody has to clean up, so it ends now.
            try end(run, as: try verdict(on: run, failures: 0, isCancelled: true))
            return true
        }
        for job in try connection.all(Self.unfinishedOfRunSQL, run, read: { JobID($0.int(0)) }) {
            try cancel(job, because: "its run was cancelled")
        }
        if found.judged == 3 { try setExecutionDue(of: run) }
        return true
    }
}
