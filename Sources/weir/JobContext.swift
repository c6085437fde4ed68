import Jobs

/// The job in which this program was started, by the variables that its runner set.
struct JobContext {
    let database: String
    let job: JobID
    /// `nil`: the job belongs to no run.
    let run: RunID?
    let leaseToken: Int
    private let databaseID: String

    /// `nil` outside of a job.
    static var current: JobContext? {
        guard let database = DatabaseLocation.environment("WEIR_DB"),
            let job = DatabaseLocation.environment("WEIR_JOB").flatMap({ Int($0) }),
            let lease = DatabaseLocation.environment("WEIR_LEASE")
        else { return nil }
        let parts = lease.split(separator: ".")
        guard parts.count == 3, Int(parts[1]) == job, let token = Int(parts[2]) else { return nil }
        return JobContext(
            database: database, job: JobID(job),
            run: DatabaseLocation.environment("WEIR_RUN").flatMap { Int($0) }.map { RunID($0) }, leaseToken: token,
            databaseID: String(parts[0]))
    }

    /// A worker is given many jobs, so that its environment cannot say which one it has.
    ///
    /// - Parameter advice: how it is done there, and what to give to do it outside of the job.
    /// - Throws: in a process of a worker of this database.
    static func refuseInWorker(of store: JobStore, _ advice: String) throws {
        guard let type = DatabaseLocation.environment("WEIR_WORKER"), current == nil,
            DatabaseLocation.environment("WEIR_LEASE")?.hasPrefix("\(store.databaseID).") ?? false
        else { return }
        throw Failure(
            "this is a process of worker '\(type)', which does not say which job it has: \(advice)", code: Failure.usage
        )
    }

    /// Whether the store is the one that the job is in, and not another that the user named.
    func belongs(to store: JobStore) -> Bool { store.databaseID == databaseID }
}
