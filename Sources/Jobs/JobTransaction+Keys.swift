import SQLite

/// Runs that are started once, however often somebody asks.
extension JobTransaction {
    static let runOfKeySQL: SQL = "SELECT id, workflow FROM runs WHERE key = :key AND key IS NOT NULL"
    private static let setRunKeySQL: SQL = "UPDATE runs SET key = :key WHERE id = :id"

    /// Stores a run and its jobs, unless a run was started with the key before.
    ///
    /// - Returns: the run, and whether it is new.
    /// - Throws: as `start`; `.invalid` when the run with the key is of another workflow.
    package func start(_ spec: RunSpec, key: String?) throws -> (run: RunID, isNew: Bool) {
        guard let key else { return (try start(spec).run, true) }
        if let (run, workflow) = try connection.first(Self.runOfKeySQL, key, read: { (RunID($0.int(0)), $0.text(1)) }) {
            guard workflow == spec.workflow else {
                throw JobStoreError.invalid(
                    "the key was used for run \(run) of workflow '\(workflow)'; take another key")
            }
            return (run, false)
        }
        let run = try start(spec).run
        try connection.execute(Self.setRunKeySQL, key, run)
        return (run, true)
    }
}
