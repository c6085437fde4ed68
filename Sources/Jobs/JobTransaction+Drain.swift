import SQLite

/// Asking a runner to hand its jobs to others and to end.
extension JobTransaction {
    static let requestDrainSQL: SQL = """
        UPDATE runners
        SET drain_requested = 1
        WHERE id = :id AND state IN ('live', 'suspended', 'draining')
        """

    private static let runnerSQL: SQL = "SELECT kind, state FROM runners WHERE id = :id"

    static let isToDrainSQL: SQL = "SELECT drain_requested FROM runners WHERE id = :id"

    /// Asks the runner to drain; it is told by the bell. One that is suspended drains once it is continued.
    ///
    /// - Returns: whether it had not ended yet.
    /// - Throws: `.noSuchRunner`; `.invalid` for one that belongs to a run, which nobody else executes.
    package func requestDrain(of runner: RunnerID) throws -> Bool {
        let found = try connection.first(Self.runnerSQL, runner) { row in
            (kind: RunnerInfo.Kind(rawValue: row.text(0)), state: RunnerState(rawValue: row.text(1)))
        }
        guard let found else { throw JobStoreError.noSuchRunner(runner) }
        guard found.kind != .run else {
            throw JobStoreError.invalid(
                "runner \(runner) belongs to a 'weir run'; Ctrl-C there ends it, 'weir cancel --run' ends the run")
        }
        guard try connection.execute(Self.requestDrainSQL, runner) == 1 else { return false }
        alertsRunners = true
        return true
    }

    /// Whether somebody asked the runner to drain.
    package func isToDrain(_ runner: RunnerID) throws -> Bool {
        try connection.first(Self.isToDrainSQL, runner) { $0.bool(0) } ?? false
    }

    /// Where the runner is in its life.
    ///
    /// - Throws: `.noSuchRunner`
    package func state(of runner: RunnerID) throws -> RunnerState {
        let state = try connection.first(Self.runnerSQL, runner) { RunnerState(rawValue: $0.text(1)) } ?? nil
        guard let state else { throw JobStoreError.noSuchRunner(runner) }
        return state
    }
}
