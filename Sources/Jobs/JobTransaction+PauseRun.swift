import SQLite

/// Pausing a run: its lanes wait, for the run itself instead of for a limit, and nothing of it is claimed. Of an execution
/// of Conductor's nothing new is made; the tasks that it has made are handed out, as Conductor does.
extension JobTransaction {
    static let pausedRunsSQL: SQL = "SELECT id FROM runs WHERE state = 'paused' AND judged <> 3"

    private static let pauseRunSQL: SQL = """
        UPDATE runs
        SET state = 'paused', seq = :seq
        WHERE id = :id AND (state = 'pending' OR state = 'running')
        """

    private static let resumeRunSQL: SQL = """
        UPDATE runs
        SET state = CASE WHEN started_at IS NULL THEN 'pending' ELSE 'running' END, seq = :seq
        WHERE id = :id AND state = 'paused'
        """

    static let openLanesOfRunSQL: SQL =
        "UPDATE lanes SET waits_for = NULL WHERE waits_for = :pause AND head_id IS NOT NULL"

    static let pauseExecutionSQL: SQL =
        "UPDATE executions SET status = 'PAUSED', updated_at = :now WHERE run_id = :run_id AND status = 'RUNNING'"
    static let resumeExecutionSQL: SQL = """
        UPDATE executions
        SET status = 'RUNNING', is_due = 1, updated_at = :now
        WHERE run_id = :run_id AND status = 'PAUSED'
        """

    private static let rootOfRunSQL: SQL = "SELECT root_id FROM runs WHERE id = :id"

    /// Starts no further job of the run and of the runs that it started, or lets them go on. Jobs that run go on.
    ///
    /// - Returns: `false` when it was so already, or has ended.
    /// - Throws: `.noSuchRun`; `.invalid` when the run is a part of another.
    package func setPaused(_ isPaused: Bool, run: RunID) throws -> Bool {
        _ = try state(of: run)
        if let root = try connection.first(Self.rootOfRunSQL, run, read: { $0.optionalInt(0) }) ?? nil {
            throw JobStoreError.invalid("run \(run) is a part of run \(root), which is paused and resumed as a whole")
        }
        if isPaused {
            guard try connection.execute(Self.pauseRunSQL, try sequence(), run) == 1 else { return false }
            try connection.execute(Self.pauseExecutionSQL, now, run)
            return true
        }
        guard try connection.execute(Self.resumeRunSQL, try sequence(), run) == 1 else { return false }
        try connection.execute(Self.openLanesOfRunSQL, Self.pause(of: run))
        try connection.execute(Self.resumeExecutionSQL, now, run)
        alertsRunners = true
        return true
    }

    /// Runs of which nothing is to be claimed; hardly ever any.
    func pausedRuns() throws -> Set<Int> {
        var runs: Set<Int> = []
        try connection.forEach(Self.pausedRunsSQL) { runs.insert($0.int(0)) }
        return runs
    }

    private static let runOfLaneSQL: SQL = "SELECT run_id FROM lanes WHERE id = :id"

    /// Puts the lane to wait when its run is one of `paused`.
    func waits(_ lane: Int, forOneOf paused: Set<Int>) throws -> Bool {
        guard !paused.isEmpty,
            let run = try connection.first(Self.runOfLaneSQL, lane, read: { $0.optionalInt(0) }) ?? nil,
            paused.contains(run)
        else { return false }
        try connection.execute(Self.setWaitSQL, Self.pause(of: RunID(run)), lane)
        // Who waits behind it at a limit is not to wait for the run.
        try wakeLimits(of: lane)
        return true
    }

    /// What a lane of a paused run waits for: no limit has a negative number.
    private static func pause(of run: RunID) -> Int { -run.rawValue }
}
